package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workspace"
)

type verifyCmd struct {
	Paths []string `arg:"" optional:"" name:"path" predictor:"path" help:"Dockerfiles, Compose files, manifests, directories, or - for standard input. Default: the current directory."`

	Observed string `placeholder:"FILE" predictor:"path" help:"What an earlier run saw of images (--record): root file systems become read-only where that was seen to work."`

	outputFlags `embed:""`
	kindFlags   `embed:"" group:"Which files"`
	searchFlags `embed:"" group:"Which files"`
	changeFlags `embed:"" group:"What is changed, and how"`
	buildFlags  `embed:"" group:"The build"`
	imageFlags  `embed:"" group:"Base images"`
	proofFlags  `embed:"" group:"Proof"`
}

// Help is the long form of the command's description.
func (c *verifyCmd) Help() string {
	return `Builds each Dockerfile as it is and as dockmend would change it, with BuildKit and the real build context, runs what came out, and compares: whether it builds, starts and stays up, its user, what it may write, how it reacts to the signal to stop. No file is changed. What was not observed is reported, and proves nothing.

The verdicts are: proved (it does what it did before, and is not root), repaired (it did not build before, at a step that is changed, and now it works and is not root), not proved, same failure (it failed before, too), broken by the fix. A Dockerfile that dockmend leaves alone is not built. Of a Compose file or a manifest that it changes, each service and container that runs an image of the repository is run as the file says then, and as it runs without that: its user, command, environment and health check, what it can write, its capabilities. --with-compose starts what it depends on beside it.

What is changed runs hardened, too: with a read-only root file system, an empty /tmp aside, without capabilities, and with no-new-privileges. --record runs each image and each service of a Compose file so, with what was seen to be written still writable, and keeps what was seen for dockmend --observed: that makes root file systems read-only where it was seen to work.

Exit codes: 0 all is proved or repaired, or nothing to prove; 1 something is not; 2 an error.`
}

// Run implements the command.
func (c *verifyCmd) Run(ctx context.Context, s *streams, inv *invocation) error {
	var err error
	if inv.observed, err = readRecord(c.Observed); err != nil {
		return err
	}
	r, err := prepare(ctx, s, inv, c.Paths, c.kinds(), &fileFlags{c.changeFlags, c.buildFlags}, &c.searchFlags, &c.imageFlags, c.Quiet)
	if err != nil {
		return err
	}
	o := newOutput(s, &c.outputFlags)
	o.failed = r.unread
	return c.proofFlags.run(ctx, s, &verification{repair: r, output: o, table: c.Format == ""})
}

// verification is the work of one run.
type verification struct {
	*repair
	*output
	write bool // what is proved or repaired
	table bool // is printed at the end

	recordTo string     // the file of --record; "" for none
	ready    bool       // it was said when a command counts as started
	with     bool       // --with-compose
	sharing  sync.Mutex // held while what has needs runs: their ports are in one network
	builder  *builder
	spec     proof.Spec
	status   *statusLine

	// What came out so far.
	proofs []stageProof
	seen   []recorded
	hint   string // for the first error that has one
}

// verified is the result for one Dockerfile.
type verified struct {
	result imagebuild.Result
	proofs []stageProof // of each stage that becomes an image; none when nothing changes
	seen   []recorded   // with --record
	err    error
}

// stageProof is the proof of one stage, or of what a Compose file or a manifest runs.
type stageProof struct {
	File    string `json:"file"`
	Target  string `json:"target,omitempty"`  // "" for the last
	Service string `json:"service,omitempty"` // or container; "" for a stage
	*proof.Proof
}

// worst returns the first verdict that is not good; nil if all are.
func (v *verified) worst() *stageProof {
	for i, p := range v.proofs {
		if !p.Verdict.Outcome.Good() {
			return &v.proofs[i]
		}
	}
	return nil
}

// run proves the changes of all jobs, and writes those that are good or shows all.
func (f *proofFlags) run(ctx context.Context, s *streams, v *verification) (err error) {
	if v.spec, err = f.spec(); err != nil {
		return err
	}
	v.builder = &builder{dial: func() (*proof.Builder, error) { return f.dial(ctx) }}
	defer v.builder.close()
	v.status = newStatusLine(s.err)
	v.recordTo, v.ready, v.with = f.Record, f.Ready != "" || f.For != 0, f.WithCompose
	defer v.keep()()
	changed := changedFiles{}
	if err := v.images(ctx, s, changed, f.Jobs); err != nil {
		return err
	}
	if err := v.deployed(ctx, s, changed, f.Jobs); err != nil {
		return err
	}
	tellLimited(s, v.inspector)
	if v.hint != "" {
		fmt.Fprintln(s.err, "hint:", v.hint)
	}
	if v.recordTo != "" && !v.failed {
		if err := writeRecord(v.recordTo, v.seen); err != nil {
			return err
		}
		v.tellUnrecorded(s, v.seen)
	}
	return v.conclude(s)
}

