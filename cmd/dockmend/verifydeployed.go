package main

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/proof/observer"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// This file proves the changes of Compose files and manifests: it runs what they run, as they say.

// changedFiles are the texts of changed files, by the root of their repository and their path from
// there, with a file of each repository.
type changedFiles map[string]*repositoryChanges

type repositoryChanges struct {
	file  *workspace.File
	texts map[string][]byte
}

// add remembers what a run changes of a file.
func (c changedFiles) add(j *job, o outcome) {
	root := j.Root()
	if o.err != nil || root == "" || !changes(o.result.Result) {
		return
	}
	if c[root] == nil {
		c[root] = &repositoryChanges{j.File, map[string][]byte{}}
	}
	j.Changes(o.result.Result, c[root].texts)
}

// keep keeps what is known of the repositories of all jobs until release is called.
func (v *verification) keep() (release func()) {
	var all []func()
	for _, j := range v.jobs {
		all = append(all, j.Keep())
	}
	return func() {
		for _, one := range all {
			one()
		}
	}
}

// deployed repairs the Compose files and the manifests, runs what they run of the repository's own
// images, and shows the results. changed has what the run changes of Dockerfiles.
func (v *verification) deployed(ctx context.Context, s *streams, changed changedFiles, atATime int) error {
	jobs := slices.DeleteFunc(slices.Clone(v.jobs), func(j *job) bool { return j.kind() == dockerfile.Kind })
	if len(jobs) == 0 {
		return nil
	}
	results := make([]*verified, len(jobs))
	of := map[string]*verified{} // by the root and the place of the file
	for i, j := range jobs {
		separate := v.whole != nil && v.whole.Separate
		r, err := j.Repair(ctx, s.in, workspace.Request{Transforms: j.transforms, Inspector: v.inspector, Options: j.options, Separate: separate})
		changed.add(j, outcome{r, err})
		results[i] = &verified{result: r, err: err}
		of[j.Root()+"\x00"+j.Place()] = results[i]
	}
	for _, root := range slices.Sorted(maps.Keys(changed)) {
		list := changed[root].file.Deployed(changed[root].texts)
		for i, result := range parallel(list, atATime, func(d workspace.Deployed) provenDeployed { return v.runDeployed(ctx, d) }) {
			one := <-result // also when ctx has ended: it tidies up, then
			v.hint = cmp.Or(v.hint, one.hint)
			if got := of[root+"\x00"+list[i].Place.File]; got != nil {
				got.proofs, got.err = append(got.proofs, one.proof), cmp.Or(got.err, one.err)
			}
		}
	}
	v.status.clear()
	switch {
	case ctx.Err() != nil:
		return endedEarly(ctx)
	case v.builder.failed() != nil:
		return v.builder.failed()
	}
	for i, j := range jobs {
		got := results[i]
		if got.err != nil {
			got.proofs = nil
		}
		for n := range got.proofs {
			got.proofs[n].File = j.Name
		}
		if err := v.show(s, j, got); err != nil {
			return err
		}
		v.hint, v.proofs = cmp.Or(v.hint, got.hint()), append(v.proofs, got.proofs...)
	}
	return nil
}

// provenDeployed is how a deployment ran.
type provenDeployed struct {
	proof stageProof
	err   error
	hint  string
}

// runDeployed runs an image as a Compose file or a manifest says.
func (v *verification) runDeployed(ctx context.Context, d workspace.Deployed) provenDeployed {
	_, name, _ := strings.Cut(d.Name, " ")
	p := stageProof{File: d.Place.File, Service: name}
	unknown := unknownOf(d)
	if unknown != "" {
		p.Proof = &proof.Proof{Verdict: proof.Verdict{Outcome: proof.NotProved, Reason: "it was not run: " + unknown}}
		return provenDeployed{proof: p}
	}
	spec := v.spec
	spec.Name, spec.Context, spec.Dockerfile, spec.Ignore = d.Dockerfile, d.Context, d.Text, d.Ignore
	spec.BuildArgs, spec.Platform, spec.Target, spec.Start = d.Options.BuildArgs, d.Options.Platform, d.Options.Target, startOf(d.Deployment)
	spec.Keeps = proof.Keeps{Writable: !d.ReadOnly, Capabilities: !dropsAll(d.Deployment), Privileges: !d.NoNewPrivileges}
	spec.Mounts = func([]string, observer.User) []proof.Mount { return mountsOf(d.Mounts) }
	spec.Progress = func(line string) { v.status.show(d.Place.File + " (" + name + "): " + line) }
	spec.Needs = v.needsOf(d.Deployment)
	o, err := v.observe(ctx, d.Place.File, spec)
	if err != nil {
		return provenDeployed{err: err}
	}
	p.Proof = &proof.Proof{Before: o.Plain(), After: o, Verdict: o.Judge()}
	if d.Seccomp != "" {
		p.Verdict.Notes = append(p.Verdict.Notes, "not observed: it ran under the seccomp profile of BuildKit, not "+d.Seccomp)
	}
	hint := ""
	if !v.with && fails(o) {
		for _, n := range d.Needs {
			hint = "--with-compose starts what a service depends on"
			p.Verdict.Notes = append(p.Verdict.Notes, n.Name+", which it depends on, did not run")
		}
	}
	return provenDeployed{proof: p, hint: hint}
}

