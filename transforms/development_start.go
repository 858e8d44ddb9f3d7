package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/devserver"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// DevelopmentStart names images that start an application as it is developed.
var DevelopmentStart = &fixer.Transform{
	ID:       "development-start",
	Title:    "an image that starts a development server",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Note,
	Doc: fixer.Doc{
		What: `States that an image starts a development server, such as nodemon, next dev or what npm run dev is, or node with
NODE_ENV=development. It is said once for a Dockerfile, and not where the image is meant for development.`,
		Why: `A development server watches files, builds while it serves, keeps the development dependencies in the image, and may answer with the
stack and the source of an error. With NODE_ENV=development, Express does that too, and compiles each view anew.`,
		Checks: []string{
			"The command is followed through scripts and package.json to its end, and is certain to run",
			"Neither the names of the file and its stages nor a comment name development",
			"No known deployment mounts sources over the application, or starts something else",
		},
		LeavesAlone: []string{
			"Dockerfiles with another one beside them, or another stage, for production",
			"Scripts that can't be read, whatever their name",
			"NODE_ENV by a build argument, or set by a deployment or the start command",
		},
		See: []string{
			"https://expressjs.com/en/advanced/best-practice-performance.html",
			"https://nodejs.org/en/learn/getting-started/nodejs-the-difference-between-development-and-production",
			"https://nextjs.org/docs/app/api-reference/cli/next",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if isForDevelopment(p) {
			return nil
		}
		for _, n := range slices.Backward(p.Graph.Targets()) {
			base, err := p.Base(n, baseimage.AskConfig)
			run := n.Eval(base)
			at := steps.StartSpan(p, run)
			if err != nil || devserver.Names(n.Stage.Name) || !steps.Starts(run) || !hasSources(p, run) || startIsReplaced(p, run) {
				continue
			}
			if problem, reason := developmentStart(p, run); problem != "" && !p.Ignores(at) {
				p.State(at, problem, reason)
				return nil
			}
		}
		return nil
	}),
}

var (
	// saysProduction matches the name of a file or stage that is for production.
	saysProduction = lazyregexp.New(`(?i)prod|release|deploy|runner|runtime`)
	// commentsDevelopment matches a comment that says what an image is for.
	commentsDevelopment = lazyregexp.New(`(?i)\bdev(elopment|eloper)?\b|\blocal(ly)?\b|\b(hot|live)[- ]?reload|\bwatch`)
)

// isForDevelopment reports whether the Dockerfile may be one for development only.
func isForDevelopment(p *imagebuild.Pass) bool {
	if devserver.NamesFile(p.File.Name()) || slices.ContainsFunc(p.Beside, saysProduction.MatchString) {
		return true
	}
	for _, in := range p.File.Instructions {
		speaks := in.Index == 0 || slices.Contains([]string{"FROM", "CMD", "ENTRYPOINT"}, in.Name())
		if speaks && commentsDevelopment.MatchString(in.Comments()) {
			return true
		}
	}
	return slices.ContainsFunc(p.File.Stages, func(st *dockerfile.Stage) bool {
		return saysProduction.MatchString(st.Name) && st != p.File.Stages[len(p.File.Stages)-1]
	})
}

// hasSources reports whether a directory of the build context is in the image: without
// one, the application is mounted into it.
func hasSources(p *imagebuild.Pass, run *stage.Evaluation) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && (c.From != "" || slices.ContainsFunc(c.Sources, func(src string) bool {
			info, err := p.Files().Stat(workload.ContextPath(src))
			return err == nil && info.IsDir()
		}))
	})
}

// startIsReplaced reports whether a deployment that may be the image's starts something
// else, or has the sources of a checkout in the place of the application.
func startIsReplaced(p *imagebuild.Pass, run *stage.Evaluation) bool {
	workdir := run.Final.Workdir.Text
	return slices.ContainsFunc(slices.Concat(p.Deployments, p.Perhaps), func(d workload.Deployment) bool {
		mounted := slices.ContainsFunc(d.Mounts, func(m workload.Mount) bool {
			return m.Kind == workload.Bind && (workload.Within(workdir, m.Target) || workload.Within(m.Target, workdir))
		})
		return mounted || d.Command != nil || d.Entrypoint != nil || devserver.Names(d.Place.File)
	})
}

// developmentStart returns what a stage starts that is for development, "" for nothing.
func developmentStart(p *imagebuild.Pass, run *stage.Evaluation) (problem, reason string) {
	start := p.Workload(run).Start()
	if start == nil {
		return "", ""
	}
	if name, in := server(start); name != "" {
		reason = "its command runs " + name
		switch in.Kind {
		case workload.PackageScript:
			reason = fmt.Sprintf("script %q of %s runs %s", in.Name, in.Place.File, name)
		case workload.ShellScript, workload.ProcessFile:
			reason = fmt.Sprintf("%s runs %s", in.Name, name)
		}
		return "the image starts a development server", reason
	}
	if line := developmentMode(p, run, start); line > 0 {
		return "the image starts node with NODE_ENV=development", fmt.Sprintf("line %d sets it", line)
	}
	return "", ""
}

// server returns the first development server that a script is certain to start, and the
// script that names it; "" for none.
func server(s *workload.Script) (string, *workload.Script) {
	for _, c := range s.Commands {
		if !c.Certain {
			continue
		}
		if name, ok := devserver.Name(c.Call); ok {
			return name, s
		}
		for _, inner := range c.Runs {
			if name, in := server(inner); name != "" {
				return name, in
			}
		}
	}
	return "", nil
}

// developmentMode returns the line of the ENV by which node starts in the mode of
// development; 0 for none.
func developmentMode(p *imagebuild.Pass, run *stage.Evaluation, start *workload.Script) (line int) {
	const variable = "NODE_ENV"
	for _, s := range run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.EnvCommand)
		if !ok {
			continue
		}
		for _, kv := range cmd.Env {
			if kv.Key == variable {
				line = 0
				if strings.Trim(kv.Value, `"'`) == "development" {
					line = s.In.Line
				}
			}
		}
	}
	if line == 0 || !p.Workload(run).LeadsToNode().Node {
		return 0
	}
	set := slices.ContainsFunc(slices.Concat(p.Deployments, p.Perhaps), func(d workload.Deployment) bool {
		return slices.ContainsFunc(d.Env, func(v workload.Variable) bool { return v.Name == variable })
	})
	start.All(func(c *workload.Command) bool {
		set = set || strings.Contains(c.In.Text, variable) || slices.ContainsFunc(c.Vars, func(v string) bool { return strings.HasPrefix(v, variable+"=") })
		return !set
	})
	if set {
		return 0
	}
	return line
}
