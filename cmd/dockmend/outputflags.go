package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/term"

	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// outputFlags select the output.
type outputFlags struct {
	Format  string `enum:",diff,json,sarif,github,rdjson,markdown" default:"" placeholder:"FORM" help:"What standard output carries: diff (the default); json (all that is known, by a schema with a version); sarif (SARIF 2.1.0 with fixes, for code scanning); github (workflow commands, shown at the lines); rdjson (for reviewdog, with suggestions); markdown (the body of a pull request)."`
	Color   string `enum:"auto,always,never" default:"auto" help:"Whether a diff has colours: auto (on a terminal, unless NO_COLOR is set), always, never."`
	NoNotes bool   `name:"no-notes" help:"On standard error, leave out what is left alone, and why."`
	Quiet   bool   `short:"q" help:"On standard error, errors only: no findings, no summary."`
}

// whole returns the format that is written at the end, all at once; nil for a diff.
func (f *outputFlags) whole() *report.Format {
	i := slices.IndexFunc(report.Formats, func(r report.Format) bool { return r.Name == f.Format })
	if i < 0 {
		return nil
	}
	return &report.Formats[i]
}

// forPeople reports whether a person reads w now, and whether in colour.
func (f *outputFlags) forPeople(w io.Writer) (people, colour bool) {
	people = isTerminal(w)
	switch f.Color {
	case "always":
		return true, true
	case "never":
		return people, false
	}
	return people, people && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// baselineFlags are for --check.
type baselineFlags struct {
	Baseline       string `placeholder:"FILE" predictor:"path" help:"With --check: the findings that this file lists, as many of each transform in each file, do not count."`
	UpdateBaseline bool   `help:"With --check and --baseline: write FILE, so that it lists what is found now."`
}

func (f *baselineFlags) check(checking bool) error {
	switch {
	case f.Baseline != "" && !checking:
		return withHint(errors.New("--baseline says what --check does not count, and --check is not there"), "dockmend --check --baseline "+f.Baseline)
	case f.UpdateBaseline && f.Baseline == "":
		return withHint(errors.New("--update-baseline writes the file that --baseline names, and --baseline is not there"), "dockmend --check --baseline .dockmend-baseline.json --update-baseline")
	}
	return nil
}

// read reads the file. If it does not exist and will be written, it counts as empty.
func (f *baselineFlags) read() (*workspace.Baseline, error) {
	b, err := workspace.ReadBaseline(f.Baseline)
	hint := "--update-baseline writes it"
	if f.UpdateBaseline {
		hint = "it is not written over: take it away first, if it is of no use"
		if errors.Is(err, fs.ErrNotExist) {
			b, err = workspace.NewBaseline(f.Baseline)
		}
	}
	if err == nil {
		return b, nil
	}
	if err = fmt.Errorf("--baseline %w", err); errors.Is(err, workspace.ErrNoBaseline) {
		err = withHint(err, hint)
	}
	return nil, err
}
