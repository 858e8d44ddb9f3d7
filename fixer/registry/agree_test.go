package registry_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// makeup is an image in the making.
type makeup struct {
	t *testing.T
	dice
	debian  bool
	world   *world
	history []v1.History
	layers  [][]byte
	dir     string // WORKDIR
}

// command makes up one statement, most often a harmless one.
func (m *makeup) command() stmt {
	switch n := m.IntN(100); {
	case n < 16:
		return m.pair(m.debian)
	case n < 30 && m.debian:
		return m.pickStmt(m.useradd(), m.useradd(), m.groupadd(), m.adduser(true), m.addgroup(true))
	case n < 30:
		return m.pickStmt(m.adduser(false), m.adduser(false), m.addgroup(false), m.useradd(), m.groupadd())
	case n < 34:
		return m.change(m.debian)
	case n < 50:
		return m.program(m.debian)
	case n < 52:
		return m.release(m.debian)
	}
	return m.benign()
}

func (m *makeup) pickStmt(all ...stmt) stmt { return all[m.IntN(len(all))] }

// statement makes up a command with constructs around it.
func (m *makeup) statement() stmt {
	a := m.command()
	quotable := !strings.ContainsAny(a.text, `'\`)
	switch n := m.IntN(60); {
	case n < 6:
		return and(m.benign(), a)
	case n < 10:
		return and(a, m.benign())
	case n == 10:
		return or(a, m.benign())
	case n == 11:
		return or(m.benign(), a)
	case n == 12:
		return not(a)
	case n == 13:
		return child("(", ")", a, true)
	case n == 14:
		return bare("{ ", "; }", a)
	case n == 15:
		return when(m.benign(), a, m.benign())
	case n == 16:
		return when(a, m.benign(), m.benign())
	case n == 17 && quotable:
		return child("sh -c '", "'", a, false)
	case n == 18:
		return bare("for i in 1; do ", "; done", a)
	case n == 19:
		return forgotten(a.text+" & true", a, m.chance(50))
	case n == 20:
		return bare("", " > /dev/null 2>&1", m.benign())
	case n == 21:
		return or(m.benign(), exit(m.IntN(2)))
	case n == 22:
		return and(m.benign(), exit(m.IntN(2)))
	}
	return a
}

// script makes up a script of some statements.
func (m *makeup) script(sep string) stmt {
	var all []stmt
	if m.chance(30) {
		all = append(all, set(true))
	}
	for range 1 + m.IntN(3) {
		all = append(all, m.statement())
		if m.chance(3) {
			all = append(all, set(m.chance(50)))
		}
	}
	if m.chance(60) {
		return and(all...)
	}
	return list(sep, all...)
}

// run adds a RUN, whose script has succeeded.
func (m *makeup) run() {
	if !m.world.shell() {
		return
	}
	for range 8 {
		sep := "; "
		heredoc := m.chance(15)
		if heredoc {
			sep = m.pick("\n", "\n# useradd -u 1999 -g 0 no\n", "\n\n")
		}
		s, state := m.script(sep), &sh{}
		if heredoc {
			s.text += "\n"
		}
		s, line := m.line(s, state)
		if after := m.world.clone(); s.run(after, state) == 0 {
			m.add(line, after)
			return
		}
	}
}

// line writes the history of a RUN, and returns the shell's interpretation.
func (m *makeup) line(s stmt, state *sh) (stmt, string) {
	shell := "/bin/sh -c "
	switch {
	case m.debian && m.chance(10):
		shell, state.errexit = m.pick("/bin/bash -eo pipefail -c ", "/bin/bash -o errexit -c ", "/bin/bash -ec "), true
	case m.debian && m.chance(5):
		shell = "/bin/bash -o pipefail -c "
	}
	text := s.text
	if s.kind != loose && m.chance(3) { // in a POSIX shell, in the background
		text += " &> /dev/null"
		if !strings.Contains(shell, "bash") {
			s = forgotten(text, s, m.chance(50))
		}
	}
	switch m.IntN(40) {
	case 0:
		return s, shell + text
	case 1, 2, 3:
		return s, "RUN |2 A=b c D=/e /f " + shell + text + " # buildkit"
	case 4:
		return simple("", func(*world) bool { return true }), "RUN |1 A=/bin/sh -c " + text + " && " + shell + "true # buildkit"
	case 5:
		return s, "RUN /bin/sh -c /dev/pipes/EOF # buildkit"
	case 6:
		return s, m.pick("RUN ["+text+"] # buildkit", "RUN "+text, "RUN <<EOF", `/bin/sh -c ["/setup.sh"]`)
	}
	return s, "RUN " + shell + text + " # buildkit"
}

// add adds a layer that leads to another state of the world.
func (m *makeup) add(line string, after *world) {
	m.history = append(m.history, v1.History{CreatedBy: line})
	m.layers = append(m.layers, tarOf(m.t, after.layer(m.world)...))
	m.world = after
}

// copied adds a COPY, which brings what it can bring at its destination.
func (m *makeup) copied() {
	dest := m.pick("/app", "/app/", "/usr/local/bin/", "/etc/", "/etc", "/", "./", ".", "x", "/usr/bin/", "/usr/", "/etc/passwd", "/usr/lib/", "/etc/default/")
	after := m.world.clone()
	at := strings.Trim(dest, "/.")
	if !strings.HasPrefix(dest, "/") {
		at = strings.Trim(m.dir+"/"+at, "/")
	}
	within := func(file string) bool { return at == "" || file == at || strings.HasPrefix(file, at+"/") }
	if within("etc/passwd") && m.chance(70) {
		after.users = append(after.users[:1], baseimage.User{Name: "copied", UID: 1900, GID: 1900, Home: "/", Shell: "/bin/sh"})
	}
	if within("usr/bin/chown") && m.chance(50) {
		after.files["usr/bin/chown"], after.files["bin/chown"] = "=", "="
	}
	if m.debian {
		delete(after.files, "bin/chown")
	}
	if within("usr/lib/os-release") && m.chance(50) {
		after.files["usr/lib/os-release"], after.files["etc/os-release"] = "=ID=wolfi\n", "=ID=wolfi\n"
	}
	source := m.pick("rootfs/", "setup", "a.sh", ".", "/")
	m.add(m.pick("COPY ", "ADD ", "COPY --chown=node:node ")+source+" "+dest+" # buildkit", after)
	if at == "usr/local/bin" && source != "a.sh" && m.chance(60) {
		hidden := m.world.clone()
		hidden.useradd(account{name: "hidden", id: 1950, group: "0", base: "/home", unique: true})
		m.add("RUN /bin/sh -c setup # buildkit", hidden)
	}
}

// step adds an instruction.
func (m *makeup) step() {
	silent := func(line string) { m.history = append(m.history, v1.History{CreatedBy: line, EmptyLayer: true}) }
	switch n := m.IntN(100); {
	case n < 80:
		m.run()
	case n < 85:
		m.copied()
	case n < 93:
		silent(m.pick(`ENV X=useradd`, `ONBUILD RUN useradd -u 1001 -g 0 x`, `LABEL a="userdel node"`, `CMD ["adduser"]`, `ARG A=b c`, `/bin/sh -c #(nop)  CMD ["rm" "/bin/sh"]`))
	case n < 97:
		m.dir = m.pick("/", "/app", "/etc", "/usr/bin")
		silent("WORKDIR " + m.dir)
	case n < 99: // a commit, a squash, an unknown tool
		after := m.world.clone()
		after.useradd(account{name: "other", id: 1960, group: "0", base: "/home", unique: true})
		delete(after.files, "usr/bin/git")
		m.add(m.pick("bash", "crane mutate", "bazel build", ""), after)
	default: // a layer that the history leaves out
		after := m.world.clone()
		after.useradd(account{name: "secret", id: 1970, group: "0", base: "/home", unique: true})
		delete(after.files, "usr/bin/git")
		m.add("", after)
		m.history = m.history[:len(m.history)-1]
	}
}

