package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/report"
)

type fixCmd struct {
	Paths []string `arg:"" optional:"" name:"path" help:"Dockerfiles, directories, or - for standard input. Default: the current directory."`

	Write bool `short:"w" xor:"mode" help:"Change the files instead of printing a diff."`
	Check bool `xor:"mode" help:"Print findings only; exit with 1 when something would change."`
	Diff  bool `xor:"mode" help:"With -: print the diff instead of the result."`

	Verify bool `help:"With --write: change only what is proved to work by building and running it, as dockmend verify does."`

	changeFlags `embed:""`
	buildFlags  `embed:"" group:"The build"`
	imageFlags  `embed:"" group:"Base images"`
	proofFlags  `embed:"" group:"Proof, with --verify"`
}

// Help is the long form of the command's description.
func (c *fixCmd) Help() string { return description }

// Run implements the command.
func (c *fixCmd) Run(ctx context.Context, s *streams) error {
	if c.Write && slices.Contains(c.Paths, "-") {
		return withHint(errors.New("--write can't write to standard input"), "leave it out: the result of - goes to standard output")
	}
	if c.Verify && !c.Write {
		return withHint(errors.New("--verify decides what --write writes, and --write is not there"), "dockmend verify proves without writing")
	}
	if _, err := c.spec(); err != nil {
		return err // of use with --verify only, but never right
	}
	r, err := prepare(s, c.Paths, &c.changeFlags, &c.buildFlags, &c.imageFlags)
	if err != nil {
		return err
	}
	if c.Verify {
		return c.proofFlags.run(ctx, s, &verification{repair: r, write: true})
	}
	return c.each(ctx, s, r)
}

// each runs the jobs, some at a time, and shows their results in order.
func (c *fixCmd) each(ctx context.Context, s *streams, work *repair) error {
	results := parallel(work.jobs, manyWaiting(), func(j *job) outcome {
		src, err := j.load(s.in)
		if err != nil {
			return outcome{err: err}
		}
		defer src.close()
		r, err := fixer.Run(ctx, src.Source, work.transforms, work.inspector, work.options)
		return outcome{result: r, err: err}
	})
	failed, changed := false, false
	p := startProgress(s.err)
	for i, result := range results {
		p.wait(work.jobs[i].name, i, len(work.jobs))
		var o outcome
		select {
		case o = <-result:
		case <-ctx.Done():
		}
		p.stop()
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if o.err == nil {
			o.err = c.show(s, work.jobs[i], o.result)
		}
		if o.err != nil {
			failed = true
			fmt.Fprintln(s.err, o.err)
			continue
		}
		changed = changed || string(o.result.Before) != string(o.result.After) || len(o.result.Created) > 0 && !work.jobs[i].stdin
	}
	tellLimited(s, work.inspector)
	switch {
	case failed:
		return exitCode(exitError)
	case c.Check && changed:
		return exitCode(exitChanges)
	}
	return nil
}

// outcome is what became of one job.
type outcome struct {
	result fixer.Result
	err    error
}

// show prints one result, or writes it.
func (c *fixCmd) show(s *streams, j *job, r fixer.Result) error {
	if err := report.Text(s.err, j.name, r.Findings); err != nil {
		return err
	}
	patch := diff.Unified(j.diffName(), r.Before, r.After)
	var err error
	switch {
	case c.Check:
	case j.stdin && !c.Diff:
		_, err = s.out.Write(r.After)
	case c.Write:
		return cmp.Or(write(s, j, r, "rewritten"), bug(j, r))
	default:
		_, err = s.out.Write(patch)
	}
	if err == nil {
		err = c.add(s, j, r.Created)
	}
	if err == nil {
		err = bug(j, r)
	}
	return err
}

// write writes the Dockerfile, when it changes, and the files that the fix adds to
// the build context, and tells what was done to each.
func write(s *streams, j *job, r fixer.Result, done string) error {
	if !bytes.Equal(r.Before, r.After) {
		if err := writeFile(j.path, r.Before, r.After); err != nil {
			return err
		}
		fmt.Fprintf(s.err, "%s: %s\n", j.name, done)
	}
	for _, f := range r.Created {
		if err := createFile(j.context, f); err != nil {
			return err
		}
		fmt.Fprintf(s.err, "%s: written\n", filepath.ToSlash(filepath.Join(j.context, f.Name)))
	}
	return nil
}

// add prints the files that a fix adds to the build context. What comes from
// standard input has no place of its own to add them to.
func (c *fixCmd) add(s *streams, j *job, files []fixer.NewFile) error {
	for _, f := range files {
		var err error
		switch {
		case c.Check:
		case j.stdin:
			fmt.Fprintf(s.err, "%s: not written: the Dockerfile comes from standard input\n", filepath.ToSlash(filepath.Join(j.context, f.Name)))
		default:
			_, err = s.out.Write(diff.Created(j.createdName(f.Name), f.Text))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bug makes an error of a transform's failure: the file is whole, but whoever
// runs this should not overlook it.
func bug(j *job, r fixer.Result) error {
	for _, f := range r.Findings {
		if f.Bug {
			return fmt.Errorf("%s: the transform %s failed", j.name, f.ID)
		}
	}
	return nil
}
