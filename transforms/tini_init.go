package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// TiniInit puts an init in front of node.
var TiniInit = &fixer.Transform{
	ID:     "tini-init",
	Title:  "start node under an init",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Installs tini from the distribution's packages, in a RUN that installs others already or in one of its own, and puts
it in front of the ENTRYPOINT, the base image's or the file's own. Where a new ENTRYPOINT would clear a CMD that the stage
inherits, the CMD is repeated. Behind npm and its kind on Debian and Ubuntu it is tini -g, which signals their children too.`,
		Why: `The kernel gives process 1 no default reaction to signals: node without a SIGTERM handler of its own goes on, docker
stop and a rolling update wait until their time runs out and kill it, and Ctrl-C does nothing. Process 1 also inherits every
orphan of the container, and node does not reap them.`,
		Safety: `Only in stages that start node, directly, through npm, yarn or pnpm, or through a script that is seen to end in exec.
What was ENTRYPOINT and CMD stays, word by word. Left alone, with the reason: a release whose package archive has moved or is
not known (Debian 10 and older), Red Hat, Wolfi, distroless and scratch; no place where root could install it; a shell that
waits for node, as it would end first; an ENTRYPOINT in shell form; ONBUILD; init: true in a compose file; pm2-runtime and
supervisors. Unsafe where a build argument may name a base image of another distribution. tini ends when its child does: npm
on Debian's shell does so before node, which is told of SIGTERM but not waited for; direct-cmd is the remedy.`,
		See: []string{
			"https://github.com/krallin/tini#why-tini",
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#handling-kernel-signals",
			"https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact",
		},
	},
	Run: func(p *fixer.Pass) error {
		for _, n := range p.Graph.Targets() {
			tini(p, n)
		}
		return nil
	},
}

const noInit = "no init in front of node, left so: "

func tini(p *fixer.Pass, n *chain.Node) {
	if run := n.Eval(nil); !starts(run) || !mayStartNode(run) {
		return
	}
	base, err := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	if !starts(run) || isWindows(run) {
		return
	}
	load := p.Workload(run)
	line, known := load.CommandLine()
	if err != nil || base.Config == nil {
		if known && len(line) > 1 && (workload.IsNode(line[0]) || workload.IsManager(line[0])) {
			p.Report(startSpan(p, run), fmt.Sprintf("%snothing is known of the base image %s%s", noInit, n.Root().Stage.Ref.Text, because(err)))
		}
		return
	}
	way := load.LeadsToNode()
	if !way.Node {
		return
	}
	keep := way.Blocked
	if keep == "" {
		keep = addTini(p, n, way)
	}
	if keep != "" {
		p.Report(startSpan(p, run), noInit+keep)
	}
}

// mayStartNode reports whether it is worth to ask the base image: the file says
// nothing of what is started, or mentions something that may be node.
func mayStartNode(run *chain.Run) bool {
	entry, cmd := run.Final.Entrypoint, run.Final.Cmd
	if entry == nil && cmd == nil {
		return false // a base image's own command is for others to decide
	}
	for _, c := range []*chain.Command{entry, cmd} {
		if c == nil {
			continue
		}
		if slices.ContainsFunc(c.Argv, mayBeNode) {
			return true
		}
	}
	// A program of a package that is installed for all, or found in node_modules.
	return slices.ContainsFunc(run.Steps, func(s chain.Step) bool {
		return strings.Contains(s.In.Logical, "node_modules/.bin") ||
			s.In.Name() == "RUN" && (strings.Contains(s.In.Logical, "-g") || strings.Contains(s.In.Logical, "global"))
	})
}

// mayBeNode reports a word that may have to do with node: names of programs and
// files, and of scripts that may start it.
func mayBeNode(word string) bool {
	if slices.ContainsFunc([]string{"node", ".js", ".mjs", ".cjs", "npm", "npx", "yarn"}, func(s string) bool { return strings.Contains(word, s) }) {
		return true
	}
	program, _, _ := strings.Cut(word, " ")
	name := path.Base(program)
	return path.Ext(name) == ".sh" || strings.Contains(name, "entrypoint") || strings.Contains(name, "start") || workload.Supervises(program) != ""
}