// makeUp makes up an image.
func makeUp(t *testing.T, seed uint64) *makeup {
	m := &makeup{t: t, dice: dice{rand.New(rand.NewPCG(seed, 1))}}
	m.debian = m.chance(50)
	line, world := bookworm, newWorld(m.debian)
	if !m.debian {
		line = "ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit"
	}
	if m.chance(3) { // another's archive
		line = m.pick("ADD alpine-minirootfs-3.20.3-x86_64.tar.gz /opt/x # buildkit", "ADD --chown=1 alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit", "COPY / / # buildkit", "ADD file:ab in /")
		world.users = append(world.users, baseimage.User{Name: "first", UID: 1980, GID: 0, Home: "/"})
	}
	m.add(line, world)
	for range m.IntN(4) {
		m.step()
	}
	return m
}

// agreeAsk is all that history may settle. Each part of the facts has its own source;
// programs have the weakest of theirs.
const agreeAsk = baseimage.AskUsers | baseimage.AskDistro | baseimage.AskSh | baseimage.AskChown | baseimage.AskApk | baseimage.AskAptGet | baseimage.AskUseradd | baseimage.AskAdduser | baseimage.AskGit | baseimage.AskTini

// disagreements compares the facts of the history with those of the layers, and counts
// the former.
func disagreements(told, read *baseimage.Facts, spoke map[string]int) (list []string) {
	a, b := told.Accounts, read.Accounts
	if a == nil || a.Source == baseimage.FromHistory {
		spoke["users"]++
		if a != nil {
			spoke["some users"]++
		}
		if x, y := forApps(a, nil), forApps(b, a); x != y {
			list = append(list, fmt.Sprintf("users %s, in the layers %s", x, y))
		}
	}
	if d, e := told.Distro, read.Distro; d != nil && d.Source == baseimage.FromHistory {
		spoke["distro"]++
		if d.ID != e.ID || d.Version != e.Version || d.Family != e.Family || d.Codename != e.Codename {
			list = append(list, fmt.Sprintf("distro %+v, in the layers %+v", *d, *e))
		}
	}
	if p := told.Programs; p != nil && p.Source == baseimage.FromHistory {
		spoke["programs"]++
		for name, where := range p.Paths {
			if where != "" && read.Programs.Paths[name] == "" {
				list = append(list, name+" is not in the layers")
			}
		}
		if p.Paths["git"] != "" || p.Paths["tini"] != "" {
			spoke["packages"]++
		}
	}
	slices.Sort(list)
	return list
}