// images proves the changes of the Dockerfiles, and remembers them in changed.
func (v *verification) images(ctx context.Context, s *streams, changed changedFiles, atATime int) error {
	jobs := slices.DeleteFunc(slices.Clone(v.jobs), func(j *job) bool { return j.kind() != dockerfile.Kind })
	for i, result := range parallel(jobs, atATime, func(j *job) verified { return v.one(ctx, s, j) }) {
		got := <-result // also when ctx has ended: it tidies up, then
		v.status.clear()
		if ctx.Err() != nil || v.builder.failed() != nil {
			continue
		}
		if err := v.show(s, jobs[i], &got); err != nil {
			return err
		}
		changed.add(jobs[i], outcome{got.result, got.err})
		v.hint = cmp.Or(v.hint, got.hint())
		v.proofs, v.seen = append(v.proofs, got.proofs...), append(v.seen, got.seen...)
	}
	if ctx.Err() != nil {
		return endedEarly(ctx)
	}
	return v.builder.failed()
}

// conclude prints the table and the summary, and returns how the run ends.
func (v *verification) conclude(s *streams) error {
	if v.table {
		if err := printProofs(s.out, v.proofs, v.failed); err != nil {
			return err
		}
	}
	if err := v.end(v.verb()); err != nil {
		return err
	}
	switch {
	case v.failed:
		return exitCode(exitError)
	case slices.ContainsFunc(v.proofs, func(p stageProof) bool { return !p.Verdict.Outcome.Good() }):
		return exitCode(exitChanges)
	}
	return nil
}

// verb returns the summary's verb for files that change.
func (v *verification) verb() string {
	switch {
	case !v.write || len(v.jobs) < 2 && !v.searched:
		return ""
	}
	return "to change, written where that was proved"
}

// one changes one Dockerfile, in memory, and proves that.
func (v *verification) one(ctx context.Context, s *streams, j *job) (got verified) {
	src, err := j.Load(s.in)
	if err != nil {
		return verified{err: err}
	}
	defer src.Close()
	src.Separate = v.whole != nil && v.whole.Separate && !v.write
	if got.result, got.err = src.Fix(ctx, j.transforms, v.inspector, j.options); got.err != nil {
		return got
	}
	if changes(got.result.Result) {
		if got.proofs, got.err = v.prove(ctx, j, src, &got); got.err != nil {
			return got
		}
	}
	if v.recordTo != "" {
		got.seen, got.err = v.record(ctx, j, src, &got)
	}
	return got
}

// prove proves the change of each stage that becomes an image.
func (v *verification) prove(ctx context.Context, j *job, src *workspace.Source, got *verified) (list []stageProof, err error) {
	targets, err := targets(j.Name, got.result.Before, j.Build)
	if err != nil {
		return nil, err
	}
	for _, target := range targets {
		o := j.Build
		o.Target = target
		after := v.specOf(j, src, got, start{build: imagebuild.Build{Options: o}})
		before := after
		before.Dockerfile, before.Ignore = got.result.Before, src.Ignore.Text
		b, err := v.builder.get()
		if err != nil {
			return nil, err
		}
		p, err := b.Prove(ctx, before, after)
		if err != nil {
			return nil, proofError(j.Name, err)
		}
		list = append(list, stageProof{File: j.Name, Target: target, Proof: p})
	}
	return list, nil
}

// unable is that the builder runs no containers. It is an error of the file, since
// others may need none.
type unable struct{ file *document.Error }

func (e unable) Error() string { return e.file.Error() }
func (e unable) Unwrap() error { return e.file }

// proofError returns the error of a file that could not be proved.
func proofError(name string, err error) error {
	var builder *proof.BuilderError
	if errors.As(err, &builder) {
		return unable{&document.Error{Name: name, Line: builder.Line, Col: min(1, builder.Line), Msg: err.Error()}}
	}
	return &document.Error{Name: name, Msg: err.Error()}
}

// hint returns how to fix the error, "" if that is not known.
func (v *verified) hint() string {
	var u unable
	if errors.As(v.err, &u) {
		return "RUN needs a builder whose containers start and have a network; --buildkit ADDRESS names another one"
	}
	return ""
}

// targets returns the names, for --target, of the stages that become images. If
// one that is not the last has no name, no builder makes an image of it.
func targets(name string, text []byte, o stage.Options) (list []string, err error) {
	if o.Target != "" {
		return []string{o.Target}, nil
	}
	file, err := dockerfile.Parse(name, text)
	if err != nil {
		return nil, err
	}
	graph, err := stage.Resolve(file, o)
	if err != nil {
		return nil, err
	}
	for _, n := range graph.Targets() {
		switch {
		case n.IsLast():
			list = append(list, "")
		case n.Stage.Name != "":
			list = append(list, n.Stage.Name)
		}
	}
	return list, nil
}

// show reports the results, and writes what is proved or repaired if requested.
func (v *verification) show(s *streams, j *job, got *verified) error {
	f := j.file(got.result, got.err)
	for i := range got.proofs {
		f.Proofs = append(f.Proofs, got.proofs[i].report())
	}
	if err := v.findings(j, f); err != nil {
		return err
	}
	worst := got.worst()
	if v.write && f.Err == nil && worst == nil && len(got.proofs) > 0 && !hasBug(got.result.Result) {
		var err error
		if f.Written, err = write(s, j, got.result.Result, "proved, and rewritten", v.flags.Quiet); err != nil {
			f.Err = asError(j.Name, err)
		}
	}
	if err := v.add(j, f); err != nil || f.Err != nil || !v.write || worst == nil {
		return err
	}
	return explainProof(s.err, "not written: ", worst)
}

// hasBug reports whether a transform failed: the file is whole, but the fix is
// incomplete.
func hasBug(r fixer.Result) bool {
	return slices.ContainsFunc(r.Findings, func(f fixer.Finding) bool { return f.Status == fixer.Failed })
}
