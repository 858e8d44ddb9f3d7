package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/proof/observer"
	"github.com/dockmend/dockmend/fixer/readonly"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// This file is what --record and --observed do: it keeps what was seen of images, and reads it.

// start is one way to run an image of a Dockerfile.
type start struct {
	build   imagebuild.Build
	digest  string // workload.Deployment.Start
	service string // the deployment, with its place; "" for the image itself
	as      proof.Start
	mounts  []workload.Mount  // of the deployment
	needs   []proof.Need      // what is started before it
	beside  []workload.Beside // the same, as a record knows it
}

// isLike reports whether two of them run the same.
func (s start) isLike(other start) bool {
	a, b := s.build.Options, other.build.Options
	return s.digest == other.digest && s.as.User == other.as.User && a.Target == b.Target && maps.Equal(a.BuildArgs, b.BuildArgs) &&
		slices.Equal(s.beside, other.beside)
}

// recorded is what was seen of one start, or why nothing was.
type recorded struct {
	image *observed.Image
	what  string // what ran, for messages
	why   string // why it is not recorded; "" where it is
}

// record runs the images of a repaired Dockerfile in each way in which the repository runs them.
func (v *verification) record(ctx context.Context, j *job, src *workspace.Source, got *verified) (list []recorded, err error) {
	starts, unknown, err := v.starts(j, src, got)
	if err != nil {
		return nil, err
	}
	for _, s := range starts {
		one, err := v.recordStart(ctx, j, src, got, s)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return append(list, unknown...), nil
}

// recordStart runs an image in one way.
func (v *verification) recordStart(ctx context.Context, j *job, src *workspace.Source, got *verified, s start) (r recorded, err error) {
	r.what = strings.TrimSpace(j.Name + " " + s.service)
	before, err := src.Fingerprint(got.result.After, got.result.Created, s.build)
	if err != nil {
		return r, err
	}
	c, err := v.container(ctx, src, got, s)
	if err != nil {
		return r, err
	}
	spec := v.specOf(j, src, got, s)
	spec.Mounts = s.planned(c)
	o, err := v.observe(ctx, j.Name, spec)
	if err != nil {
		return r, err
	}
	if r.image, r.why = v.seenOf(o); r.image == nil {
		return r, nil
	}
	after, err := src.Fingerprint(got.result.After, got.result.Created, s.build)
	if err != nil {
		return r, err
	}
	if before != after {
		return recorded{what: r.what, why: "its files changed while it ran"}, nil
	}
	if s.service != "" {
		r.image.Command = nil // it may have values of variables
	}
	for _, n := range o.Needs {
		at := slices.IndexFunc(s.beside, func(b workload.Beside) bool { return b.Name == n.Name })
		r.image.Needs = append(r.image.Needs, observed.Need{Name: n.Name, Image: n.Image, Digest: n.Digest, Start: s.beside[at].Start})
	}
	r.image.Dockerfile, r.image.Target, r.image.BuiltFrom, r.image.Start, r.image.Service = j.Place(), s.build.Options.Target, after, s.digest, s.service
	if bases, err := src.Bases(ctx, got.result.After, s.build, v.inspector); err == nil {
		r.image.Bases = []observed.Base{} // it is known that there are no others
		for _, b := range bases {
			r.image.Bases = append(r.image.Bases, observed.Base{Image: b.Image, Digest: b.Digest})
		}
	}
	return r, nil
}

// container returns what is known of the image of a start, as what repairs Compose files has it.
func (v *verification) container(ctx context.Context, src *workspace.Source, got *verified, s start) (workload.Container, error) {
	one := src.Source
	one.Src, one.Builds = got.result.After, []imagebuild.Build{s.build}
	list, err := imagebuild.Containers(ctx, one, v.inspector)
	if err != nil {
		return workload.Container{}, err
	}
	return list[0], nil
}

// planned returns what is writable when the image runs with a read-only root file system: what
// compose-read-only and kube-read-only would make so, and what the service has mounted already.
func (s start) planned(c workload.Container) func([]string, observer.User) []proof.Mount {
	return func(wrote []string, as observer.User) (list []proof.Mount) {
		c.Own, c.Observed = true, []workload.Observed{{Start: s.digest, UID: as.UID, GID: as.GID, Wrote: wrote}}
		plan, may := readonly.Plan(c, readonly.Way{Start: s.digest, UID: as.UID, GID: as.GID, Mounted: func(file string) bool {
			return slices.ContainsFunc(s.mounts, func(m workload.Mount) bool { return workload.Within(file, m.Target) })
		}})
		if may.Refused() { // it stays as it is: this is how it fails
			plan = []readonly.Directory{{Path: "/tmp"}}
		}
		for _, d := range plan {
			m := proof.Mount{Path: d.Path, NoExec: true}
			if d.Own {
				m.UID, m.GID, m.Mode = as.UID, as.GID, 0o700
			}
			list = append(list, m)
		}
		return append(list, mountsOf(s.mounts)...)
	}
}

// maxServices bounds the ways in which the image of one Dockerfile is run.
const maxServices = 16

// starts returns the ways in which images of a Dockerfile are run: each target by itself, and the
// services of Compose files.
func (v *verification) starts(j *job, src *workspace.Source, got *verified) (list []start, unknown []recorded, err error) {
	all, err := targets(j.Name, got.result.After, j.Build)
	if err != nil {
		return nil, nil, err
	}
	for _, target := range all {
		o := j.Build
		o.Target = target
		list = append(list, start{build: src.Own(o)})
	}
	for _, b := range src.Builds {
		for _, d := range b.Deployments {
			if !d.IsService() || !src.IsOwn(b) {
				continue
			}
			service := d.Name + " in " + d.Place.String()
			if len(list) >= maxServices {
				unknown = append(unknown, recorded{what: j.Name + " " + service, why: fmt.Sprintf("%d others of its image are run already", len(list))})
				continue
			}
			digest, why := d.Start()
			var beside []workload.Beside
			if v.with {
				var unmet string
				beside, unmet = workload.BesideAll(d.Needs)
				why = cmp.Or(why, unmet)
			}
			if why != "" {
				unknown = append(unknown, recorded{what: j.Name + " " + service, why: why})
				continue
			}
			one := start{b, digest, service, startOf(d), d.Mounts, v.needsOf(d), beside}
			if !slices.ContainsFunc(list, one.isLike) {
				list = append(list, one)
			}
		}
	}
	return list, unknown, nil
}

// startOf returns how a deployment starts its image.
func startOf(d workload.Deployment) proof.Start {
	s := proof.Start{Entrypoint: d.Entrypoint, Command: d.Command, WorkDir: d.WorkingDir, User: d.User, HealthCheck: d.HealthCheck, Ports: d.Ports}
	for _, m := range d.Mounts {
		if m.Kind == workload.Volume || m.Kind == workload.Anonymous {
			s.Volumes = append(s.Volumes, m.Target)
		}
	}
	for _, v := range d.Env {
		s.Env = append(s.Env, v.Name+"="+v.Value)
	}
	return s
}

// specOf returns what is built and run for a start.
func (v *verification) specOf(j *job, src *workspace.Source, got *verified, s start) proof.Spec {
	spec := v.spec
	spec.Name, spec.Context, spec.Dockerfile, spec.Ignore = j.Name, j.ContextDir(), got.result.After, src.Ignore.Text
	o := s.build.Options
	spec.BuildArgs, spec.Platform, spec.Target, spec.Start, spec.Needs = o.BuildArgs, o.Platform, o.Target, s.as, s.needs
	spec.Progress = func(line string) { v.status.show(j.Name + ": " + line) }
	for _, f := range got.result.Created {
		if f.Name == ".dockerignore" { // there was none before
			spec.Ignore = f.Text
		}
	}
	return spec
}

// seenOf returns what a record keeps of an observation, or why it keeps nothing.
func (v *verification) seenOf(o *proof.Observation) (*observed.Image, string) {
	for _, n := range o.Needs {
		if why := n.Lacks(); why != "" {
			return nil, why
		}
	}
	switch {
	case !o.Build.OK:
		return nil, "it does not build: " + o.Build.Error
	case o.Run == nil:
		return nil, "it was not run"
	case o.Run.State != proof.Up && o.Run.State != proof.Ended:
		return nil, "it is not ready: " + o.Run.Reason
	case o.Run.State == proof.Up && len(o.Run.Visited) > 0 && !slices.ContainsFunc(o.Run.Visited, func(v observer.Visit) bool { return v.Status > 0 && v.Status < 500 }):
		return nil, "no request got an answer other than an error of the server"
	case len(o.Run.NotObserved) > 0:
		return nil, "not observed: " + o.Run.NotObserved[0]
	case o.Image.RunsAs == nil:
		return nil, "its user was not observed"
	}
	m := &observed.Image{Command: o.Image.Command, State: observed.State(o.Run.State), Exercised: []string{howSeen(o.Run)}, Wrote: o.Run.Wrote}
	m.User = observed.User{UID: o.Image.RunsAs.UID, GID: o.Image.RunsAs.GID}
	for _, visit := range o.Run.Visited {
		m.Exercised = append(m.Exercised, fmt.Sprintf("GET %s (%d)", visit.Page, visit.Status))
		if visit.Status > 0 && visit.Status < 400 {
			m.Pages = append(m.Pages, visit.Page)
		}
	}
	if o.Run.Health != nil {
		m.Exercised = append(m.Exercised, "health check")
	}
	for _, n := range o.Needs {
		m.Exercised = append(m.Exercised, "with "+n.Name+" ("+n.Image+")")
	}
	if h := o.Hardened; h != nil {
		m.ReadOnly = &observed.ReadOnly{State: observed.State(h.State), Mounts: h.Mounts, Reason: o.Lack()}
		if m.ReadOnly.Reason == "" && o.Run.State == proof.Up && len(o.Run.Listening) == 0 && !v.ready {
			m.ReadOnly.Reason = "it was seen to stay up, and to do nothing: --ready says when it works"
		}
	}
	return m, ""
}

// howSeen says in which state a command was seen.
func howSeen(r *proof.Run) string {
	switch {
	case r.State == proof.Ended:
		return "ran to its end"
	case len(r.Listening) == 0:
		return "stayed up"
	}
	var ports []string
	for _, port := range r.Listening {
		ports = append(ports, strconv.Itoa(port))
	}
	return "listened on " + strings.Join(ports, " and ")
}

// writeRecord writes what was seen into the file of --record.
func writeRecord(file string, all []recorded) error {
	rec := &observed.Record{}
	for _, r := range all {
		if r.image != nil {
			rec.Images = append(rec.Images, *r.image)
		}
	}
	var text bytes.Buffer
	if err := rec.Write(&text); err != nil {
		return err
	}
	if err := maybe.WriteFile(file, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("--record %s: %w", file, cause(err))
	}
	return nil
}

// readRecord reads the file of --observed; "" has none.
func readRecord(file string) (*observed.Record, error) {
	if file == "" {
		return nil, nil
	}
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		return nil, fmt.Errorf("--observed %s: %w", file, cause(err))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--observed %s: %w", file, cause(err))
	}
	defer f.Close()
	rec, err := observed.Read(f)
	if err != nil {
		return nil, withHint(fmt.Errorf("--observed %s: %w", file, err), "dockmend verify --record FILE writes it")
	}
	return rec, nil
}

// tellUnrecorded says what was run and is not in the record.
func (v *verification) tellUnrecorded(s *streams, all []recorded) {
	for _, r := range all {
		if r.image == nil {
			fmt.Fprintf(s.err, "%s: not recorded: %s\n", escape.Line(r.what), escape.Line(r.why))
		}
	}
	n := len(slices.DeleteFunc(slices.Clone(all), func(r recorded) bool { return r.image == nil }))
	v.say(fmt.Sprintf("%s: written, %d of %d ways to run an image observed", escape.Line(v.recordTo), n, len(all)))
}

// checkRequests makes sure that --request names pages of the container.
func checkRequests(list []string) error {
	for _, page := range list {
		if !strings.HasPrefix(page, "/") && !strings.HasPrefix(page, ":") {
			return withHint(errors.New("--request "+page+" is no page of the container"), "as in --request /health, or --request :8080/health")
		}
	}
	return nil
}