// fails reports whether what ran does not work, for a reason that may be a service that it lacks.
func fails(o *proof.Observation) bool {
	r := o.Run
	return r != nil && (r.State != proof.Up && r.State != proof.Ended || r.Health != nil && !r.Health.OK ||
		slices.ContainsFunc(r.Visited, func(v observer.Visit) bool { return v.Status >= 500 }))
}

// needsOf returns what is started before a deployment: nothing without --with-compose.
func (v *verification) needsOf(d workload.Deployment) (list []proof.Need) {
	if !v.with {
		return nil
	}
	for _, n := range d.Needs {
		one := proof.Need{Name: n.Name, Hosts: n.Hosts, Image: n.Image, Healthy: n.Healthy, Completed: n.Completed, Stays: n.Stays, Unknown: n.Unknown}
		if n.Unknown == "" {
			one.Start, one.Mounts = startOf(*n.Deployment), mountsOf(n.Deployment.Mounts)
		}
		list = append(list, one)
	}
	return list
}

// observe builds and runs an image, for the file of that name. What has needs runs alone.
func (v *verification) observe(ctx context.Context, name string, spec proof.Spec) (*proof.Observation, error) {
	b, err := v.builder.get()
	if err != nil {
		return nil, err
	}
	if len(spec.Needs) > 0 {
		v.sharing.Lock()
		defer v.sharing.Unlock()
	}
	o, err := b.Observe(ctx, spec)
	if err != nil {
		return nil, proofError(name, err)
	}
	return o, nil
}

// unknownOf returns why a deployment can't be run as its file says; "" where it can.
func unknownOf(d workspace.Deployed) string {
	_, unknown := d.Start()
	switch {
	case d.Unknown != "":
		return d.Unknown
	case len(d.Gaps) > 0:
		return d.Gaps[0].What
	}
	return unknown
}

// dropsAll reports whether a deployment takes all capabilities. Those that it adds count for nothing:
// a process that is not root's does not get them.
func dropsAll(d workload.Deployment) bool {
	return slices.ContainsFunc(d.CapDrop, func(name string) bool {
		return strings.EqualFold(strings.TrimPrefix(strings.ToUpper(name), "CAP_"), "ALL")
	})
}

// mountsOf returns the mounts of a deployment that are empty and can be written.
func mountsOf(mounts []workload.Mount) (list []proof.Mount) {
	for _, m := range mounts {
		switch m.Kind {
		case workload.Tmpfs:
			list = append(list, tmpfs(m))
		case workload.Scratch:
			list = append(list, proof.Mount{Path: m.Target, Mode: fs.ModePerm})
		}
	}
	return list
}

// tmpfs returns a tmpfs of a service, as an engine makes it.
func tmpfs(m workload.Mount) proof.Mount {
	one := proof.Mount{Path: m.Target, NoExec: true}
	for option := range strings.SplitSeq(m.Options, ",") {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "uid":
			one.UID, _ = strconv.Atoi(value) // an engine refuses what is no number
		case "gid":
			one.GID, _ = strconv.Atoi(value)
		case "mode":
			mode, _ := strconv.ParseUint(value, 8, 32)
			one.Mode = fs.FileMode(mode) & fs.ModePerm
		case "exec":
			one.NoExec = false
		}
	}
	return one
}
