package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/registry/transport"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workspace"
	"github.com/dockmend/dockmend/transforms"
)

type inspectCmd struct {
	Images []string `arg:"" optional:"" name:"image" help:"Images, as FROM would name them; oci:DIR and docker-archive:FILE mean all images in there. With --from: Dockerfiles, Compose files, manifests, directories, or -."`

	From bool `help:"Inspect the base images of these Dockerfiles, as far as repairing them takes, and with --json the images that Compose files and manifests run. Default: of all below the current directory."`
	JSON bool `name:"json" help:"Print the facts as JSON, for --facts."`

	searchFlags `embed:"" group:"Which files, with --from"`
	buildFlags  `embed:"" group:"The build"`
	imageFlags  `embed:"" group:"Base images"`
}

// Help is the long form of the command's description.
func (c *inspectCmd) Help() string {
	return `Each fact comes with where it is known from: the image's configuration (config), its files (layer), its build history (history), or the built-in table of well-known images (table), which is an assumption. Layers are read only as far as the questions need, and what was learned is kept: asking again costs nothing within --tag-ttl, and one request after that.

With --from, the questions are those that repairing the files asks, so that a file of them makes the same repair possible without a network. Without it, all questions are asked, which takes most of an image's layers, unless --no-layers says otherwise.`
}

// inspected is the result for one image.
type inspected struct {
	query baseimage.Query
	facts *baseimage.Facts
	cost  transport.Cost
	took  time.Duration
	err   error
}

// Run implements the command.
func (c *inspectCmd) Run(ctx context.Context, s *streams, inv *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	if len(c.Images) == 0 && !c.From {
		return withHint(errors.New("no image is named"), "dockmend inspect node:20-slim, or dockmend inspect --from . for the bases of Dockerfiles")
	}
	in, err := c.inspector(s, c.Platform)
	if err != nil {
		return err
	}
	var queries []baseimage.Query
	failed := false
	r := newRecorder(in)
	if c.From {
		queries, failed, err = c.bases(ctx, s, inv, r)
	} else {
		queries, r.next, err = c.named(s, in)
	}
	if err == nil && c.JSON && !c.From {
		queries = c.otherTags(ctx, r, queries)
	}
	if err != nil {
		return err
	}
	shown, err := c.show(ctx, s, r, queries)
	if err != nil {
		return err
	}
	tellLimited(s, r.next)
	if failed || !shown {
		return exitCode(exitError)
	}
	return nil
}

// show asks the questions and prints the answers in their order. ok is false if an
// image could not be inspected, which is reported.
func (c *inspectCmd) show(ctx context.Context, s *streams, r *recorder, queries []baseimage.Query) (ok bool, err error) {
	results := parallel(queries, manyWaiting(), func(q baseimage.Query) inspected { return r.answer(ctx, q) })
	var facts []*baseimage.Facts
	p, shown := startProgress(s, len(results), false)
	defer p.end()
	ok = true
	for i, result := range results {
		p.wait("inspecting " + queries[i].Image)
		var got inspected
		select {
		case got = <-result:
		case <-ctx.Done():
		}
		p.got()
		absent := errors.Is(got.err, baseimage.ErrNotFound)
		if absent && c.JSON {
			facts = append(facts, &baseimage.Facts{Image: got.query.Image, Platform: got.query.Platform, Absent: got.err.Error()})
		}
		switch {
		case ctx.Err() != nil:
			return false, endedEarly(ctx)
		case absent && got.query.Ask == baseimage.AskDigest:
			// A tag that a version might have: its absence is an answer.
		case got.err != nil:
			ok = ok && c.From && !r.isBase(got.query)
			printError(shown.err, c.explain(got))
		case c.JSON:
			facts = append(facts, got.facts)
			warn(shown.err, got.facts)
		default:
			if err := describe(shown.out, got); err != nil {
				return false, err
			}
		}
	}
	if c.JSON {
		return ok, baseimage.WriteFacts(shown.out, facts)
	}
	return ok, nil
}

// explain returns why an image could not be inspected.
func (c *inspectCmd) explain(r inspected) error {
	err := errors.New(escape.Line(fmt.Sprintf("%s: %v", r.query.Image, r.err)))
	if _, stat := os.Stat(r.query.Image); stat == nil && !c.From {
		return withHint(err, "to inspect the bases of a Dockerfile: dockmend inspect --from "+r.query.Image)
	}
	return err
}

// warn reports that facts are incomplete compared with the image itself, before they
// are written into a file.
func warn(w io.Writer, f *baseimage.Facts) {
	if f.Assumed != "" {
		fmt.Fprintf(w, "dockmend: %s\n", escape.Line(f.Image+" is assumed: "+f.Assumed))
	}
	if f.Unread != "" {
		fmt.Fprintf(w, "dockmend: %s\n", escape.Line(f.Image+" is not fully known: "+f.Unread))
	}
}

// named returns the queries for the images of the command line. An image that is named
// by its place on disk is searched for only there: another place may have another
// image under that name.
func (c *inspectCmd) named(s *streams, in baseimage.Inspector) (queries []baseimage.Query, _ baseimage.Inspector, err error) {
	add := func(image string) {
		q := baseimage.Query{Image: image, Platform: c.Platform, Ask: baseimage.AskEverything}
		if !slices.Contains(queries, q) {
			queries = append(queries, q)
		}
	}
	p := placed{stored: map[string]bool{}, elsewhere: in}
	disk := c.imageFlags
	disk.Source = nil
	for _, image := range c.Images {
		store, names, err := parseStore(image)
		if err != nil {
			return nil, nil, err
		}
		if store == nil {
			add(image)
			continue
		}
		for _, name := range names {
			p.stored[name] = true
			add(name)
		}
		disk.Source = append(disk.Source, image)
	}
	if len(disk.Source) == 0 || len(c.Facts) > 0 {
		return queries, in, nil
	}
	p.disk, err = disk.asking(s, c.Platform)
	return queries, p, err
}

