package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workspace"
	"github.com/dockmend/dockmend/transforms"
)

// output shows the results for the Dockerfiles, one by one and then as a whole. It
// must be made with newOutput.
type output struct {
	s     *streams
	flags *outputFlags
	// diffs: standard output carries the diffs, as they come.
	diffs bool
	// result: of standard input it carries the Dockerfile instead.
	result   bool
	people   bool // they are for people
	colour   bool
	baseline *workspace.Baseline // nil for none
	// updateBaseline: it is written at the end.
	updateBaseline bool
	patches        *workspace.Patches // nil for none

	whole  *report.Format // written at the end; nil for none
	report report.Report
	tally  *report.Tally
	failed bool // something is wrong that a person must look at
	found  bool // there is a change that the baseline does not have
	// outside: a diff has a path that leads out of the current directory.
	outside bool
	// created are the files in the diffs that are added, by their paths.
	created map[string]bool
}

func newOutput(s *streams, flags *outputFlags) *output {
	o := &output{s: s, flags: flags, whole: flags.whole(), tally: report.NewTally(transforms.All()), diffs: flags.Format == "diff", created: map[string]bool{}}
	o.report = report.Report{Version: version(), Transforms: transforms.All()}
	o.people, o.colour = flags.forPeople(s.out)
	return o
}

// add adds the next file, for which findings was called. f.Err is nil if all went well.
func (o *output) add(j *job, f *report.File) error {
	if f.Err != nil {
		o.failed = true
		if _, err := fmt.Fprintln(o.s.err, f.Err); err != nil {
			return err
		}
	}
	if f.Err == nil {
		if err := o.change(j, f.Result); err != nil {
			return err
		}
	}
	o.tally.Add(f)
	o.outside = o.outside || (o.diffs || o.patches != nil) && changes(f.Result) && strings.HasPrefix(j.DiffName(), "../")
	if o.whole != nil {
		if f.Err != nil && !j.Stdin {
			f.Err = &document.Error{Name: workspace.FromRoot(f.Err.Name), Line: f.Err.Line, Col: f.Err.Col, Msg: f.Err.Msg}
		}
		for i := range f.Result.Steps {
			f.Result.Steps[i].Text = nil // the reports name the steps
		}
		o.report.Files = append(o.report.Files, *f)
	}
	return nil
}

// findings writes the findings to standard error, if that is wanted, and which
// transform failed, always. It comes before their effects.
func (o *output) findings(j *job, f *report.File) error {
	if o.baseline != nil && f.Err == nil {
		f.Known = o.baseline.Known(j.File, j.transforms, f.Result.Findings)
	}
	var shown []fixer.Finding
	for i, finding := range f.Result.Findings {
		known := f.Known != nil && f.Known[i]
		switch finding.Status {
		case fixer.Failed:
			o.failed = true
			shown = append(shown, finding)
			continue
		case fixer.Fixed:
			o.found = o.found || !known && !(j.Stdin && creates(f.Result, finding.ID))
		}
		note := finding.ChangesNothing()
		if !o.flags.Quiet && o.whole == nil && !known && !(note && o.flags.NoNotes) {
			shown = append(shown, finding)
		}
	}
	return report.Text(o.s.err, j.Name, shown)
}

// change shows the change of one file, in the requested form.
func (o *output) change(j *job, r fixer.Result) error {
	r.Created = slices.DeleteFunc(slices.Clone(r.Created), func(n fixer.NewFile) bool { return o.isKnown(j, n) })
	if o.patches != nil {
		o.patches.Add(j.File, r)
	}
	if j.Stdin && (o.diffs || o.patches != nil) {
		for _, n := range r.Created {
			o.say(escape.Line(workspace.DisplayName(filepath.Join(j.ContextDir(), n.Name))) + ": not written: the Dockerfile comes from standard input")
		}
	}
	switch {
	case j.Stdin && o.result:
		_, err := o.s.out.Write(r.After)
		return err
	case o.diffs:
		return o.diff(j, r)
	}
	return nil
}

// isKnown reports whether a diff before this one adds the same file: several Compose files of a
// directory may, and git apply adds it once.
func (o *output) isKnown(j *job, n fixer.NewFile) bool {
	dir, err := workspace.RealPath(j.ContextDir())
	if err != nil {
		return false
	}
	path := filepath.Join(dir, n.Name)
	known := o.created[path]
	o.created[path] = true
	return known
}

// diff prints what changes in one file, and which files are added.
func (o *output) diff(j *job, r fixer.Result) error {
	for _, patch := range j.Diff(r) {
		if o.people {
			patch = display(patch, o.colour)
		}
		if _, err := o.s.out.Write(patch); err != nil {
			return err
		}
	}
	return nil
}

// end writes the final output. verb is the summary's verb for files that change; it is
// "" for no summary.
func (o *output) end(verb string) error {
	if o.whole != nil {
		if err := o.whole.Write(o.s.out, &o.report); err != nil {
			return err
		}
	}
	if o.patches != nil {
		n, err := o.patches.Write(transforms.All())
		if err != nil {
			return err
		}
		o.say(fmt.Sprintf("%s: %s written", o.patches.Dir, report.Counted(n, "patch file")))
	}
	if err := o.endBaseline(); err != nil {
		return err
	}
	if o.outside {
		o.say("the diff leads out of the current directory, where git apply and patch do not follow: run dockmend above all of its files")
	}
	if verb != "" {
		o.say(o.tally.Summary().String(verb))
	}
	return nil
}

// endBaseline writes the baseline, or reports which of its entries are obsolete.
func (o *output) endBaseline() error {
	b := o.baseline
	switch {
	case b == nil:
		return nil
	case o.updateBaseline:
		if err := b.Write(); err != nil {
			return fmt.Errorf("--update-baseline: %w", err)
		}
		o.say(b.Path + ": written")
	case b.Gone() > 0:
		o.say(fmt.Sprintf("%s: lists %s more than there are; --update-baseline writes it anew", b.Path, report.Counted(b.Gone(), "finding")))
	}
	return nil
}

// say writes a text to standard error, unless output is quiet.
func (o *output) say(text string) {
	if !o.flags.Quiet {
		fmt.Fprintln(o.s.err, text)
	}
}

// file is what became of a job, as reports have it.
func (j *job) file(r imagebuild.Result, err error) *report.File {
	f := &report.File{Path: j.shownPath(), Kind: j.kind(), Result: r.Result, Images: r.Images}
	if !j.Stdin && j.ContextDir() != "" {
		f.Directory = workspace.FromRoot(filepath.Clean(j.ContextDir()))
	}
	if target, err := filepath.EvalSymlinks(j.Path); err == nil && !j.Stdin {
		if shown := workspace.FromRoot(target); shown != f.Path {
			f.Target = shown
		}
	}
	if err != nil {
		f.Err = asError(j.Name, err)
	}
	return f
}

// shownPath returns the job's path in reports.
func (j *job) shownPath() string {
	if j.Stdin {
		return j.Name
	}
	return workspace.FromRoot(filepath.Clean(j.Path))
}

// asError gives an error the form that files have.
func asError(name string, err error) *document.Error {
	var e *document.Error
	if errors.As(err, &e) {
		return e
	}
	return &document.Error{Name: name, Msg: err.Error()}
}

// creates reports whether a transform added a file.
func creates(r fixer.Result, id string) bool {
	return slices.ContainsFunc(r.Created, func(f fixer.NewFile) bool { return f.ID == id })
}

// changes reports whether a job's file, or its build context, would change.
func changes(r fixer.Result) bool {
	return !bytes.Equal(r.Before, r.After) || len(r.Created) > 0
}
