package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/transforms"
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

// changeFlags decide what is changed, and how.
type changeFlags struct {
	Only      []string `placeholder:"ID" help:"Run these transforms only."`
	Skip      []string `placeholder:"ID" help:"Do not run these transforms."`
	Unsafe    bool     `help:"Also make changes that a person must look at."`
	User      string   `placeholder:"NAME" help:"Who containers run as, instead of the user that fits the image best. A user whose name the image doesn't have is made; numbers (1000, 1000:1000) are taken as they are."`
	UID       *int     `name:"uid" placeholder:"N" help:"The number of a user that has to be made. Default: the first free one from 1000 on."`
	UserStyle string   `enum:"name,numeric" default:"name" help:"How USER is written: a name (USER node) or numbers (USER 1000:1000), which Kubernetes' runAsNonRoot wants."`
	Pin       string   `enum:"tag,digest,none" default:"tag" help:"What a tag that moves (node:20) becomes: tag, a version that stays (node:20.19.5-bookworm); digest, the same tag with the digest behind it; none, nothing."`
}

// options are the flags as the engine takes them.
func (c *changeFlags) options(build chain.Options) fixer.Options {
	o := fixer.Options{NumericUser: c.UserStyle == "numeric", User: c.User, Pin: fixer.Pin(c.Pin), KnownIDs: transforms.IDs(), Build: build}
	if c.UID != nil {
		o.UID = *c.UID
	}
	if c.Unsafe {
		o.Threshold = fixer.Unsafe
	}
	return o
}

// Help is the long form of the command's description.
func (c *fixCmd) Help() string { return description }

// Run implements the command.
func (c *fixCmd) Run(ctx context.Context, s *streams) error {
	skip := c.Skip
	if c.Pin == string(fixer.PinNone) {
		skip = append(skip, transforms.PinImage.ID)
	}
	ts, err := pick(transforms.All, c.Only, skip)
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkUser(); err != nil {
		return err
	}
	if c.Write && slices.Contains(c.Paths, "-") {
		return withHint(errors.New("--write can't write to standard input"), "leave it out: the result of - goes to standard output")
	}
	if c.Verify && !c.Write {
		return withHint(errors.New("--verify decides what --write writes, and --write is not there"), "dockmend verify proves without writing")
	}
	if _, err := c.spec(); err != nil {
		return err // of use with --verify only, but never right
	}
	inspector, err := c.inspector(s, c.Platform)
	if err != nil {
		return err
	}
	jobs, err := find(s, c.Paths, c.Context)
	if err != nil {
		return err
	}
	introduce(jobs)
	if c.Verify {
		return c.proofFlags.run(ctx, s, &verification{jobs: jobs, transforms: ts, inspector: inspector, options: c.options(c.build()), write: true})
	}
	return c.each(ctx, s, jobs, ts, inspector, c.options(c.build()))
}

// aUser is what --user takes: a name that needs no quotes in an instruction or a
// shell (POSIX, "3.426 User Name"), or a number, perhaps with that of a group.
var aUser = regexp.MustCompile(`^(?:[A-Za-z_][A-Za-z0-9._-]*|[0-9]+(?::[0-9]+)?)$`)

// checkUser makes sure that --user and --uid name somebody who is not root.
func (c *changeFlags) checkUser() error {
	name, _, _ := strings.Cut(c.User, ":")
	switch {
	case c.UID != nil && *c.UID == 0:
		return withHint(errors.New("--uid 0 is root"), "images use 1000 and up")
	case c.UID != nil && (*c.UID < 0 || *c.UID > 1<<31-2):
		return withHint(fmt.Errorf("--uid %d is no number of a user", *c.UID), "from 1 to 2147483646; images use 1000 and up")
	case c.User == "":
		return nil
	case !aUser.MatchString(c.User):
		return withHint(fmt.Errorf("--user %q is neither a name nor a number", c.User), "as in --user app, --user 1000 or --user 1000:1000")
	case name == "root" || strings.Trim(name, "0") == "":
		return withHint(fmt.Errorf("--user %s is root", c.User), "without --user, the one that fits the image best is taken")
	}
	return nil
}

// each runs the jobs, some at a time, and shows their results in order.
func (c *fixCmd) each(ctx context.Context, s *streams, jobs []*job, ts []*fixer.Transform, inspector baseimage.Inspector, options fixer.Options) error {
	results := parallel(jobs, manyWaiting(), func(j *job) outcome {
		src, err := j.load(s.in)
		if err != nil {
			return outcome{err: err}
		}
		defer src.close()
		r, err := fixer.Run(ctx, src.Source, ts, inspector, options)
		return outcome{result: r, err: err}
	})
	failed, changed := false, false
	p := startProgress(s.err)
	for i, result := range results {
		p.wait(jobs[i].name, i, len(jobs))
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
			o.err = c.show(s, jobs[i], o.result)
		}
		if o.err != nil {
			failed = true
			fmt.Fprintln(s.err, o.err)
			continue
		}
		changed = changed || string(o.result.Before) != string(o.result.After) || len(o.result.Created) > 0 && !jobs[i].stdin
	}
	tellLimited(s, inspector)
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

// pick applies --only and --skip.
func pick(all []*fixer.Transform, only, skip []string) (list []*fixer.Transform, err error) {
	known := map[string]bool{}
	var ids []string
	for _, t := range all {
		known[t.ID] = true
		ids = append(ids, t.ID)
	}
	for _, id := range slices.Concat(only, skip) {
		if !known[id] {
			return nil, unknown("transform", id, ids)
		}
	}
	for _, t := range all {
		if (len(only) == 0 || slices.Contains(only, t.ID)) && !slices.Contains(skip, t.ID) {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil, withHint(errors.New("no transform is left to run"), "what --skip or --pin=none takes away, --only must not ask for")
	}
	return list, nil
}
