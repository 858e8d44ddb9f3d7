package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workspace"
)

type fixCmd struct {
	Paths []string `arg:"" optional:"" name:"path" predictor:"path" help:"Dockerfiles, Compose files, manifests, directories, or - for standard input, a Dockerfile unless --kind says otherwise. Default: the current directory."`

	Write   bool   `short:"w" xor:"mode" help:"Change the files instead of printing a diff."`
	Check   bool   `xor:"mode" help:"Print findings only; exit with 1 when something would change."`
	Patches string `xor:"mode" placeholder:"DIR" predictor:"path" help:"Write the changes into this directory, a patch for each transform, which apply in the order of their names."`
	Verify  bool   `help:"With --write: change only what is proved or repaired, by building and running it, as dockmend verify does."`

	Observed string `placeholder:"FILE" predictor:"path" help:"What dockmend verify --record saw of images: root file systems become read-only where that was seen to work."`

	baselineFlags `embed:""`
	outputFlags   `embed:""`
	kindFlags     `embed:"" group:"Which files"`
	searchFlags   `embed:"" group:"Which files"`
	changeFlags   `embed:"" group:"What is changed, and how"`
	buildFlags    `embed:"" group:"The build"`
	imageFlags    `embed:"" group:"Base images"`
	proofFlags    `embed:"" group:"Proof, with --verify"`
}

// Help is the long form of the command's description.
func (c *fixCmd) Help() string { return description }

// check makes sure that the flags go together. Settings of a configuration for another
// mode have no effect here, and are not an error.
func (c *fixCmd) check(inv *invocation) error {
	c.Verify = c.Verify && (c.Write || inv.flags["verify"])
	if c.Baseline == "" && inv.flags["baseline"] {
		return withHint(errors.New("--baseline names no file"), "as in --baseline .dockmend-baseline.json")
	}
	if !c.Check && !inv.flags["baseline"] && !inv.flags["update-baseline"] {
		c.baselineFlags = baselineFlags{}
	}
	if c.Write && slices.Contains(c.Paths, "-") {
		return withHint(errors.New("--write can't write to standard input"), "leave it out: the result of - goes to standard output")
	}
	if c.Verify && !c.Write {
		return withHint(errors.New("--verify decides what --write writes, and --write is not there"), "dockmend verify proves without writing")
	}
	for _, flag := range []string{"record", "request"} {
		if inv.flags[flag] && !c.Verify {
			return withHint(fmt.Errorf("--%s is for what verify sees, and nothing is run", flag), "dockmend verify --"+flag+", or --write --verify")
		}
	}
	if c.Verify && len(c.Kind) > 0 && !slices.Contains(c.Kind, "dockerfile") {
		return withHint(errors.New("--verify runs Dockerfiles, and --kind leaves them out"), "dockmend verify runs what other files say, and writes nothing")
	}
	if _, err := c.spec(); err != nil {
		return err // used with --verify only, but never valid
	}
	return c.baselineFlags.check(c.Check)
}

// Run implements the command.
func (c *fixCmd) Run(ctx context.Context, s *streams, inv *invocation) error {
	if err := c.check(inv); err != nil {
		return err
	}
	var err error
	if inv.observed, err = readRecord(c.Observed); err != nil {
		return err
	}
	kinds := c.kinds()
	if c.Verify {
		kinds = []document.Kind{dockerfile.Kind} // the others are not run
	}
	r, err := prepare(ctx, s, inv, c.Paths, kinds, &fileFlags{c.changeFlags, c.buildFlags}, &c.searchFlags, &c.imageFlags, c.Quiet)
	if err != nil {
		return err
	}
	o, err := c.output(s)
	if err != nil {
		return err
	}
	o.failed = r.unread
	if c.Verify {
		return c.proofFlags.run(ctx, s, &verification{repair: r, output: o, write: true})
	}
	return c.each(ctx, s, r, o)
}

