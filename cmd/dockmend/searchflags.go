package main

import (
	"errors"
	"slices"

	"github.com/dockmend/dockmend/fixer/discover"
)

// searchFlags say which Dockerfiles are found in directories.
type searchFlags struct {
	Include     []string `placeholder:"GLOB" sep:"none" help:"In directories, also take files whose paths match, whatever they are called: 'build/*.docker', '**/image.txt'. ** matches any number of folders; a glob without a slash is for the file's name."`
	Exclude     []string `placeholder:"GLOB" sep:"none" help:"In directories, leave out files and folders whose paths match."`
	NoGitignore bool     `name:"no-gitignore" help:"In directories, also take what .gitignore hides."`
	Since       string   `placeholder:"REV" help:"In directories, take only files that git says were changed, or are new, since the common ancestor with this revision: --since origin/main."`
}

// checkSince refuses an empty revision, which a variable without a value makes: it
// would take all files.
func (f *searchFlags) checkSince(inv *invocation) error {
	if f.Since == "" && inv.flags["since"] {
		return withHint(errors.New("--since names no revision"), "as in --since origin/main")
	}
	return nil
}

// checkGlobs makes sure that the globs are some.
func (f *searchFlags) checkGlobs() error {
	for _, g := range slices.Concat(f.Include, f.Exclude) {
		if err := discover.CheckGlob(g); err != nil {
			return withHint(err, "as in --exclude 'legacy/**' or --include '*.docker'")
		}
	}
	return nil
}
