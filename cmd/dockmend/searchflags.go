package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// searchFlags select the Dockerfiles that are found in directories.
type searchFlags struct {
	Include     []string `placeholder:"GLOB" sep:"none" help:"In directories, also take files whose paths match, whatever they are called: 'build/*.docker', '**/image.txt'. ** matches any number of folders; a glob without a slash is for the file's name."`
	Exclude     []string `placeholder:"GLOB" sep:"none" help:"In directories, leave out files and folders whose paths match."`
	NoGitignore bool     `name:"no-gitignore" help:"In directories, also take what .gitignore hides."`
	Since       string   `placeholder:"REV" help:"In directories, take only files that git says were changed, or are new, since the common ancestor with this revision: --since origin/main."`
}

// checkSince refuses an empty revision, which an unset variable makes: it would select
// all files.
func (f *searchFlags) checkSince(inv *invocation) error {
	if f.Since == "" && inv.flags["since"] {
		return withHint(errors.New("--since names no revision"), "as in --since origin/main")
	}
	return nil
}

// checkGlobs makes sure that the globs are valid.
func (f *searchFlags) checkGlobs() error {
	for _, g := range slices.Concat(f.Include, f.Exclude) {
		if err := discover.CheckGlob(g); err != nil {
			return withHint(err, "as in --exclude 'legacy/**' or --include '*.docker'")
		}
	}
	return nil
}

// search returns the search that the flags describe.
func (f *searchFlags) search(ctx context.Context) workspace.Search {
	s := workspace.Search{Include: f.Include, Exclude: f.Exclude, NoIgnore: f.NoGitignore}
	if f.Since == "" {
		return s
	}
	changed := workspace.Since(ctx, f.Since)
	s.Changed = func(path string) (bool, error) {
		is, err := changed(path)
		switch {
		case errors.Is(err, workspace.ErrNoRepository):
			err = fmt.Errorf("--since: %w", err)
		case err != nil:
			err = fmt.Errorf("--since %w", err)
		}
		return is, err
	}
	return s
}
