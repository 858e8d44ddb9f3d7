package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/inits"
	"github.com/dockmend/dockmend/transforms/internal/processone"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// TiniInit puts an init before node.
var TiniInit = &fixer.Transform{
	ID:       "tini-init",
	Title:    "start node under an init",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Installs tini from the distribution's packages, in a RUN that installs others already or in one of its own, and puts it
before the ENTRYPOINT, the base image's or the file's own. Its own RUN comes directly after FROM, or after what names a mirror
or a proxy. Where a new ENTRYPOINT would clear an inherited CMD, the CMD is repeated. For npm, yarn and pnpm on Debian and Ubuntu
it is tini -g, which signals their children too; they still end before node does, so that direct-cmd is the better repair.`,
		Why: `The kernel gives PID 1 no default reaction to signals: node without a SIGTERM handler keeps running, docker stop and rolling
updates wait for their timeout and kill it, and Ctrl-C does nothing. PID 1 also inherits every orphan of the container, and
node does not reap them.`,
		Checks: []string{
			"The stage starts node: directly, through npm, yarn or pnpm, or through a script that ends in exec",
			"The words of ENTRYPOINT and CMD stay the same",
			"The package exists in the base's release, and its archive is still served",
			"Root can install it at some point of the stage",
		},
		LeavesAlone: []string{
			"Debian 10 and older, Red Hat, Wolfi, distroless and scratch",
			"Releases that are not known, and base images that are not known",
			"A shell that waits for node: it would end first on a signal",
			"An ENTRYPOINT in shell form, ONBUILD, and stages that others are built from",
			"Compose files with init: true, and builds without a network that have no tini yet",
			"Deployments that share the processes of the host, of another container or of the pod: node is not PID 1",
			"pm2-runtime, supervisors, and images with another init",
		},
		NeedsUnsafe: []string{
			"A build argument may choose a base image of another distribution",
			"The repository has hadolint ask for versions of packages, and that of tini is not known",
			"A source, script or health check asks about PID 1 (process.pid === 1, /proc/1/comm)",
			"A script or makefile sends it a signal that no source handles (docker compose kill -s HUP)",
		},
		See: []string{
			"https://github.com/krallin/tini#why-tini",
			"https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#handling-kernel-signals",
			"https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Targets() {
			tini(p, n)
		}
		return nil
	}),
}

const noInit = "node runs without an init"

func tini(p *imagebuild.Pass, n *stage.Node) {
	if run := n.Eval(nil); !steps.Starts(run) || !mayStartNode(run) {
		return
	}
	base, err := p.Base(n, baseimage.AskConfig)
	run := n.Eval(base)
	if !steps.Starts(run) || steps.IsWindows(run) {
		return
	}
	load := p.Workload(run)
	line, known := load.CommandLine()
	if err != nil || base.Config == nil {
		if known && len(line) > 1 && (workload.IsNode(line[0]) || workload.IsManager(line[0])) {
			p.Leave(steps.StartSpan(p, run), noInit, fmt.Sprintf("the base image %s is unknown%s", n.Root().Stage.Ref.Text, because(err)))
		}
		return
	}
	way := load.LeadsToNode()
	if !way.Node {
		return
	}
	may := fixer.Refusal(way.Blocked)
	if !may.Refused() {
		may = addTini(p, n, way)
	}
	if may.Refused() {
		p.Change(steps.StartSpan(p, run), fixer.Finding{Problem: noInit}, may)
	}
}

// mayStartNode reports whether to ask about the base image: the file does not say what
// is started, or mentions something that may be node.
func mayStartNode(run *stage.Evaluation) bool {
	entry, cmd := run.Final.Entrypoint, run.Final.Cmd
	if entry == nil && cmd == nil {
		return false // a base image's own command is for others to decide
	}
	for _, c := range []*stage.Command{entry, cmd} {
		if c == nil {
			continue
		}
		if slices.ContainsFunc(c.Argv, mayBeNode) {
			return true
		}
	}
	// A program of a package that is installed globally, or found in node_modules.
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		return strings.Contains(s.In.Logical, "node_modules/.bin") ||
			s.In.Name() == "RUN" && (strings.Contains(s.In.Logical, "-g") || strings.Contains(s.In.Logical, "global"))
	})
}

// mayBeNode reports whether a word may be about node: names of programs and
// files, and of scripts that may start it.
func mayBeNode(word string) bool {
	if slices.ContainsFunc([]string{"node", ".js", ".mjs", ".cjs", "npm", "npx", "yarn"}, func(s string) bool { return strings.Contains(word, s) }) {
		return true
	}
	program, _, _ := strings.Cut(word, " ")
	name := path.Base(program)
	return path.Ext(name) == ".sh" || strings.Contains(name, "entrypoint") || strings.Contains(name, "start") || workload.Supervises(program) != ""
}

// because returns the reason after a colon, "" for none.
func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// suits decides whether a stage may get an init, whatever can be installed.
func suits(p *imagebuild.Pass, run *stage.Evaluation) fixer.Decision {
	switch {
	case len(run.Node.Children) > 0:
		return fixer.Refusal("other stages are built from this one")
	case len(run.Final.Base.Config.OnBuild) > 0:
		return fixer.Refusal("the base image brings ONBUILD instructions, which decide what is started")
	}
	if may := inits.Deployed(p); may.Refused() {
		return may
	}
	return otherInit(run)
}

// otherInit refuses if the file brings an init by itself, and does not start it.
func otherInit(run *stage.Evaluation) fixer.Decision {
	found := 0
	for _, s := range run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && (workload.IsInit(c.Dest) || slices.ContainsFunc(c.Sources, func(src string) bool { return workload.IsInit(src) })) {
			found = s.In.Line
		}
	}
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if c.Has("add", "install") && c.Has("dumb-init", "catatonit") {
			found = s.In.Line
		}
	})
	if found == 0 {
		return fixer.Decision{}
	}
	return fixer.Refusal(fmt.Sprintf("line %d brings an init that nothing starts", found))
}

// addTini reports the change, or returns the refusal to make it.
func addTini(p *imagebuild.Pass, n *stage.Node, w workload.ToNode) fixer.Decision {
	plan, may := planTini(p, n)
	if may.Refused() {
		return may
	}
	run, source := plan.run, plan.source
	debian := run.Final.Base.Distro.FamilyOf() == baseimage.Debian
	if w.Waits && (debian || !w.Simple) {
		return fixer.Refusal("its shell would wait for node, and end before it on a signal: write exec before the last command")
	}
	options := []string{source.Path}
	var notes fixer.Decision
	if at := inits.Subreaper(p); at != (workload.Place{}) {
		options = append(options, "-s")
		notes.Caveats = append(notes.Caveats, fmt.Sprintf("%s gives it another PID 1, beside which tini needs -s", at))
	}
	if w.Manager != "" && debian {
		options = append(options, "-g")
		notes.Caveats = append(notes.Caveats, w.Manager+" still ends before node, which cuts off its handling of SIGTERM: start node directly")
	}
	start, err := inits.Prepend(p, run, append(options, "--"))
	if err != nil {
		return fixer.Refusal(err.Error())
	}
	// What a package manager starts has another number than 1 in any case.
	may = notes.And(may).And(processone.Another(p, run, w.Manager == "")).And(processone.Signalled(p, run))
	p.Change(steps.StartSpan(p, run), fixer.Finding{
		Problem: noInit,
		Change:  "start it with " + strings.Join(options, " "), Reason: source.Why,
		Evidence: []fixer.Evidence{imagebuild.InImage(run.Final.Base, run.Final.Base.Distro.Source, "the distribution")},
	}, may, append(plan.install, start...)...)
	return may
}

// tiniPlan is how a stage gets tini.
type tiniPlan struct {
	run     *stage.Evaluation
	source  inits.Source
	install []document.Edit
}

// planTini decides how, and whether it may be, whatever the stage starts.
func planTini(p *imagebuild.Pass, n *stage.Node) (plan tiniPlan, may fixer.Decision) {
	base, err := p.Base(n, baseimage.AskDistro)
	if err != nil {
		return plan, fixer.Refusal(err.Error())
	}
	plan.run = n.Eval(base)
	if may = suits(p, plan.run); may.Refused() {
		return plan, may
	}
	if plan.source, may = inits.Find(plan.run); may.Refused() {
		return plan, may
	}
	if may = plan.source.Reaches(p); may.Refused() {
		return plan, may
	}
	plan.source, may = plan.source.Pinned(p, plan.run)
	if base, err = p.Base(n, plan.source.Ask|baseimage.AskSh|baseimage.AskChown); err != nil {
		return plan, fixer.Refusal(err.Error())
	}
	plan.run = n.Eval(base)
	if in := inits.ClearsEntrypoint(plan.run); in != nil {
		return plan, fixer.Refusal(fmt.Sprintf("line %d clears the ENTRYPOINT", in.Line))
	}
	if plan.install, err = plan.source.Install(p, plan.run); err != nil {
		return plan, fixer.Refusal(err.Error())
	}
	return plan, may.And(plan.source.FitsBase(plan.run))
}
