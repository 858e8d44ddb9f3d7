package workload

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds the npm that a step runs.

// Version is a release of npm or Node.js, by its first two numbers.
type Version struct{ Major, Minor int }

// Less reports whether v is older than w.
func (v Version) Less(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// NPM is the range of releases that npm may be, both ends included. The zero value is
// any release.
type NPM struct {
	Known    bool
	Min, Max Version
	// Node is the version of Node.js that brings it, "" when it was read from
	// npm itself.
	Node string
}

// AtLeast reports whether npm is certainly this release or a later one.
func (n NPM) AtLeast(major, minor int) bool {
	return n.Known && !n.Min.Less(Version{major, minor})
}

// Before reports whether npm is certainly older than this release.
func (n NPM) Before(major, minor int) bool { return n.Known && n.Max.Less(Version{major, minor}) }

// comesWith lists the npm that Node.js releases have brought: the release that the
// line names and all up to the next line of the same major version
// (nodejs.org/dist/index.json). Within a line, npm went from the first to the second.
var comesWith = []struct {
	node     Version
	min, max Version
}{
	{Version{0, 0}, Version{1, 0}, Version{3, 10}},
	{Version{8, 0}, Version{5, 0}, Version{5, 6}},
	{Version{8, 12}, Version{6, 4}, Version{6, 13}},
	{Version{9, 0}, Version{5, 5}, Version{5, 6}},
	{Version{10, 0}, Version{5, 6}, Version{5, 6}},
	{Version{10, 3}, Version{6, 1}, Version{6, 14}},
	{Version{11, 0}, Version{6, 4}, Version{6, 9}},
	{Version{12, 0}, Version{6, 9}, Version{6, 14}},
	{Version{13, 0}, Version{6, 12}, Version{6, 14}},
	{Version{14, 0}, Version{6, 14}, Version{6, 14}},
	{Version{15, 0}, Version{7, 0}, Version{7, 7}},
	{Version{16, 0}, Version{7, 10}, Version{8, 0}},
	{Version{16, 11}, Version{8, 0}, Version{8, 19}},
	{Version{17, 0}, Version{8, 1}, Version{8, 11}},
	{Version{18, 0}, Version{8, 6}, Version{8, 19}},
	{Version{18, 14}, Version{9, 3}, Version{9, 8}},
	{Version{18, 19}, Version{10, 2}, Version{10, 8}},
	{Version{19, 0}, Version{8, 19}, Version{9, 6}},
	{Version{20, 0}, Version{9, 6}, Version{9, 8}},
	{Version{20, 8}, Version{10, 1}, Version{10, 8}},
	{Version{21, 0}, Version{10, 2}, Version{10, 5}},
	{Version{22, 0}, Version{10, 5}, Version{10, 9}},
	{Version{23, 0}, Version{10, 9}, Version{10, 9}},
	{Version{24, 0}, Version{11, 3}, Version{11, 99}},
}

// newest is the version that a release not yet in the table may bring.
var newest = Version{1000, 0}

// NPMOf returns the npm of a Node.js release, from its version: "20", "20.9" or
// "20.9.0". It is not Known if that is not a version.
func NPMOf(node string) NPM {
	parts := strings.SplitN(strings.TrimPrefix(node, "v"), ".", 3)
	major, err := strconv.Atoi(parts[0])
	if err != nil || major < 0 {
		return NPM{}
	}
	out := NPM{Node: node}
	minor, hasMinor := 0, false
	if len(parts) > 1 {
		n, err := strconv.Atoi(parts[1])
		minor, hasMinor = n, err == nil
	}
	for _, line := range comesWith {
		switch {
		case major > comesWith[len(comesWith)-1].node.Major:
			return NPM{Known: true, Min: comesWith[len(comesWith)-1].min, Max: newest, Node: node}
		case line.node.Major != major && !(major < 8 && line.node.Major == 0):
		case hasMinor && minor < line.node.Minor:
		case hasMinor || !out.Known:
			out.Known, out.Min, out.Max = true, line.min, line.max
		default:
			out.Max = line.max
		}
	}
	return out
}

// NPMAt returns the npm that a step runs. If an earlier instruction may install
// another one, changed is its line, and the npm is not Known; otherwise changed is 0.
func (w *Workload) NPMAt(at stage.Step) (n NPM, changed int) {
	for _, s := range w.in.Run.Steps {
		if s.In.Index > at.In.Index {
			break
		}
		if mayBringNPM(s) {
			return NPM{}, s.In.Line
		}
	}
	return w.baseNPM(at.Before), 0
}

// NPMAtStart returns the npm of the final image.
func (w *Workload) NPMAtStart() NPM {
	if slices.ContainsFunc(w.in.Run.Steps, mayBringNPM) {
		return NPM{}
	}
	return w.baseNPM(w.in.Run.Final)
}

// baseNPM returns the npm of the base image: as read from it, or as its Node.js brings
// it.
func (w *Workload) baseNPM(s stage.State) NPM {
	base := s.Base
	if base != nil && base.Versions != nil && base.Versions.NPM != "" {
		if v, ok := version(base.Versions.NPM); ok {
			return NPM{Known: true, Min: v, Max: v}
		}
	}
	if node, ok := s.EnvVar("NODE_VERSION"); ok {
		if n := NPMOf(node); n.Known {
			return n
		}
	}
	if n := NPMOf(officialTag(w.in.Run.Node.Root().Image)); n.Known {
		return n
	}
	if w.in.Ask == nil {
		return NPM{}
	}
	more, err := w.in.Ask(baseimage.AskVersions)
	if err != nil || more.Versions == nil {
		return NPM{}
	}
	if v, ok := version(more.Versions.NPM); ok {
		return NPM{Known: true, Min: v, Max: v}
	}
	return NPMOf(more.Versions.Node)
}

func version(text string) (v Version, ok bool) {
	parts := strings.SplitN(text, ".", 3)
	if len(parts) < 2 {
		return v, false
	}
	var err1, err2 error
	v.Major, err1 = strconv.Atoi(parts[0])
	v.Minor, err2 = strconv.Atoi(parts[1])
	return v, err1 == nil && err2 == nil
}

// IsNodeImage reports whether a reference names Docker's official image of Node.js,
// or a mirror's copy that keeps its name.
func IsNodeImage(image string) bool {
	ref, err := reference.ParseNormalizedNamed(image)
	return err == nil && strings.HasSuffix(ref.Name(), "/library/node")
}

// officialTag returns the version of Node.js that a tag of Docker's official image
// states, "" if it states none. Words for the current version have meant Node.js 20 or
// later since 2024, and will not mean less.
func officialTag(image string) string {
	ref, err := reference.ParseNormalizedNamed(image)
	tagged, ok := ref.(reference.Tagged)
	if err != nil || !strings.HasSuffix(ref.Name(), "/library/node") {
		return ""
	}
	tag := "latest"
	if ok {
		tag = tagged.Tag()
	}
	word, _, _ := strings.Cut(tag, "-")
	switch word {
	case "latest", "current", "lts", "alpine", "slim", "bookworm", "trixie", "bullseye":
		return "99"
	}
	return word
}

// OfficialNPM returns the npm of the base if that is Docker's official image of
// Node.js, which carries no npm settings; why states the evidence.
func (w *Workload) OfficialNPM() (n NPM, why string) {
	root, base := w.in.Run.Node.Root(), w.in.Run.Final.Base
	if !IsNodeImage(root.Image) || base == nil || base.Versions == nil {
		return NPM{}, ""
	}
	return NPMOf(base.Versions.Node), fmt.Sprintf("%s has Node.js %s", root.Image, base.Versions.Node)
}

// installsNPM matches a command that installs another npm than the base image's.
var installsNPM = lazyregexp.New(`(^|[^p])npm@|\bnvm\b|nodesource|nodejs\.org|\bvolta\b|\bfnm\b|\bn\s+(lts|latest|stable|\d)|` +
	`\b(install|add|i|update|upgrade|enable|prepare)\b[^&|;]*\s(npm|nodejs)(\s|$)`)

// mayBringNPM reports whether a step may put another npm into the image.
func mayBringNPM(s stage.Step) bool {
	switch s.In.Name() {
	case "RUN":
		return installsNPM.MatchString(wholeText(s.In))
	case "COPY", "ADD":
		c, ok := s.Before.Copy(s.In)
		if ok && !slices.ContainsFunc(c.Sources, mayHoldNPM) {
			return false
		}
		return c.From != "" && (!ok || Within(c.Dest, "/usr") || IsSystem(c.Dest)) || ok && (c.Dest == "/" || c.Dest == "/usr/local")
	}
	return false
}

// mayHoldNPM reports whether the source of a COPY may be npm, or a directory with it.
// Other programs are copied one by one.
func mayHoldNPM(src string) bool {
	name := path.Base(path.Clean("/" + src))
	return src == "" || strings.ContainsAny(name[:1], "*?[n") || slices.Contains([]string{"/", ".", "bin", "lib", "usr", "local", "opt"}, name)
}