// output returns the output for the results.
func (c *fixCmd) output(s *streams) (o *output, err error) {
	o = newOutput(s, &c.outputFlags)
	o.updateBaseline = c.UpdateBaseline
	o.result = c.Format == "" && !c.Check && !c.Write && c.Patches == ""
	o.diffs = o.diffs || o.result
	if c.Baseline != "" {
		if o.baseline, err = c.read(); err != nil {
			return nil, err
		}
	}
	if c.Patches != "" {
		if o.patches, err = workspace.NewPatches(c.Patches); err != nil {
			return nil, fmt.Errorf("--patches %w", err)
		}
	}
	return o, nil
}

// each runs the jobs, some at a time, and shows their results in order.
func (c *fixCmd) each(ctx context.Context, s *streams, work *repair, o *output) error {
	p, shown := startProgress(s, len(work.jobs), c.Quiet)
	defer p.end()
	o.s = shown
	// What the others may say rests on the Dockerfiles as they are in the end.
	for _, k := range allKinds {
		if err := c.ofKind(ctx, s, work, k.kind, o, p); err != nil {
			return err
		}
	}
	p.end()
	tellLimited(shown, work.inspector)
	if err := o.end(c.verb(work)); err != nil {
		return err
	}
	switch {
	case o.failed:
		return exitCode(exitError)
	case c.Check && o.found && !c.UpdateBaseline:
		return exitCode(exitChanges)
	}
	return nil
}

// ofKind runs the jobs for one kind of file.
func (c *fixCmd) ofKind(ctx context.Context, s *streams, work *repair, kind document.Kind, o *output, p *progress) error {
	jobs := slices.DeleteFunc(slices.Clone(work.jobs), func(j *job) bool { return j.kind() != kind })
	separate := o.whole != nil && o.whole.Separate && !c.Write
	results := parallel(jobs, manyWaiting(), func(j *job) outcome {
		r, err := j.Repair(ctx, s.in, workspace.Request{Transforms: j.transforms, Inspector: work.inspector, Options: j.options, Separate: separate})
		return outcome{r, err}
	})
	for i, result := range results {
		j := jobs[i]
		p.wait(j.Name)
		var got outcome
		select {
		case got = <-result:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			p.end()
			if verb := c.verb(work); verb != "" {
				o.say(o.tally.Summary().String(verb)) // as far as it got
			}
			return endedEarly(ctx)
		}
		p.got()
		f := j.file(got.result, got.err)
		if err := o.findings(j, f); err != nil {
			return err
		}
		if c.Write && f.Err == nil {
			c.rewrite(o.s, j, f)
		}
		if err := o.add(j, f); err != nil {
			return err
		}
	}
	return nil
}

// outcome is the result of one job.
type outcome struct {
	result imagebuild.Result
	err    error
}

// rewrite writes the changes, and records how that went.
func (c *fixCmd) rewrite(s *streams, j *job, f *report.File) {
	written, err := write(s, j, f.Result, "rewritten", c.Quiet)
	f.Written = written
	if err != nil {
		j.Unwritten()
		f.Err = asError(j.Name, err)
	}
}

// verb returns the summary's verb for files that change, "" if there is nothing to sum
// up: a file that was named needs no summary.
func (c *fixCmd) verb(work *repair) string {
	switch {
	case len(work.jobs) < 2 && !work.searched:
		return ""
	case c.Write:
		return "changed"
	}
	return "would change"
}

// write writes what the fix changes, and reports what was done to each file. written
// reports whether something was.
func write(s *streams, j *job, r fixer.Result, done string, quiet bool) (written bool, err error) {
	say := func(name, what string) {
		written = true
		if !quiet {
			fmt.Fprintf(s.err, "%s: %s\n", escape.Line(name), what)
		}
	}
	w, err := j.Write(r)
	if w.Dockerfile {
		say(j.Name, done)
	}
	for _, name := range w.Created {
		say(name, "written")
	}
	return written, err
}
