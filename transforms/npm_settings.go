package transforms

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/transforms/internal/npm"
)

// This file tells which npm a RUN calls, and what else decides which packages
// it omits.

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
		return installsNPM.MatchString(wholeText(s))
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

// wholeText is an instruction with its heredocs.
func wholeText(s chain.Step) string {
	text := s.In.Logical
	for _, h := range s.In.Node.Heredocs {
		text += "\n" + h.Content
	}
	return text
}

// otherOption matches an option of npm that decides about the same packages.
// What leaves out more of them is no matter.
var otherOption = regexp.MustCompile(`^["']?--(no-)?(include|also|dev|only|production|prod|optional)\b|^["']?--(no-)?omit\b`)

// otherOptions looks at the options of the call itself.
func otherOptions(c shell.Call) string {
	found := 0
	for _, a := range c.Args {
		text := cmp.Or(a.Text, a.Raw)
		switch {
		case a.Known && (text == "--no-optional" || text == "--omit=optional" || text == "--omit=peer"):
		case otherOption.MatchString(text):
			found++
		case !a.Known && !strings.HasPrefix(strings.Trim(text, `"'`), "--"):
			return fmt.Sprintf("what %s holds can't be told", text)
		}
	}
	if found > 1 {
		return "the command has further options for it"
	}
	return ""
}

var (
	omitVariable = regexp.MustCompile(`(?i)npm_config_(omit|include|also|only|dev|production|optional)\b`)
	omitSetting  = regexp.MustCompile(`(?m)^\s*(omit|include|also|only|dev|production|optional)\b`)
	omitWord     = regexp.MustCompile(`(^|[^/\w-])(omit|include|also|only|dev|production|optional)\b`)
	// omitOption is an option of npm install, which sets nothing for others.
	omitOption = regexp.MustCompile(`--(no-)?(only|production|prod|omit|optional)\b([= ](production|prod|true|dev|optional|peer)\b)?`)
)

// otherSettings looks for settings of npm about the same packages, which a
// command line adds to in one spelling and replaces in another.
func otherSettings(p *fixer.Pass, run *chain.Run, at chain.Step) string {
	for _, e := range at.Before.Env {
		if omitVariable.MatchString(e) {
			name, _, _ := strings.Cut(e, "=")
			return fmt.Sprintf("the variable %s speaks of the same", name)
		}
	}
	for _, s := range run.Steps {
		if s.In.Index > at.In.Index {
			break
		}
		text := wholeText(s)
		sets := strings.Contains(text, "npmrc") || strings.Contains(text, "npm config") || strings.Contains(text, "npm set")
		mounts := sets && s.In == at.In && strings.Contains(text, "--mount=")
		if omitVariable.MatchString(text) || mounts || sets && omitWord.MatchString(omitOption.ReplaceAllString(text, "")) {
			return fmt.Sprintf("line %d may set npm's options", s.In.Line)
		}
	}
	if p.Context == nil {
		return "an .npmrc may speak of the same, and " + errNoContext.Error()
	}
	return p.Memo("other installs", func() any { return otherInstalls(p.Context) }).(string)
}

// maxPackages is how many directories are looked at for packages.
const maxPackages = 2000

// otherInstalls looks through the build context for an .npmrc that speaks of the
// packages to install, and for a package that calls npm when it is installed: npm
// hands --omit=dev down to it, and --production only as NODE_ENV, which such a
// script may set to something else.
func otherInstalls(context fs.FS) string {
	left := maxPackages
	var look func(dir string, depth int) string
	look = func(dir string, depth int) string {
		if left--; left < 0 {
			return "the build context is too large to look for .npmrc files"
		}
		for _, check := range []func(fs.FS, string) string{omittingNpmrc, nestedNPM} {
			if reason := check(context, dir); reason != "" {
				return reason
			}
		}
		entries, err := fs.ReadDir(context, dir)
		if err != nil {
			return fmt.Sprintf("%s can't be read: %v", dir, cause(err))
		}
		for _, e := range entries {
			if depth > 0 && e.IsDir() && e.Name() != "node_modules" && e.Name() != ".git" {
				if reason := look(path.Join(dir, e.Name()), depth-1); reason != "" {
					return reason
				}
			}
		}
		return ""
	}
	return look(".", 3)
}

func omittingNpmrc(context fs.FS, dir string) string {
	name := path.Join(dir, ".npmrc")
	text, err := readSmall(context, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Sprintf("%s can't be read: %v", name, err)
	case omitSetting.MatchString(text):
		return fmt.Sprintf("%s speaks of the same", name)
	}
	return ""
}

func nestedNPM(context fs.FS, dir string) string {
	name := path.Join(dir, "package.json")
	text, err := readSmall(context, name)
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if err != nil {
		return fmt.Sprintf("%s can't be read: %v", name, err)
	}
	m, err := npm.ParseManifest([]byte(text))
	if err != nil {
		return fmt.Sprintf("%s can't be read: %v", name, errors.Unwrap(err))
	}
	for _, script := range m.InstallScripts() {
		if strings.Contains(m.Scripts[script], "npm") {
			return fmt.Sprintf("the script %q of %s calls npm itself", script, name)
		}
	}
	return ""
}