// otherTags adds the other questions of a Dockerfile built from an image: which of its
// tags stay. An image that can't be asked has none.
func (c *inspectCmd) otherTags(ctx context.Context, r *recorder, queries []baseimage.Query) []baseimage.Query {
	for _, done := range parallel(queries, manyWaiting(), func(q baseimage.Query) error {
		src := imagebuild.Source{Name: q.Image, Src: []byte("FROM " + q.Image + "\n"), Options: c.build()}
		_, err := imagebuild.Run(ctx, src, []*fixer.Transform{transforms.PinImage}, r, fixer.Options{})
		return err
	}) {
		<-done // with an error for an invalid name, as when asking
	}
	for _, q := range r.queries(true) {
		named := func(other baseimage.Query) bool { return byImage(q, other) == 0 }
		if q.Ask == baseimage.AskDigest && !slices.ContainsFunc(queries, named) {
			queries = append(queries, q)
		}
	}
	return queries
}

// placed looks up on disk the images that were named by their place there.
type placed struct {
	stored          map[string]bool
	disk, elsewhere baseimage.Inspector
}

// Inspect implements baseimage.Inspector.
func (p placed) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	if p.stored[q.Image] {
		return p.disk.Inspect(ctx, q)
	}
	return p.elsewhere.Inspect(ctx, q)
}

// bases runs the transforms over files without keeping their changes, and returns the
// queries for all that they ask: with --json, also about images that the repaired files name
// or run. Errors in a file are reported, and failed is true.
func (c *inspectCmd) bases(ctx context.Context, s *streams, inv *invocation, r *recorder) (queries []baseimage.Query, failed bool, err error) {
	// The configured changes decide the questions.
	flags, err := (&settings{file: inv.config, given: inv.given}).stated()
	if err != nil {
		return nil, false, err
	}
	flags.buildFlags = c.buildFlags
	if slices.Contains(c.Images, "-") { // it is read for each threshold
		text, err := io.ReadAll(io.LimitReader(s.in, dockerfile.MaxSize+1))
		if err != nil {
			return nil, false, err
		}
		again := *s
		again.in = bytes.NewReader(text)
		s = &again
	}
	// Include --unsafe: it asks the same questions, but makes other texts.
	for _, threshold := range []fixer.Safety{fixer.Safe, fixer.Unsafe} {
		first := threshold == fixer.Safe // which says what is wrong
		jobs, unread, err := find(ctx, s, c.Images, (&kindFlags{}).kinds(), &c.searchFlags, !first)
		if err != nil {
			return nil, false, err
		}
		if jobs, err = assign(jobs, inv, flags); err != nil {
			return nil, false, err
		}
		for _, j := range jobs {
			own := *j.setting
			own.options.Threshold = threshold
			j.setting = &own
		}
		if wrong, err := c.ask(ctx, s, jobs, r, first); err != nil {
			return nil, false, err
		} else if first {
			failed = unread || wrong
		}
	}
	return r.queries(c.JSON), failed, nil
}

// ask runs the jobs, Dockerfiles first. failed: one of them is wrong, which is reported if
// aloud is set.
func (c *inspectCmd) ask(ctx context.Context, s *streams, jobs []*job, r *recorder, aloud bool) (failed bool, err error) {
	p, shown := startProgress(s, len(jobs), !aloud)
	defer p.end()
	for _, k := range allKinds {
		same := slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return j.kind() != k.kind })
		for i, result := range parallel(same, manyWaiting(), func(j *job) error { return c.record(ctx, s, j, r) }) {
			p.wait(same[i].Name)
			select {
			case err = <-result:
			case <-ctx.Done():
			}
			p.got()
			if ctx.Err() != nil {
				return false, endedEarly(ctx)
			}
			if err != nil {
				failed = true
				if aloud {
					fmt.Fprintln(shown.err, err)
				}
			}
		}
	}
	return failed, nil
}

// record asks all that the repair of a file asks.
func (c *inspectCmd) record(ctx context.Context, s *streams, j *job, r *recorder) error {
	in := s.in
	if whole, ok := in.(*bytes.Reader); ok && j.Stdin {
		in = io.NewSectionReader(whole, 0, whole.Size())
	}
	repaired, err := j.Repair(ctx, in, workspace.Request{Transforms: transforms.All(), Inspector: r, Options: j.options})
	if err != nil || j.kind() != dockerfile.Kind {
		return err
	}
	file, err := dockerfile.Parse(j.Name, repaired.Before)
	if err != nil {
		return err
	}
	graph, err := stage.Resolve(file, j.Build)
	if err != nil {
		return err
	}
	for _, n := range graph.Nodes {
		if root := n.Root(); root.Err == nil && root.Image != "scratch" {
			r.noteBase(baseimage.Query{Image: root.Image, Platform: root.Platform, Ask: baseimage.AskConfig | baseimage.AskDistro})
		}
	}
	return nil
}

// byImage orders queries by image and platform.
func byImage(a, b baseimage.Query) int {
	return cmp.Or(strings.Compare(a.Image, b.Image), strings.Compare(a.Platform, b.Platform))
}
