package main

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/smoke"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// smokeProject is a Compose project that is to be checked.
type smokeProject struct {
	files    []string // from the current directory
	services []string // that are started, nil for all
	tests    []smoke.Test
}

// options are those of docker compose for the project.
func (p smokeProject) options() (args []string) {
	for _, f := range p.files {
		args = append(args, "--file", f)
	}
	return args
}

// named returns the services that are started, as further words of a command.
func (p smokeProject) named() string {
	if len(p.services) == 0 {
		return ""
	}
	return " " + smoke.Words(p.services)
}

// composeFile takes the services of the project that a Compose file is of. Nothing is changed: what
// transforms see is what is asked for.
func (r *smokeRun) composeFile(ctx context.Context, j *job) error {
	look := &fixer.Transform{ID: "smoke", Kind: compose.Kind, Run: composefile.On(func(p *composefile.Pass) error {
		r.project(j, p)
		return nil
	})}
	options := j.options
	options.Threshold = fixer.Unsafe // which looks at generated files, too
	got, err := j.Repair(ctx, r.s.in, workspace.Request{Transforms: []*fixer.Transform{look}, Inspector: r.inspector, Options: options})
	if err != nil {
		return err
	}
	refused := slices.DeleteFunc(got.Findings, func(f fixer.Finding) bool { return f.ID != "compose" })
	r.failed = r.failed || len(refused) > 0
	return report.Text(r.s.err, j.Name, refused)
}

// project takes the services of the file's project.
func (r *smokeRun) project(j *job, p *composefile.Pass) {
	project, another := startedBy(p, !j.Found)
	switch {
	case another:
		return
	case project == nil:
		r.note(j, 1, 1, "Compose file is not checked", "docker compose takes it only where it is named: name it here, too")
		return
	}
	of := smokeProject{services: r.Service}
	for _, f := range project.Files {
		of.files = append(of.files, r.fromHere(j, p.Place(), f))
	}
	key := strings.Join(of.files, "\x00")
	if r.known[key] {
		return
	}
	r.known[key] = true
	ended := endedBefore(p)
	for _, s := range project.Services {
		r.names = append(r.names, s.Name)
		at := cmp.Or(s.Parts[0].Place, s.Place)
		if at.File != p.Place() {
			at = workload.Place{}
		}
		switch {
		case len(r.Service) > 0 && !slices.Contains(r.Service, s.Name):
		case s.Attributes["profiles"] != (workload.Place{}) && len(r.Service) == 0:
			r.note(j, at.Line, at.Col, "service "+s.Name+" is not checked", "only a profile starts it: --service "+s.Name+" checks it")
		case ended[s.Name] && len(r.Service) == 0:
			r.note(j, at.Line, at.Col, "service "+s.Name+" is not checked", "others wait for its end")
		default:
			checks, unknown := smoke.OfService(s, p.Image(s))
			for _, attribute := range unknown {
				r.note(j, at.Line, at.Col, attribute+" of the service "+s.Name+" is not checked", "what it means is not known")
			}
			switch {
			case len(checks.Args()) == 0 && len(unknown) > 0:
				continue
			case len(checks.Args()) == 0:
				r.note(j, at.Line, at.Col, "service "+s.Name+" is not checked", "neither it nor its image states a user other than root, read_only, cap_drop or security_opt")
				continue
			}
			name := fmt.Sprintf("service %s of %s", s.Name, strings.Join(of.files, ", "))
			of.tests = append(of.tests, smoke.Test{Name: name, Service: s.Name, Files: of.files, Checks: checks})
		}
	}
	if len(of.tests) > 0 {
		r.projects = append(r.projects, of)
	}
}

// startedBy returns the project that docker compose starts by itself, if the file is the first of
// it or is named; else the one that it is the last file of, where it is named or alone. another:
// the project's first file is to be looked at instead.
func startedBy(p *composefile.Pass, named bool) (one *compose.Project, another bool) {
	for _, project := range p.Projects() {
		first, last := project.Files[0], project.Files[len(project.Files)-1]
		switch {
		case project.Services == nil:
		case project.Name == "":
			if another = !named && first != p.Place(); another {
				return nil, true
			}
			return project, false
		case one == nil && last == p.Place() && (named || first == last):
			one = project
		}
	}
	return one, false
}

// endedBefore returns the services whose end others of the file wait for.
func endedBefore(p *composefile.Pass) map[string]bool {
	ended := map[string]bool{}
	for _, s := range p.Services {
		_, needs := s.Node.Get("depends_on")
		for key, value := range needs.Entries() {
			_, condition := value.Get("condition")
			if kubernetes.Text(condition) == "service_completed_successfully" {
				ended[kubernetes.Text(key)] = true
			}
		}
	}
	return ended
}

// fromHere returns the path from the current directory of a file beside another one, whose path in
// the repository is place.
func (r *smokeRun) fromHere(j *job, place, file string) string {
	rel, err := filepath.Rel(path.Dir(place), file)
	if err != nil {
		return file
	}
	return path.Join(path.Dir(j.DiffName()), filepath.ToSlash(rel))
}
