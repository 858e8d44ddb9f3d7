package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/command"
	"github.com/dockmend/dockmend/transforms/internal/processone"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// ExecForm removes the shell between the container and its program.
var ExecForm = &fixer.Transform{
	ID:       "exec-form",
	Title:    "start the program without a shell around it",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Turns a CMD or ENTRYPOINT in shell form that is one plain command into exec form: CMD node server.js becomes
CMD ["node", "server.js"]. Quotes are resolved as the shell does, and a leading exec is dropped.`,
		Why: `In shell form the container starts /bin/sh -c, and the program is its child. Debian's shell stays PID 1 and ignores SIGTERM:
docker stop waits ten seconds and kills, and the program can't shut down gracefully. (BusyBox and bash replace themselves
with the program: there exec form only leaves the shell out.) Without an init (tini-init), node in exec form is PID 1 and ignores Ctrl-C
unless it handles SIGINT.`,
		Checks: []string{
			"The command has no variables, patterns, operators, redirections, assignments, comments or shell builtins",
			"The SHELL is a POSIX shell without options that set up an environment",
			"The ENTRYPOINT passes the same words on, and does not look at how CMD is written",
			"A script that is started has a #! line",
			"No source reads PWD, which the shell sets",
		},
		LeavesAlone: []string{
			"Commands that a comment above them says need a shell",
			"An ENTRYPOINT whose CMD, ignored in shell form, would become its arguments",
			"An ENTRYPOINT that a Compose file, a manifest or action.yml gives arguments, which it ignores now",
			"xvfb-run and its kind, which can't be PID 1",
			"Programs of the working directory, and a PATH with relative directories",
			"Base images that are not known, and Windows images",
		},
		NeedsUnsafe: []string{
			"Sources that can't be read may use PWD",
			"A source, script or health check asks about PID 1, which Debian's shell is",
			"The sources start processes that outlive their parents, which Debian's shell reaps as PID 1",
			"A docker run line gives arguments to an image that may be this one, whose ENTRYPOINT ignores them now",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#shell-and-exec-form",
			"https://docs.docker.com/reference/build-checks/json-args-recommended/",
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd",
		},
	},
	RestsOn: []*fixer.Transform{TiniInit},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		var rs command.Rewrites
		for _, n := range p.Graph.Targets() {
			execForms(p, n, &rs)
		}
		rs.Report(p, "shell form")
		return nil
	}),
}

func execForms(p *imagebuild.Pass, n *stage.Node, rs *command.Rewrites) {
	run := n.Eval(nil)
	entry, cmd := run.Final.Entrypoint, run.Final.Cmd
	if (entry == nil || !entry.Shell) && (cmd == nil || !cmd.Shell) {
		return // the base's own is in exec form
	}
	base, err := p.Base(n, baseimage.AskConfig)
	run = n.Eval(base)
	if steps.IsWindows(run) {
		return
	}
	c := run.Final.Cmd
	if run.Final.Entrypoint != nil && run.Final.Entrypoint.Shell {
		c = run.Final.Entrypoint
	}
	if c == nil || !c.Shell || c.In == nil {
		return
	}
	r := command.Rewrite{In: c.In, May: command.StartIsKnown(n, base, err)}
	if !r.May.Refused() {
		r.May = unshell(p, run, c, &r)
	}
	rs.Add(r)
}

// unshell finds the exec form of a command in shell form, and decides whether it may
// be used.
func unshell(p *imagebuild.Pass, run *stage.Evaluation, c *stage.Command, r *command.Rewrite) fixer.Decision {
	script := strings.Join(c.Argv, " ")
	if t := strings.TrimSpace(script); strings.HasPrefix(t, "[") && strings.HasSuffix(t, "]") {
		return fixer.Refusal("it looks like exec form but is not a JSON array of strings, so it runs in a shell")
	}
	if err := command.OnlyRuns(steps.StateAt(run, c.In)); err != nil {
		return fixer.Refusal(err.Error())
	}
	argv, err := shell.Plain(script)
	if err != nil {
		return fixer.Refusal(err.Error())
	}
	r.Argv = argv
	r.Finding = fixer.Finding{
		Problem: "shell form: the shell may keep signals from " + argv[0],
		Change:  "use exec form", Reason: "it is one plain command",
	}
	replaced := command.ReplacesItself(p, run.Node, steps.StateAt(run, c.In))
	if replaced {
		r.Finding.Problem = "shell form: a shell starts only to replace itself with " + argv[0]
	}
	arguments := argumentsToCome(p, run, c)
	for _, check := range []func() fixer.Decision{
		func() fixer.Decision { return shellIsMeant(c.In) },
		func() fixer.Decision { return arguments },
		func() fixer.Decision { return isProgram(p, run, argv[0]) },
	} {
		if may := check(); may.Refused() {
			return may
		}
	}
	h := workload.Way{}
	if entry := run.Final.Entrypoint; c != entry && entry != nil {
		h, err = p.Workload(run).HandsOver(append(slices.Clip(entry.Argv), argv...), len(argv))
		switch {
		case err != nil:
			return fixer.Refusal(err.Error())
		case h.Looks != "":
			return fixer.Refusal(fmt.Sprintf("%s looks at its arguments, and would see others", h.Looks))
		case !slices.Equal(h.Argv, argv):
			return fixer.Refusal(fmt.Sprintf("the ENTRYPOINT %s would get other arguments", entry.Argv[0]))
		}
	}
	may := arguments
	if !replaced {
		may = may.And(processone.Another(p, run, true)).And(reaping(p, run, c, h, r))
	}
	if !h.Script && workload.IsNode(argv[0]) {
		return command.WithoutPWD(p).And(may)
	}
	return may
}

// reaping decides whether a program may do without the shell that reaps processes. What
// tini-init starts under an init, in the end, may.
func reaping(p *imagebuild.Pass, run *stage.Evaluation, c *stage.Command, h workload.Way, r *command.Rewrite) fixer.Decision {
	if h.Init || processone.StartsInit(p, run) {
		return fixer.Decision{}
	}
	may := processone.InPlaceOfShell(p, run, r.Argv[0])
	if may.Refused() || may.Safety == 0 || !workload.IsNode(r.Argv[0]) {
		return may
	}
	r.Provided = append(r.Provided, func(end *imagebuild.Pass) (d fixer.Decision) {
		in := end.Became(c.In)
		for _, n := range end.Graph.Targets() {
			base, _ := end.Base(n, baseimage.AskConfig)
			run := n.Eval(base)
			own := run.Final.Cmd != nil && run.Final.Cmd.In == in || run.Final.Entrypoint != nil && run.Final.Entrypoint.In == in
			if own && !processone.StartsInit(end, run) {
				d = d.And(may.Without(TiniInit))
			}
		}
		return d
	})
	return fixer.Decision{}
}

// shellWanted matches a comment that argues for the shell form.
var shellWanted = lazyregexp.New(`(?i)\bshell[- ]form\b|\b(use|using|need(s|ed)?|via|through|run in|keep) (a |the )?shell\b|\b(sh|bash) -c\b|\b(so|to) (that )?(the )?(variables?|env(ironment)?( variables?)?|\$\w+) (is|are|gets?|be) (expanded|substituted)`)

// shellIsMeant refuses if a comment above a command says why it is in shell form.
func shellIsMeant(in *dockerfile.Instruction) fixer.Decision {
	for line := range strings.Lines(in.Comments()) {
		if text := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "# ")); shellWanted.MatchString(text) {
			return fixer.Refusal(fmt.Sprintf("a comment asks for the shell: %q", text))
		}
	}
	return fixer.Decision{}
}

// argumentsToCome refuses if an ENTRYPOINT in shell form, which ignores its
// arguments, would get some in exec form.
func argumentsToCome(p *imagebuild.Pass, run *stage.Evaluation, c *stage.Command) fixer.Decision {
	if c != run.Final.Entrypoint {
		return fixer.Decision{}
	}
	if cmd := run.Final.Cmd; cmd != nil && cmd.In != nil {
		return fixer.Refusal(fmt.Sprintf("the CMD in line %d, which is ignored now, would become its arguments", cmd.In.Line))
	}
	for _, d := range p.Deployments {
		if d.Command != nil && d.Entrypoint == nil {
			return fixer.Refusal(fmt.Sprintf("the command in %s, which is ignored now, would become its arguments", d.Place)).By(imagebuild.InRepository(d.Place, "command"))
		}
	}
	return command.Arguments(p)
}

// isProgram refuses where a program that the shell starts might not be started
// without it.
func isProgram(p *imagebuild.Pass, run *stage.Evaluation, program string) fixer.Decision {
	if dirs, _ := run.Final.EnvVar("PATH"); slices.ContainsFunc(strings.Split(dirs, ":"), func(dir string) bool { return dir != "" && !path.IsAbs(dir) }) {
		return fixer.Refusal("PATH has relative directories")
	}
	switch path.Ext(program) {
	case ".js", ".mjs", ".cjs", ".ts":
		return fixer.Refusal(fmt.Sprintf("%s is not a program that a shell can start", program))
	}
	if !strings.Contains(program, "/") {
		own := run.Origin(path.Join(run.Final.Workdir.Text, program), p.Context)
		if own.Name != "" && p.Context != nil {
			if info, err := p.Files().Stat(own.Name); err == nil && info.Mode().IsRegular() {
				return fixer.Refusal(fmt.Sprintf("%s is also a file in the working directory", program))
			}
		}
	}
	file := p.Workload(run).Lookup(program, run.Final.Workdir.Text)
	if file == "" || !strings.Contains(program, "/") && !run.Origin(file, p.Context).Copied {
		return fixer.Decision{}
	}
	// A shell also runs a file that does not name its interpreter.
	text, err := p.Files().ReadFile(run.Origin(file, p.Context).Name, workload.MaxText)
	switch {
	case run.Origin(file, p.Context).Name == "":
		if path.Ext(file) == ".sh" {
			return fixer.Refusal(fmt.Sprintf("whether %s has a #! line is unknown", program))
		}
		return fixer.Decision{}
	case err != nil:
		return fixer.Refusal(fmt.Sprintf("whether %s has a #! line is unknown: %v", program, err))
	case !strings.HasPrefix(text, "#!") && !strings.HasPrefix(text, "\x7fELF"):
		return fixer.Refusal(fmt.Sprintf("%s has no #! line", program))
	}
	return fixer.Decision{}
}
