package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/report"
)

// describe prints what is known of one image, for people.
func describe(w io.Writer, r inspected) error {
	f := r.facts
	rows := [][2]string{{"platform", f.Platform}}
	row := func(label, text string, source baseimage.Source) {
		if source != "" {
			text += fmt.Sprintf("  [%s]", source)
		}
		rows = append(rows, [2]string{label, text})
	}
	if f.Digest != "" {
		row("digest", f.Digest, "")
	}
	if f.Manifest != "" && f.Manifest != f.Digest {
		row("of platform", f.Manifest, "")
	}
	row("distribution", distribution(f.Distro), or(f.Distro).Source)
	if c := f.Config; c != nil {
		row("runs as", runsAs(f), c.Source)
		row("entrypoint", command(c.Entrypoint), c.Source)
		row("cmd", command(c.Cmd), c.Source)
		row("workdir", orNone(c.WorkingDir), c.Source)
		for _, part := range []struct {
			label string
			list  []string
		}{{"shell", c.Shell}, {"on build", c.OnBuild}, {"volumes", c.Volumes}, {"ports", c.ExposedPorts}} {
			if len(part.list) > 0 {
				row(part.label, strings.Join(part.list, ", "), c.Source)
			}
		}
	}
	row("users", users(f.Accounts), or(f.Accounts).Source)
	row("versions", versions(f), or(f.Versions).Source)
	has, lacks := programs(f.Programs)
	row("programs", has, or(f.Programs).Source)
	if lacks != "" {
		row("lacks", lacks, or(f.Programs).Source)
	}
	if f.Assumed != "" {
		row("assumed", f.Assumed, "")
	}
	if f.Unread != "" {
		row("not read", f.Unread, "")
	}
	row("cost", cost(r), "")
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", escape.Line(f.Image))
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-13s %s\n", r[0], escape.Line(r[1]))
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// or returns the part, or its zero value if it is unknown.
func or[T any](part *T) (zero T) {
	if part == nil {
		return zero
	}
	return *part
}

const notKnown = "not known"

func distribution(d *baseimage.Distro) string {
	if d == nil {
		return notKnown
	}
	name := strings.Join(strings.Fields(strings.Join([]string{d.ID, d.Version, d.Codename}, " ")), " ")
	if name == "" {
		name = string(d.Family)
	} else if string(d.Family) != d.ID {
		name += ", of the family " + string(d.Family)
	}
	switch d.Archive {
	case baseimage.Served:
		name += ", packages can be installed"
	case baseimage.Moved:
		name += ", its package archive has moved: nothing can be installed"
	}
	return name
}

// runsAs returns the user, and whether that is root.
func runsAs(f *baseimage.Facts) string {
	name, _, _ := strings.Cut(f.Config.User, ":")
	switch u, ok := f.Accounts.User(name); {
	case name == "" || name == "root" || name == "0":
		return "root"
	case ok && u.UID == 0:
		return fmt.Sprintf("%s, who is root", f.Config.User)
	}
	return f.Config.User + ", who is not root"
}

func command(argv []string) string {
	if len(argv) == 0 {
		return "none"
	}
	text, err := json.Marshal(argv)
	if err != nil {
		return notKnown
	}
	return string(text)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// users lists the users that were made for applications, and counts the others.
func users(a *baseimage.Accounts) string {
	if a == nil {
		return notKnown
	}
	var list []string
	system := 0
	for _, u := range a.Users {
		if !baseimage.ForApplications(u.UID) {
			system++
			continue
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %d:%d %s %s", u.Name, u.UID, u.GID, u.Home, u.Shell)))
	}
	const most = 8
	more := len(list) - most
	text := strings.Join(list[:min(most, len(list))], "; ")
	if more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	if text == "" {
		text = "none for applications"
	}
	if a.Complete {
		return fmt.Sprintf("%s, and %d of the system", text, system)
	}
	return text + ", perhaps others"
}

func versions(f *baseimage.Facts) string {
	v := f.Versions
	if v == nil {
		return notKnown
	}
	var list []string
	for _, p := range [][2]string{{"node", v.Node}, {"npm", v.NPM}, {"yarn", v.Yarn}} {
		if p[1] != "" {
			list = append(list, p[0]+" "+p[1])
		}
	}
	if has, _ := f.Programs.Has("node"); has && v.Node == "" {
		list = append(list, "node of a version that is not known")
	}
	if len(list) == 0 {
		return "no Node.js"
	}
	return strings.Join(list, ", ")
}

// programs returns the existing programs, by their paths and with the rights that they have of
// their own, and the missing ones.
func programs(p *baseimage.Programs) (has, lacks string) {
	if p == nil {
		return notKnown, ""
	}
	var there, absent []string
	for name, where := range p.Paths {
		if where == "" {
			absent = append(absent, name)
		} else {
			if has := p.Rights[name]; has != "" {
				where += " (" + has + ")"
			}
			there = append(there, where)
		}
	}
	slices.SortFunc(there, func(a, b string) int { return strings.Compare(path.Base(a), path.Base(b)) })
	slices.Sort(absent)
	return orNone(strings.Join(there, " ")), strings.Join(absent, " ")
}

func cost(r inspected) string {
	took := r.took.Round(time.Millisecond)
	if r.cost.Requests == 0 {
		return fmt.Sprintf("no request, %s", took)
	}
	return fmt.Sprintf("%s, %s, %s, %s", report.Counted(r.cost.Requests, "request"), report.Counted(r.cost.Layers, "layer"), size(r.cost.Bytes), took)
}

// size returns a number of bytes in the largest fitting unit.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
