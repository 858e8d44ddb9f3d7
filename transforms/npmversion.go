package transforms

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
)

// This file tells which npm a RUN calls.

// npmSeven says how it is known that the npm of n's base image is 7 or later; ""
// where it is not. Docker's official images carry the npm of their Node.js, which
// is 7 from Node.js 15 on, and no settings of npm; of others, the latter is not
// known.
func npmSeven(p *fixer.Pass, n *chain.Node) string {
	root := n.Root()
	if !isNodeImage(root.Image) {
		return ""
	}
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil || base.Versions == nil || major(base.Versions.Node) < 15 {
		return ""
	}
	return fmt.Sprintf("%s has Node.js %s", root.Image, base.Versions.Node)
}

// isNodeImage reports whether a reference names Docker's official image of
// Node.js, or a mirror's copy that keeps its name.
func isNodeImage(image string) bool {
	ref, err := reference.ParseNormalizedNamed(image)
	return err == nil && strings.HasSuffix(ref.Name(), "/library/node")
}

// major is the first number of a version, -1 when there is none.
func major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return -1
	}
	return n
}

// installsNPM finds a command that brings another npm than the base image's.
var installsNPM = regexp.MustCompile(`(^|[^p])npm@|\bnvm\b|nodesource|nodejs\.org|\bvolta\b|\bfnm\b|\bn\s+(lts|latest|stable|\d)|` +
	`\b(install|add|i|update|upgrade|enable|prepare)\b[^&|;]*\s(npm|nodejs)(\s|$)`)

// otherNPM tells why the npm that a step runs may be another than that of the
// base image that is known; "" when it is that one.
func otherNPM(p *fixer.Pass, run *chain.Run, at chain.Step) string {
	if ref := run.Node.Root().Stage.Ref.Text; strings.Contains(ref, "$") {
		return fmt.Sprintf("the base image %s depends on a build argument, and npm before 7 does not know --omit", ref)
	}
	for _, s := range run.Steps {
		if s.In.Index > at.In.Index {
			break
		}
		if mayBringNPM(s) {
			return fmt.Sprintf("line %d may bring another npm", s.In.Line)
		}
	}
	return ""
}

// mayBringNPM reports whether a step may put another npm into the image.
func mayBringNPM(s chain.Step) bool {
	switch s.In.Name() {
	case "RUN":
		return installsNPM.MatchString(wholeText(s.In))
	case "COPY", "ADD":
		c, ok := s.Before.Copy(s.In)
		if ok && !slices.ContainsFunc(c.Sources, mayHoldNPM) {
			return false
		}
		return c.From != "" && (!ok || within(c.Dest, "/usr") || isSystem(c.Dest)) || ok && (c.Dest == "/" || c.Dest == "/usr/local")
	}
	return false
}

// mayHoldNPM reports whether what a COPY takes may be npm, or a directory with it.
// Other programs are copied one by one.
func mayHoldNPM(src string) bool {
	name := path.Base(path.Clean("/" + src))
	return src == "" || strings.ContainsAny(name[:1], "*?[n") || slices.Contains([]string{"/", ".", "bin", "lib", "usr", "local", "opt"}, name)
}
