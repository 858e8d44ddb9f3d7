package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/observed"
	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/proof/observer"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// This file is what --record and --observed do: it keeps what was seen of images, and reads it.

// start is one way to run an image of a Dockerfile.
type start struct {
	options stage.Options
	digest  string // workload.Deployment.Start
	service string // the deployment, with its place; "" for the image itself
	as      proof.Start
}

// isLike reports whether two of them run the same.
func (s start) isLike(other start) bool {
	return s.digest == other.digest && s.options.Target == other.options.Target && maps.Equal(s.options.BuildArgs, other.options.BuildArgs)
}

// recorded is what was seen of one start, or why nothing was.
type recorded struct {
	image *observed.Image
	what  string // what ran, for messages
	why   string // why it is not recorded; "" where it is
}

// record runs the images of a repaired Dockerfile in each way in which the repository runs them.
// seen are observations that the proof has made already, by their targets.
func (v *verification) record(ctx context.Context, j *job, src *workspace.Source, got *verified) (list []recorded, err error) {
	seen := map[string]*proof.Observation{}
	for _, p := range got.proofs {
		seen[p.Target] = p.After
	}
	starts, unknown, err := v.starts(j, src, got)
	if err != nil {
		return nil, err
	}
	for _, s := range starts {
		o := seen[s.options.Target]
		if s.service != "" || len(s.options.BuildArgs) != len(j.Build.BuildArgs) || o == nil {
			if o, err = v.builder.Observe(ctx, v.specOf(j, src, got, s)); err != nil {
				return nil, proofError(j.Name, err)
			}
		}
		r := recorded{what: strings.TrimSpace(j.Name + " " + s.service)}
		if r.image, r.why = seenOf(o); r.image != nil {
			if s.service != "" {
				r.image.Command = nil // it may have values of variables
			}
			from, err := src.Fingerprint(got.result.After, got.result.Created, s.options)
			if err != nil {
				return nil, err
			}
			r.image.Dockerfile, r.image.Target, r.image.BuiltFrom, r.image.Start, r.image.Service = j.Place(), s.options.Target, from, s.digest, s.service
		}
		list = append(list, r)
	}
	return append(list, unknown...), nil
}

// maxServices bounds the services of one Dockerfile that are run.
const maxServices = 8

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
		list = append(list, start{options: o})
	}
	for _, b := range src.Builds {
		for _, d := range b.Deployments {
			if !isService(d) || !src.IsOwn(b) || len(list) >= maxServices {
				continue
			}
			service := d.Name + " in " + d.Place.String()
			digest, known := d.Start()
			if !known {
				unknown = append(unknown, recorded{what: j.Name + " " + service, why: "its environment is not in the repository"})
				continue
			}
			one := start{b.Options, digest, service, startOf(d)}
			if !slices.ContainsFunc(list, one.isLike) {
				list = append(list, one)
			}
		}
	}
	return list, unknown, nil
}

// isService reports whether a deployment is a service of a Compose file; those of documentation are
// examples.
func isService(d workload.Deployment) bool {
	ext := path.Ext(d.Place.File)
	return strings.HasPrefix(d.Name, "service ") && (ext == ".yml" || ext == ".yaml") && !d.Inside && !d.Job && !d.Perhaps
}

// startOf returns how a deployment starts its image.
func startOf(d workload.Deployment) proof.Start {
	s := proof.Start{Entrypoint: d.Entrypoint, Command: d.Command, WorkDir: d.WorkingDir}
	for _, v := range d.Env {
		s.Env = append(s.Env, v.Name+"="+v.Value)
	}
	return s
}

// specOf returns what is built and run for a start.
func (v *verification) specOf(j *job, src *workspace.Source, got *verified, s start) proof.Spec {
	spec := v.spec
	spec.Name, spec.Context, spec.Dockerfile, spec.Ignore = j.Name, j.ContextDir(), got.result.After, src.Ignore.Text
	spec.BuildArgs, spec.Platform, spec.Target, spec.Start = s.options.BuildArgs, j.Build.Platform, s.options.Target, s.as
	spec.Progress = func(line string) { v.status.show(j.Name + ": " + line) }
	for _, f := range got.result.Created {
		if f.Name == ".dockerignore" { // there was none before
			spec.Ignore = f.Text
		}
	}
	return spec
}

// seenOf returns what a record keeps of an observation, or why it keeps nothing.
func seenOf(o *proof.Observation) (*observed.Image, string) {
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
	}
	m := &observed.Image{Command: o.Image.Command, State: observed.State(o.Run.State), Exercised: []string{howSeen(o.Run)}, Wrote: o.Run.Wrote}
	for _, visit := range o.Run.Visited {
		m.Exercised = append(m.Exercised, fmt.Sprintf("GET %s (%d)", visit.Page, visit.Status))
	}
	if h := o.Hardened; h != nil {
		m.ReadOnly = &observed.ReadOnly{State: observed.State(h.State)}
		if h.State != o.Run.State {
			m.ReadOnly.Reason = h.Reason
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
