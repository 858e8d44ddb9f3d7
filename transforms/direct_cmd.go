package transforms

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/command"
	"github.com/dockmend/dockmend/transforms/internal/npmscript"
	"github.com/dockmend/dockmend/transforms/internal/processone"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// DirectCmd removes npm and similar programs between the container and node.
var DirectCmd = &fixer.Transform{
	ID:       "direct-cmd",
	Title:    "start node itself, not npm",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces a CMD of npm start, npm run X, yarn X or pnpm X with the command of that script in package.json, where it is one
plain node command: CMD ["npm", "start"] becomes CMD ["node", "server.js"]. A script that runs another one is followed.`,
		Why: `npm starts a shell, and the shell starts node. On docker stop, node does not receive SIGTERM, or is killed before it has
finished, because npm and the shell end first: measured with npm 6 to 11, yarn 1 and pnpm 9 on Debian's shell, with tini and
without. npm and yarn also take memory, time to start, and a writable home.`,
		Checks: []string{
			"package.json comes from the build context into the working directory, and no RUN changes it",
			"The script is one plain node command: no variables, nothing that takes a shell, no pre or post script",
			"The ENTRYPOINT passes the command on unchanged",
			"No source reads what only npm sets (npm_package_version, INIT_CWD …)",
			"In the final file an init starts node, or a source handles SIGTERM",
		},
		LeavesAlone: []string{
			"Settings in .npmrc, .yarnrc or variables that change how scripts run, and a config in package.json",
			"Yarn 2 and later, workspaces, npx, and options of the call that are not analyzed",
			"Tools from node_modules/.bin (next, cross-env), and a node in node_modules",
			"Development servers (nodemon, node --watch)",
			"Deployments that start it in another directory with scripts of its own",
			"Starts without an init where nothing handles SIGTERM: node as PID 1 would be killed after 10 seconds",
			"npm 7 and 8 as root in a directory of another owner: they run the script as that owner",
			"Sources that are too many to read",
		},
		NeedsUnsafe: []string{
			"The sources start other programs, which npm's PATH lets them find in node_modules/.bin",
			"Adding an init, which the change depends on, is itself unsafe",
			"A source, script or health check asks about PID 1 (process.pid === 1, /proc/1/comm)",
		},
		See: []string{
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd",
			"https://docs.npmjs.com/cli/v10/using-npm/scripts#environment",
			"https://github.com/krallin/tini#process-group-killing",
		},
	},
	RestsOn: []*fixer.Transform{TiniInit, NonrootUser},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		var rs command.Rewrites
		for _, n := range p.Graph.Targets() {
			directCmd(p, n, &rs)
		}
		rs.Report(p, "a package manager starts the application")
		return nil
	}),
}

func directCmd(p *imagebuild.Pass, n *stage.Node, rs *command.Rewrites) {
	run := n.Eval(nil)
	c := run.Final.Cmd
	if c == nil || c.In == nil || run.Final.Entrypoint != nil && run.Final.Entrypoint.Shell {
		return // which ignores CMD
	}
	words, err := commandWords(run, c)
	front, manager := splitManager(words)
	if err != nil || manager == nil || workload.IsJob(manager[1:]) {
		return // in shell form, exec-form reports why
	}
	base, err := p.Base(n, baseimage.AskConfig)
	run = n.Eval(base)
	if steps.IsWindows(run) {
		return
	}
	r := command.Rewrite{In: c.In, May: command.StartIsKnown(n, base, err)}
	if !r.May.Refused() && !rewriteManager(p, run, words, front, manager, &r) {
		return
	}
	rs.Add(r)
}

// rewriteManager finds what the script of a CMD starts. Its words are those of
// front, then those of the package manager. It is false for a development server, of
// which there is nothing to say here.
func rewriteManager(p *imagebuild.Pass, run *stage.Evaluation, words, front, manager []string, r *command.Rewrite) bool {
	s := npmscript.New(p, run)
	argv, err := s.Command(manager)
	init := false
	if err == nil {
		init, err = isRun(p, run, words)
	}
	if errors.Is(err, npmscript.ErrDevelopmentServer) {
		return false
	}
	if err != nil {
		r.May = fixer.Refusal(err.Error())
		return true
	}
	name := path.Base(manager[0])
	r.Argv = append(slices.Clip(front), argv...)
	r.May = fixer.Doubt(s.Doubt()).And(processone.Another(p, run, true)).And(processone.Looked(p, run, manager[0]))
	if !init && len(p.NodeProcess().Stops()) == 0 {
		r.Provided = append(r.Provided, underInit(r.In, name))
	}
	if s.Owner != "" {
		r.Provided = append(r.Provided, notAsRoot(r.In, s.Owner))
	}
	r.Finding = fixer.Finding{
		Problem: name + " may not forward signals to node",
		Change:  "start " + strings.Join(argv, " ") + " directly", Reason: fmt.Sprintf("script %q of %s", s.Name, s.File),
		Evidence: []fixer.Evidence{imagebuild.InContext(s.File, "script "+s.Name)},
	}
	return true
}

// commandWords returns the words of a CMD; in shell form, those of its one plain
// command.
func commandWords(run *stage.Evaluation, c *stage.Command) ([]string, error) {
	if !c.Shell {
		return c.Argv, nil
	}
	if err := command.OnlyRuns(steps.StateAt(run, c.In)); err != nil {
		return nil, err
	}
	return shell.Plain(strings.Join(c.Argv, " "))
}

// splitManager finds a package manager after inits.
func splitManager(words []string) (front, manager []string) {
	rest := words
	for len(rest) > 0 && workload.IsInit(rest[0]) {
		rest = workload.AfterInit(rest)
	}
	if len(rest) < 2 || !workload.IsManager(rest[0]) {
		return nil, nil
	}
	return words[:len(words)-len(rest)], rest
}

// isRun tells why the CMD might not be what runs: an ENTRYPOINT that does
// something else with it. init is set where an init starts it.
func isRun(p *imagebuild.Pass, run *stage.Evaluation, words []string) (init bool, _ error) {
	line := words
	entry := run.Final.Entrypoint
	if entry != nil {
		line = append(slices.Clip(entry.Argv), words...)
	}
	h, err := p.Workload(run).HandsOver(line, len(words))
	init = h.Init || workload.IsInit(words[0])
	switch {
	case entry == nil:
		return init, nil
	case err != nil:
		return false, err
	case h.Looks != "":
		return false, fmt.Errorf("%s looks at its arguments, and would see others", h.Looks)
	case !slices.Equal(h.Argv, words):
		return false, fmt.Errorf("the ENTRYPOINT %s would get other arguments", entry.Argv[0])
	case run.Final.Cmd.Shell && !h.Script:
		may := command.WithoutPWD(p)
		if why := append(may.Caveats, may.Refuse); why[0] != "" {
			return false, errors.New(why[0])
		}
	}
	return init, nil
}

// underInit is what must hold in the end of a CMD that starts node where a
// package manager stood: that an init starts it. Without one, node would be
// PID 1, which does not end on SIGTERM unless it handles it, as npm does.
func underInit(cmd *dockerfile.Instruction, manager string) func(end *imagebuild.Pass) fixer.Decision {
	why := fmt.Sprintf("node as PID 1 would not end on SIGTERM, as %s does: no source handles it, and ", manager)
	return func(end *imagebuild.Pass) (d fixer.Decision) {
		in := end.Became(cmd)
		for _, n := range end.Graph.Targets() {
			base, _ := end.Base(n, baseimage.AskConfig) // an unknown base starts nothing
			run := n.Eval(base)
			switch {
			case run.Final.Cmd == nil || run.Final.Cmd.In != in || startsInit(end, run):
			case end.Offers(TiniInit, steps.StartSpan(end, run)):
				d = d.And(fixer.Doubt(why + "adding an init is unsafe here").Without(TiniInit))
			default:
				d = d.And(fixer.Refusal(why + "no init starts it").Without(TiniInit))
			}
		}
		return d
	}
}

// notAsRoot is what must hold in the end of a CMD that npm, as root, may run as
// another user: that it does not start as root. why says so.
func notAsRoot(cmd *dockerfile.Instruction, why string) func(end *imagebuild.Pass) fixer.Decision {
	return func(end *imagebuild.Pass) (d fixer.Decision) {
		in := end.Became(cmd)
		for _, n := range end.Graph.Targets() {
			base, _ := end.Base(n, baseimage.AskConfig)
			final := n.Eval(base).Final
			if final.Cmd != nil && final.Cmd.In == in && (!final.User.Known || stage.IsRoot(final.User.Text)) {
				d = d.And(fixer.Refusal(why).Without(NonrootUser))
			}
		}
		return d
	}
}

// startsInit reports whether the CMD of a stage is started by an init.
func startsInit(p *imagebuild.Pass, run *stage.Evaluation) bool {
	line, words := run.Final.Cmd.Argv, run.Final.Cmd.Argv
	if entry := run.Final.Entrypoint; entry != nil {
		line = append(slices.Clip(entry.Argv), words...)
	}
	h, err := p.Workload(run).HandsOver(line, len(words))
	return h.Init || err == nil && len(h.Argv) > 0 && workload.IsInit(h.Argv[0])
}
