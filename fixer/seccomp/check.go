package seccomp

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/internal/clip"
)

// Problem is something that a profile gets wrong or, with severity [fixer.Info], something
// to know about it.
type Problem struct {
	ID        string // one of IDs
	Severity  fixer.Severity
	Line, Col int    // from 1; columns count bytes
	Message   string // a statement, without a final stop
}

// The IDs of problems.
const (
	allowsAll     = "seccomp-allows-all"
	dangerousCall = "seccomp-dangerous-call"
	nodeNeeds     = "seccomp-node-needs"
	runtimeNeeds  = "seccomp-runtime-needs"
	unknownCall   = "seccomp-unknown-call"
	unknownKey    = "seccomp-unknown-key"
	architecture  = "seccomp-architecture"
	condition     = "seccomp-condition"
	difference    = "seccomp-docker-default"
)

// IDs has, for each ID that a Problem may have, what it is about.
var IDs = map[string]string{
	allowsAll:     "The default action allows each system call that no rule denies, those of newer kernels included. A profile lists what it allows, and denies the rest.",
	dangerousCall: "The profile allows a system call, or a family of sockets, that Docker's default denies to a container without capabilities, since containers are left by it or the host is attacked.",
	nodeNeeds:     "Node.js makes a system call that the profile denies. The versions named are those that were seen to fail without it.",
	runtimeNeeds:  "The container runtime makes a system call after it has set the profile and before it starts the program. No container starts without it.",
	unknownCall:   "A name is not a system call of any architecture. Container runtimes ignore it, so that the rule is not what it looks like.",
	unknownKey:    "A key is in neither Docker's form nor the OCI runtime specification's. It is ignored: a rule with arg in place of args has no filter.",
	architecture:  "An architecture is unknown, is not usable beside x86_64 and aarch64, or admits 32-bit programs.",
	condition:     "Rules depend on the architecture or the capabilities of the container (includes, excludes). Docker and CRI-O read that; containerd, and so most Kubernetes clusters, applies such rules to every container.",
	difference:    "What the profile allows beyond Docker's default, and what it denies of it. A copy of the default does not receive its fixes.",
}

// Check judges a profile in Docker's form or in the OCI runtime specification's, for
// containers without capabilities that run Node.js 18 to 26 on x86_64 or aarch64. name is
// the profile's in errors. The problems come by severity, the highest first, and then by
// their places. The error is a *document.Error: for a text with more than [MaxBytes], that
// Docker or the runtime refuses, or that has a key twice.
func Check(name string, text []byte) ([]Problem, error) {
	s, err := read(name, text)
	if err != nil {
		return nil, err
	}
	standard, err := Default()
	if err != nil {
		return nil, err
	}
	c := &checker{source: s, count: map[string]int{}}
	for _, arch := range architectures {
		own, err := newView(s.profile, arch)
		if err != nil {
			return nil, err
		}
		docker, err := newView(standard, arch)
		if err != nil {
			return nil, err
		}
		c.own, c.docker = append(c.own, own), append(c.docker, docker)
	}
	c.defaultAction()
	c.dangerous()
	c.needs()
	c.names()
	c.stray()
	c.architectures()
	c.conditions()
	c.compare()
	return c.finish(), nil
}

// view is what a profile means on one architecture for a container without capabilities.
type view struct {
	arch     string
	profile  *specs.LinuxSeccomp
	verdicts map[string]verdict
}

func newView(p *Profile, arch string) (view, error) {
	resolved, err := p.Resolve(arch, nil)
	if err != nil {
		return view{}, err
	}
	return view{arch, resolved, judged(resolved, arch)}, nil
}

type checker struct {
	*source
	own, docker []view // of the profile and of Docker's default, for each architecture
	problems    []Problem
	count       map[string]int // of problems, by ID
}

// The bounds of what is said of a profile, which may be anything.
const (
	maxOfID = 100 // problems of one ID
	maxText = 500 // bytes of a message
)

func (c *checker) report(id string, severity fixer.Severity, at int, format string, args ...any) {
	if c.count[id]++; c.count[id] <= maxOfID {
		line, col := c.place(at)
		c.problems = append(c.problems, Problem{id, severity, line, col, clip.Text(fmt.Sprintf(format, args...), maxText)})
	}
}

// finish returns the problems in their order.
func (c *checker) finish() []Problem {
	for _, id := range slices.Sorted(maps.Keys(c.count)) {
		if more := c.count[id] - maxOfID; more > 0 {
			line, col := c.place(c.root.start)
			c.problems = append(c.problems, Problem{id, fixer.Info, line, col, fmt.Sprintf("%d more of this kind", more)})
		}
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return c.problems
}

// onAny reports whether something holds of the profile on one of the architectures.
func (c *checker) onAny(holds func(view) bool) bool { return slices.ContainsFunc(c.own, holds) }

// allowedAt returns the place of a name in the first rule that allows it, without
// conditions on arguments if there is one; else of the default action. byRule reports
// whether it is a rule.
func (c *checker) allowedAt(name string) (at int, byRule bool) {
	at = c.at("defaultAction")
	for i, rule := range c.profile.docker.Syscalls {
		j := slices.Index(plain(rule).Names, name)
		if j < 0 || effect(rule.Action) == denied || !c.onAny(func(v view) bool { return holds(rule, v.arch, nil) }) {
			continue
		}
		if len(rule.Args) == 0 {
			return c.nameAt(i, j), true
		}
		if !byRule {
			at, byRule = c.nameAt(i, j), true
		}
	}
	return at, byRule
}

func (c *checker) defaultAction() {
	if action := c.profile.docker.DefaultAction; effect(action) == open {
		c.report(allowsAll, fixer.High, c.at("defaultAction"), "%s as default action allows each system call that no rule denies, those of newer kernels included", action)
	}
}

// names reports the names that are not system calls.
func (c *checker) names() {
	for i, rule := range c.profile.docker.Syscalls {
		for j, name := range plain(rule).Names {
			if isCall(name) {
				continue
			}
			meant := ""
			if c.count[unknownCall] < maxOfID { // else it is not shown
				if near := nearestCall(name); near != "" {
					meant = fmt.Sprintf(" (is %s meant?)", near)
				}
			}
			c.report(unknownCall, fixer.Medium, c.nameAt(i, j), "%q is not a system call of Linux %s, and is ignored%s", name, kernel, meant)
		}
	}
}

// nearestCall returns the system call that a name is probably meant to be, or "".
func nearestCall(name string) (best string) {
	const longest = 32 // no system call's name is as long
	if len(name) > longest {
		return ""
	}
	least := 0.75 // set_gid is as like setgid as 0.86; no call is as like mquery
	for _, call := range allCalls() {
		if s := levenshtein.Similarity(name, call, nil); s > least {
			best, least = call, s
		}
	}
	return best
}

// stray reports the keys that no reader knows. One that begins with another character than
// a letter is a comment in most files that have it.
func (c *checker) stray() {
	for _, f := range c.strayKeys() {
		if f.key != "" && ('a' <= f.key[0]|0x20 && f.key[0]|0x20 <= 'z') {
			c.report(unknownKey, fixer.Low, f.at, "%q is not a key of a seccomp profile, and is ignored", f.key)
		}
	}
}

// few returns the first of some names, and how many more there are.
func few(names []string) string {
	const most = 5
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