// forApps lists the accounts with an id from 1000 to 59999; what like leaves
// open of one is left out.
func forApps(a, like *baseimage.Accounts) string {
	if a == nil {
		return "[]"
	}
	var list []string
	for _, u := range a.Users {
		if o, ok := like.User(u.Name); ok {
			if o.Home == "" {
				u.Home = ""
			}
			if o.Shell == "" {
				u.Shell = ""
			}
		}
		if u.UID >= 1000 && u.UID < 60000 {
			list = append(list, fmt.Sprint(u))
		}
	}
	for _, g := range a.Groups {
		if g.GID >= 1000 && g.GID < 60000 {
			list = append(list, fmt.Sprint(g))
		}
	}
	slices.Sort(list)
	return fmt.Sprint(list)
}

// TestHistoryAgrees makes up images whose commands a simulator has carried out: if the
// history settles a question, the layers must give the same answer.
func TestHistoryAgrees(t *testing.T) {
	const images = 2000
	spoke := map[string]int{}
	for seed := range uint64(images) {
		m := makeUp(t, seed)
		g := given{Config: v1.ConfigFile{OS: "linux", Architecture: "amd64", History: m.history}, Layers: m.layers}
		g.Config.RootFS.DiffIDs = slices.Repeat([]v1.Hash{{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}}, len(m.layers))
		silent := g
		silent.Config.History = slices.Repeat([]v1.History{{CreatedBy: "unknown"}}, len(m.layers))
		ask := func(g given, noLayers bool) *baseimage.Facts {
			return inspect(t, inspector(t, registry.Options{Sources: []content.Source{g}, Table: registry.NoTable{}, NoLayers: noLayers}), "made/up:1", agreeAsk)
		}
		told, read := ask(g, false), ask(silent, false)
		told.Programs = ask(g, true).Programs // one that only the layers know takes the others with it
		for _, d := range disagreements(told, read, spoke) {
			t.Errorf("image %d: %s", seed, d)
			for _, h := range m.history {
				t.Logf("  %s", h.CreatedBy)
			}
		}
	}
	t.Log(spoke)
	for what, least := range map[string]int{"users": 30, "some users": 10, "distro": 50, "programs": 50, "packages": 1} {
		if spoke[what]*100 < images*least {
			t.Errorf("the history of %d of %d images settles the %s: too few to test anything", spoke[what], images, what)
		}
	}
}
