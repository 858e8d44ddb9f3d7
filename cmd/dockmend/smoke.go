package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/smoke"
)

type smokeCmd struct {
	Paths []string `arg:"" optional:"" name:"path" predictor:"path" help:"Compose files, Dockerfiles, manifests, or directories. Default: the current directory."`

	Format  string   `enum:"sh,docker-run,github,gitlab,kubernetes" default:"sh" config:"-" placeholder:"FORM" help:"What is printed: sh (a script that looks at the running containers; the default), docker-run (a command that starts a Dockerfile's image with the rights that it needs), github (steps of a job that starts the containers and runs the script), gitlab (such a job), kubernetes (a step that has an API server judge manifests)."`
	Service []string `config:"-" placeholder:"NAME" help:"Only these services of Compose files, those that a profile starts included."`

	searchFlags `embed:"" group:"Which files"`
	buildFlags  `embed:"" group:"The build"`
	imageFlags  `embed:"" group:"Base images"`
}

// Help is the long form of the command's description.
func (c *smokeCmd) Help() string {
	return `Prints a script that looks at running containers from their host, in what the kernel says of their processes, and fails with exit code 1 where one lacks what the files state: the user, read_only with the mounts that may be written, cap_drop and cap_add, security_opt. It needs sh, awk and, to find the containers, docker; nothing in the containers, which may be distroless. What no file states it does not ask for.

    dockmend smoke > smoke.sh
    docker compose up --detach --wait && sh smoke.sh

Further arguments of the script hold for each container: sh smoke.sh --seccomp --wait 10. With --container NAME, --service NAME or --pid PID, it looks at that one alone, by its arguments; sh smoke.sh --help lists them. Dockerfiles count where they are named, or where there is no Compose file: their containers are named smoke- and the directory.

On standard error is what is not checked, and why.`
}

// smokeKinds are the kinds of files that each format is made of.
var smokeKinds = map[string][]document.Kind{
	"sh": {compose.Kind, dockerfile.Kind}, "github": {compose.Kind, dockerfile.Kind}, "gitlab": {compose.Kind, dockerfile.Kind},
	"docker-run": {dockerfile.Kind}, "kubernetes": {kubernetes.Kind},
}

// smokeRun is one run of the command.
type smokeRun struct {
	*smokeCmd
	s         *streams
	inspector baseimage.Inspector
	failed    bool // a file can't be read, which was reported
	projects  []smokeProject
	images    []smokeImage
	manifests []smokeManifest
	known     map[string]bool // projects that were taken, by their files
	names     []string        // of their services
}

// Run implements the command.
func (c *smokeCmd) Run(ctx context.Context, s *streams, inv *invocation) error {
	if slices.Contains(c.Paths, "-") {
		return withHint(errors.New("standard input has no name by which docker compose could find its containers"), "dockmend smoke compose.yaml")
	}
	jobs, r, err := c.prepare(ctx, s, inv)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if err := r.file(ctx, j); err != nil {
			if ctx.Err() != nil {
				return endedEarly(ctx)
			}
			r.failed = true
			printError(s.err, asError(j.Name, err))
		}
	}
	tellLimited(s, r.inspector)
	for _, name := range c.Service {
		if !slices.Contains(r.names, name) {
			return unknown("service", name, r.names)
		}
	}
	text, err := r.text()
	switch {
	case err != nil:
		return err
	case strings.Contains(text, "${{"):
		return withHint(errors.New("a name has ${{ in it, which a workflow would evaluate"), "rename that file, directory or service")
	}
	if _, err := s.out.Write([]byte(text)); err != nil {
		return err
	}
	if r.failed {
		return exitCode(exitError)
	}
	return nil
}