// because is the reason behind a colon, "" for none.
func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// startSpan is where the stage says what it starts.
func startSpan(p *fixer.Pass, run *chain.Run) dockerfile.Span {
	var list []*dockerfile.Instruction
	for _, c := range []*chain.Command{run.Final.Entrypoint, run.Final.Cmd} {
		if c != nil {
			list = append(list, c.In)
		}
	}
	return ofTheFile(p, run, list...)
}

// unsuited tells why a stage gets no init whatever can be installed.
func unsuited(p *fixer.Pass, run *chain.Run) string {
	switch {
	case len(run.Node.Children) > 0:
		return "other stages are built from this one"
	case len(run.Final.Base.Config.OnBuild) > 0:
		return "the base image brings ONBUILD instructions, which decide what is started"
	}
	for _, d := range p.Deployments {
		if d.Init {
			return fmt.Sprintf("%s says init: true, with which Docker brings its own", d.Place)
		}
	}
	return otherInit(run)
}

// otherInit tells of an init that the file brings by itself, and does not start.
func otherInit(run *chain.Run) string {
	found := 0
	for _, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && (workload.IsInit(c.Dest) || slices.ContainsFunc(c.Sources, func(src string) bool { return workload.IsInit(src) })) {
			found = s.In.Line
		}
	}
	calls(run.Steps, func(s chain.Step, c shell.Call) {
		if c.Has("add", "install") && c.Has("dumb-init", "catatonit") {
			found = s.In.Line
		}
	})
	if found == 0 {
		return ""
	}
	return fmt.Sprintf("line %d brings an init that nothing starts", found)
}

// addTini reports the change. keep says why there is none.
func addTini(p *fixer.Pass, n *chain.Node, w workload.ToNode) (keep string) {
	plan, keep := planTini(p, n)
	if keep != "" {
		return keep
	}
	run, source := plan.run, plan.source
	debian := run.Final.Base.Distro.FamilyOf() == baseimage.Debian
	if w.Waits && (debian || !w.Simple) {
		return "its shell would wait for node, and end before it on a signal: write exec in front of the last command"
	}
	options := []string{source.path, "--"}
	var notes []string
	if w.Manager != "" && debian {
		options = []string{source.path, "-g", "--"}
		notes = append(notes, w.Manager+" still ends before node does, which cuts off what node does on SIGTERM: start node itself")
	}
	start, err := inFront(p, run, options)
	if err != nil {
		return err.Error()
	}
	safety := p.Transform().Safety
	if plan.doubt != "" {
		safety, notes = fixer.Unsafe, append(notes, plan.doubt)
	}
	how := fmt.Sprintf("no init in front of node, to forward signals and to reap its children: %s (%s)", strings.Join(options[:len(options)-1], " "), source.why)
	p.ReportAs(safety, startSpan(p, run), strings.Join(append([]string{how}, notes...), "; "), append(plan.install, start...)...)
	return ""
}

// tiniPlan is how a stage gets tini.
type tiniPlan struct {
	run     *chain.Run
	source  tiniSource
	install []dockerfile.Edit
	doubt   string // why it is unsafe, "" when it isn't
}

// planTini decides how, whatever the stage starts. keep says why it can't.
func planTini(p *fixer.Pass, n *chain.Node) (plan tiniPlan, keep string) {
	base, err := p.Base(n, baseimage.AskDistro)
	if err != nil {
		return plan, err.Error()
	}
	plan.run = n.Eval(base)
	if keep = unsuited(p, plan.run); keep != "" {
		return plan, keep
	}
	if plan.source, keep = findTini(plan.run); keep != "" {
		return plan, keep
	}
	if base, err = p.Base(n, plan.source.ask|baseimage.AskSh|baseimage.AskChown); err != nil {
		return plan, err.Error()
	}
	plan.run = n.Eval(base)
	if in := clearsEntrypoint(plan.run); in != nil {
		return plan, fmt.Sprintf("line %d clears the ENTRYPOINT", in.Line)
	}
	if plan.install, err = plan.source.install(p, plan.run); err != nil {
		return plan, err.Error()
	}
	plan.doubt = plan.source.otherBase(plan.run)
	return plan, ""
}
