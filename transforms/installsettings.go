package transforms

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file tells what else than its own options decides which packages an
// install of npm omits.

// otherOption matches an option of npm that decides about the same packages.
// What leaves out more of them is no matter.
var otherOption = lazyregexp.New(`^["']?--(no-)?(include|also|dev|only|production|prod|optional)\b|^["']?--(no-)?omit\b`)

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
	omitVariable = lazyregexp.New(`(?i)npm_config_(omit|include|also|only|dev|production|optional)\b`)
	omitSetting  = lazyregexp.New(`(?m)^\s*(omit|include|also|only|dev|production|optional)\b`)
	omitWord     = lazyregexp.New(`(^|[^/\w-])(omit|include|also|only|dev|production|optional)\b`)
	// omitOption is an option of npm install, which sets nothing for others.
	omitOption = lazyregexp.New(`--(no-)?(only|production|prod|omit|optional)\b([= ](production|prod|true|dev|optional|peer)\b)?`)
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
		text := wholeText(s.In)
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