// prepare finds the files that count for the format.
func (c *smokeCmd) prepare(ctx context.Context, s *streams, inv *invocation) ([]*job, *smokeRun, error) {
	if err := errors.Join(c.buildFlags.check(), c.checkSince(inv)); err != nil {
		return nil, nil, err
	}
	inspector, err := c.inspector(s, c.Platform)
	if err != nil {
		return nil, nil, err
	}
	jobs, unread, err := find(ctx, s, c.Paths, smokeKinds[c.Format], &c.searchFlags, false)
	if err != nil {
		return nil, nil, err
	}
	flags, err := (&settings{file: inv.config, given: inv.given}).stated()
	if err != nil {
		return nil, nil, err
	}
	flags.buildFlags = c.buildFlags
	if jobs, err = assign(jobs, inv, flags); err != nil {
		return nil, nil, err
	}
	if slices.ContainsFunc(jobs, func(j *job) bool { return j.kind() == compose.Kind }) {
		jobs = slices.DeleteFunc(jobs, func(j *job) bool { return j.kind() == dockerfile.Kind && j.Found })
	}
	return jobs, &smokeRun{smokeCmd: c, s: s, inspector: inspector, failed: unread, known: map[string]bool{}}, nil
}

// file takes what a file says.
func (r *smokeRun) file(ctx context.Context, j *job) error {
	switch j.kind() {
	case compose.Kind:
		return r.composeFile(ctx, j)
	case kubernetes.Kind:
		return r.manifest(ctx, j)
	}
	return r.dockerfile(ctx, j)
}

// note reports what is not checked, in the form of findings.
func (r *smokeRun) note(j *job, line, col int, problem, reason string) {
	// A line that can't be written is no reason to lose the script.
	_ = report.Text(r.s.err, j.Name, []fixer.Finding{fixer.StatedAt("smoke", max(line, 1), max(col, 1), problem, reason)})
}

// text returns what is printed.
func (r *smokeRun) text() (string, error) {
	switch r.Format {
	case "docker-run":
		return r.dockerRun()
	case "kubernetes":
		return r.podSecurity()
	}
	tests, pipeline := r.tests(), r.pipeline()
	if len(tests) == 0 {
		return "", withHint(errors.New("no file states anything that could be checked"), "dockmend repairs them; dockmend smoke --format docker-run starts an image with the rights that it needs")
	}
	switch r.Format {
	case "github":
		return pipeline.GitHub(), nil
	case "gitlab":
		return pipeline.GitLab(), nil
	}
	return smoke.Script(tests), nil
}

// tests returns those of all containers.
func (r *smokeRun) tests() (list []smoke.Test) {
	for _, p := range r.projects {
		list = append(list, p.tests...)
	}
	for _, i := range r.images {
		if len(i.test.Checks.Args()) > 0 {
			list = append(list, i.test)
		}
	}
	return list
}

// pipeline returns the commands that start all containers, look at them, and take them down.
func (r *smokeRun) pipeline() (p smoke.Pipeline) {
	look, checked := "sh smoke.sh --wait 10", false
	if r.Format == "gitlab" { // whose engine mostly is in a container of its own
		look += " --from busybox"
	}
	for _, project := range r.projects {
		command := "docker compose " + smoke.Words(project.options())
		p.Start = append(p.Start, command+" up --build --detach --wait --wait-timeout 60"+project.named())
		checked = checked || len(project.tests) > 0
		p.Logs = append(p.Logs, command+" logs")
		p.Stop = append(p.Stop, command+" down")
	}
	if checked {
		p.Check = append(p.Check, look)
	}
	for _, i := range r.images {
		p.Start = append(p.Start, i.build(), "docker run --detach "+smoke.Words(i.arguments))
		name := smoke.Words([]string{i.test.Container})
		if args := i.started.Args(); len(args) > 0 {
			p.Check = append(p.Check, look+" --container "+name+" "+smoke.Words(args))
		}
		p.Logs = append(p.Logs, "docker logs "+name)
		p.Stop = append(p.Stop, "docker rm --force --volumes "+name)
	}
	return p
}

// dockerRun returns the commands that start the images.
func (r *smokeRun) dockerRun() (string, error) {
	var b strings.Builder
	for _, i := range r.images {
		fmt.Fprintf(&b, "docker run %s\n", smoke.Words(i.arguments))
	}
	if b.Len() == 0 {
		return "", withHint(errors.New("there is no Dockerfile"), "dockmend smoke --format docker-run Dockerfile")
	}
	return b.String(), nil
}
