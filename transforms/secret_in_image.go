package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/secrets"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// SecretInImage names secrets that everyone who gets the image can read.
var SecretInImage = &fixer.Transform{
	ID:       "secret-in-image",
	Title:    "a secret that the image keeps",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.High,
	Safety:   fixer.Note,
	Doc: fixer.Doc{
		What: `States that an image keeps a secret: the value of an ENV or ARG whose name says password, secret, token or key; an .npmrc with a
token that is copied; an .npmrc that a RUN writes with a build argument. The value itself is never shown.`,
		Why: `Everyone who gets the image can read it: docker inspect shows ENV, docker history the build arguments of each RUN, and a file stays
in its layer though a later RUN removes it. RUN --mount=type=secret gives a secret to one command and to no layer; what the
application needs comes with docker run.`,
		Checks: []string{
			"The value has the form of a secret: letters and digits, no word of a placeholder or a default",
			"The .npmrc is in the build context, and no ignore file hides it",
			"What is copied, written or passed belongs to a stage of the image, not to one that only builds",
		},
		LeavesAlone: []string{
			"Values that a variable gives, empty ones, paths, URLs and placeholders",
			"Names of what everyone may know: PUBLIC, VITE_ and their kind; names of files, as PASSWORD_FILE",
			"Values that a comment above them calls a placeholder, or needed by the build alone",
		},
		See: []string{
			"https://docs.docker.com/build/building/secrets/",
			"https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/",
			"https://docs.npmjs.com/docker-and-private-modules",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		literalSecret(p)
		for _, look := range []func(*imagebuild.Pass, *stage.Evaluation, stage.Step) (problem, reason string){copiedToken, writtenToken} {
			inImage(p, look)
		}
		return nil
	}),
}

// literalSecret states at the first ENV or ARG with a secret which variables have one.
func literalSecret(p *imagebuild.Pass) {
	var first document.Span
	var names []string
	for _, in := range p.File.Instructions {
		own := secretsOf(in)
		if len(own) == 0 || onlyForShow.MatchString(in.Comments()) || p.Ignores(in.Span) {
			continue
		}
		for _, name := range own {
			if len(names) == 0 {
				first = in.Span
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return
	}
	problem := "the value of " + names[0] + " is in the Dockerfile"
	if len(names) > 1 {
		problem = fmt.Sprintf("the values of %s and %s are in the Dockerfile", names[0], names[1])
	}
	if more := len(names) - 2; more > 0 {
		problem = fmt.Sprintf("the values of %s, %s and %d more are in the Dockerfile", names[0], names[1], more)
	}
	p.State(first, problem, "RUN --mount=type=secret or docker run -e would keep it out")
}

// onlyForShow matches a comment that says that a value is not the one of production.
var onlyForShow = lazyregexp.New(`(?i)placeholder|dummy|fake|example|not (a )?(real|secret)|only (for|during|at|needed)|build[- ]?time|change (this|me|it)|overrid|public`)

// secretsOf returns the variables that an ENV or ARG gives a secret as its value.
func secretsOf(in *dockerfile.Instruction) (names []string) {
	add := func(name, value string) {
		if len(value) > 1 && strings.ContainsRune(`"'`, rune(value[0])) && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		if secrets.Names(name) && secrets.IsOne(value) {
			names = append(names, name)
		}
	}
	switch cmd := in.Cmd.(type) {
	case *instructions.EnvCommand:
		for _, kv := range cmd.Env {
			add(kv.Key, kv.Value)
		}
	case *instructions.ArgCommand:
		for _, kv := range cmd.Args {
			if kv.Value != nil {
				add(kv.Key, *kv.Value)
			}
		}
	}
	return names
}

// inImage states the first finding in the instructions that make an image.
func inImage(p *imagebuild.Pass, look func(*imagebuild.Pass, *stage.Evaluation, stage.Step) (problem, reason string)) {
	for _, n := range p.Graph.Targets() {
		run := n.Eval(nil)
		if !steps.IsImage(p, run) {
			continue
		}
		for _, s := range run.Steps {
			if problem, reason := look(p, run, s); problem != "" && !p.Ignores(s.In.Span) {
				p.State(s.In.Span, problem, reason)
				return
			}
		}
	}
}

// copiedToken looks for an .npmrc with a token that a step copies.
func copiedToken(p *imagebuild.Pass, _ *stage.Evaluation, s stage.Step) (problem, reason string) {
	c, ok := s.Before.Copy(s.In)
	if !ok || c.From != "" {
		return "", ""
	}
	for _, src := range c.Sources {
		if src == "" {
			continue
		}
		name := workload.ContextPath(src)
		files := []string{name}
		if !strings.HasPrefix(path.Base(name), ".npmrc") {
			files = []string{path.Join(name, ".npmrc")}
		} else if strings.ContainsAny(name, "*?[") {
			files, _ = p.Files().Glob(name)
		}
		for _, file := range files {
			text, err := p.Files().ReadFile(file, workload.MaxText)
			if err != nil {
				continue
			}
			if line := secrets.InNPMRC(text); line > 0 {
				return fmt.Sprintf("a layer of the image keeps the token in %s:%d", file, line), "RUN --mount=type=secret gives the file to npm alone"
			}
		}
	}
	return "", ""
}

// writtenToken looks for a build argument that a RUN writes into an .npmrc.
func writtenToken(_ *imagebuild.Pass, run *stage.Evaluation, s stage.Step) (problem, reason string) {
	if text := steps.Text(s.In); s.In.Name() != "RUN" || !strings.Contains(text, ".npmrc") && !strings.Contains(text, "_auth") {
		return "", ""
	}
	script, err := s.Script()
	if err != nil || script == nil || !writesNPMRC(script) {
		return "", ""
	}
	for _, w := range script.Words {
		for _, m := range expanded.FindAllStringSubmatch(w.Text, -1) {
			name := m[1]
			if secrets.Names(name) && !strings.HasPrefix(w.Text, "'") && isArgument(run, s, name) {
				return "the image keeps the build argument " + name, "docker history shows it; RUN --mount=type=secret keeps it out"
			}
		}
	}
	return "", ""
}

// isArgument reports whether a variable is a build argument at a step.
func isArgument(run *stage.Evaluation, at stage.Step, name string) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		cmd, ok := s.In.Cmd.(*instructions.ArgCommand)
		return ok && s.In.Index < at.In.Index && slices.ContainsFunc(cmd.Args, func(kv instructions.KeyValuePairOptional) bool { return kv.Key == name })
	})
}

// expanded matches a variable that a shell puts in.
var expanded = lazyregexp.New(`(?:^|[^\\$])\$\{?(\w+)`)

// writesNPMRC reports whether a script writes an .npmrc.
func writesNPMRC(script *shell.Script) bool {
	return slices.ContainsFunc(script.Writes, func(w shell.Write) bool { return strings.HasSuffix(w.Raw, ".npmrc") || path.Base(w.Text) == ".npmrc" }) ||
		slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
			return (c.Name == "npm" || c.Name == "pnpm") && (c.Has("set") || c.Has("config")) && slices.ContainsFunc(c.Args, func(w shell.Word) bool { return strings.Contains(w.Raw, "_auth") })
		})
}
