package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// finder makes jobs from the paths of a command line, and reports what is left alone.
type finder struct {
	*workspace.Finder
	s      *streams
	flags  *searchFlags
	quiet  bool
	kinds  []document.Kind // that are looked for
	told   map[string]bool // what was reported as left alone
	unread bool            // something could not be read
}

// find makes the jobs: it searches a directory; it takes a file whatever its name. A
// file that is named twice, or by two names, is done once. unread: something could not
// be read, which was reported.
func find(ctx context.Context, s *streams, paths []string, kinds []document.Kind, flags *searchFlags, quiet bool) (jobs []*job, unread bool, err error) {
	if err := flags.checkGlobs(); err != nil {
		return nil, false, err
	}
	search := flags.search(ctx)
	search.Compose, search.Manifests = slices.Contains(kinds, compose.Kind), slices.Contains(kinds, kubernetes.Kind)
	search.Stdin = kinds[0]
	files, err := workspace.NewFinder(search)
	if err != nil {
		return nil, false, err
	}
	f := &finder{Finder: files, s: s, flags: flags, quiet: quiet, kinds: kinds, told: map[string]bool{}}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		if err := f.path(ctx, p); err != nil {
			return nil, false, err
		}
		if ctx.Err() != nil {
			return nil, false, endedEarly(ctx)
		}
	}
	for _, file := range f.Files {
		j := &job{File: file}
		if slices.Contains(kinds, j.kind()) {
			jobs = append(jobs, j)
		} else if !file.Found {
			f.leave(discover.Skipped{Path: file.Path, Reason: "a " + string(j.kind())})
		}
	}
	return jobs, f.unread, nil
}

// path adds one path of the command line.
func (f *finder) path(ctx context.Context, p string) error {
	if command := nearestCommand(p); command != "" {
		if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) {
			return withHint(fmt.Errorf("%s: no such file or directory", p), fmt.Sprintf("did you mean dockmend %s?", command))
		}
	}
	got, err := f.Add(ctx, p)
	for _, s := range got.LeftAlone {
		f.leave(s)
	}
	switch {
	case err != nil && errors.Is(err, ctx.Err()):
		return endedEarly(ctx)
	case err != nil:
		return err
	}
	if got.Taken == 0 && !f.quiet {
		what := "no " + alternatives(kindNames(f.kinds))
		if f.flags.Since != "" && got.Found > 0 {
			what += " that was changed since " + f.flags.Since
		}
		fmt.Fprintf(f.s.err, "%s: %s below this directory\n", escape.Line(p), what)
	}
	return nil
}

// alternatives returns names as "a", "a or b" or "a, b or c".
func alternatives(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// leave reports a file or folder that is left alone, once.
func (f *finder) leave(s discover.Skipped) {
	f.unread = f.unread || s.Unread
	if f.told[s.Path] || !s.Unread && (f.quiet || f.flags.Since != "") {
		return
	}
	f.told[s.Path] = true
	fmt.Fprintf(f.s.err, "%s: left alone: %s\n", escape.Line(workspace.DisplayName(s.Path)), s.Reason)
}
