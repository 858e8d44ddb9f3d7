package transforms

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
)

// This file looks through the application's own sources for what the way of its
// start gives it.

// scanned is what was found; each field names the first file that has it.
type scanned struct {
	npm    string // variables that npm and its kind set for a script
	pwd    string // PWD
	spawns string // starts other programs
	stops  string // ends on SIGTERM by itself
	drops  string // changes its user by itself
	writes string // writes files, or uses a package that does; of scanWrites alone
	system string // names a file below a directory of the system where programs keep data
	// systemFile is that file.
	systemFile string
	// partial says why not everything was looked at; "" when it was.
	partial string
}

// What is looked at of the sources of an application.
const (
	maxSources     = 3000     // files
	maxSourceBytes = 16 << 20 // of all of them
	maxSourceDepth = 12
)

var (
	// What npm 6, 8, 10 and 11, yarn 1 and pnpm 8 and 9 add to the environment of a
	// script (seen; EDITOR is read for people at a terminal alone).
	npmVariable = regexp.MustCompile(`\b(?:npm|NPM)_(?i:package|config|lifecycle|command|execpath|node_execpath)|` +
		`\bINIT_CWD\b|\bPROJECT_CWD\b|\bBERRY_BIN_FOLDER\b|\bPNPM_SCRIPT_SRC_DIR\b|\bYARN_WRAP_OUTPUT\b|\benv(?:\.|\[['"])(?:COLOR|NODE)\b`)
	pwdVariable = regexp.MustCompile(`\benv(\.|\[['"])PWD\b|\$\{?PWD\b`)
	spawning    = regexp.MustCompile(`\bchild_process\b|['"](execa|cross-spawn|shelljs|zx|nano-spawn|tinyexec|@npmcli/run-script)['"/]`)
)

var sourceExts = []string{".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".json", ".yml", ".yaml", ".coffee"}

// notRun are the folders whose files a server does not run.
var notRun = strings.Fields("node_modules .git .github .vscode .idea .husky public static assets test tests __tests__ e2e cypress coverage docs spec locales i18n")

// scanSources looks through the build context, once for a file.
func scanSources(p *fixer.Pass) scanned {
	return p.Memo("sources", func() any {
		if p.Context == nil {
			return scanned{partial: errNoContext.Error()}
		}
		s := &sourceScan{context: p.Context, files: maxSources, bytes: maxSourceBytes}
		s.dir(".", maxSourceDepth)
		return s.found
	}).(scanned)
}

// scanWrites looks for sources that write files. It is dear, and rarely asked for.
func scanWrites(p *fixer.Pass) scanned {
	if p.Context == nil {
		return scanned{partial: errNoContext.Error()}
	}
	s := &sourceScan{context: p.Context, files: maxSources, bytes: maxSourceBytes, writes: true}
	s.dir(".", maxSourceDepth)
	return s.found
}

type sourceScan struct {
	context      fs.FS
	writes       bool // looks for what writes files, and for nothing else
	found        scanned
	files, bytes int // that may still be read
}

func (s *sourceScan) dir(dir string, depth int) {
	if depth == 0 {
		s.found.partial = fmt.Sprintf("the folders in %s are too deep", dir)
		return
	}
	entries, err := fs.ReadDir(s.context, dir)
	if err != nil {
		s.found.partial = fmt.Sprintf("%s can't be read: %v", dir, cause(err))
		return
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case s.found.partial != "":
			return
		case e.IsDir():
			if !slices.Contains(notRun, e.Name()) {
				s.dir(name, depth-1)
			}
		case e.Type().IsRegular() && isSource(e.Name()):
			s.file(name)
		}
	}
}

// isSource: the scripts of package.json are looked at by themselves, and lock
// files hold none.
func isSource(name string) bool {
	if strings.HasPrefix(name, ".env") {
		return true
	}
	return slices.Contains(sourceExts, path.Ext(name)) && name != "package.json" && !strings.Contains(name, "lock") &&
		!strings.HasSuffix(name, ".d.ts") && !strings.Contains(name, ".test.") && !strings.Contains(name, ".spec.") &&
		!strings.Contains(name, "compose") && name != "npm-shrinkwrap.json"
}

// isCode reports a program, or its own settings: not the templates of others.
func isCode(name string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml":
		return false
	case ".json":
		return strings.Contains(name, "config")
	}
	return true
}

// isByHand reports a script that people run by hand, or a tool's configuration.
func isByHand(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	base := path.Base(name)
	return slices.Contains(strings.Fields("scripts script tools tool deploy android ios"), top) || strings.HasPrefix(base, "gulpfile") || strings.HasPrefix(base, "Gruntfile") ||
		strings.Contains(base, ".config.")
}

func (s *sourceScan) file(name string) {
	if s.files--; s.files < 0 {
		s.found.partial = fmt.Sprintf("there are more than %d source files", maxSources)
		return
	}
	text, err := readSmall(s.context, name)
	if s.bytes -= len(text); err == nil && s.bytes < 0 {
		err = fmt.Errorf("the sources have more than %d MiB", maxSourceBytes>>20)
	}
	if err != nil {
		s.found.partial = fmt.Sprintf("%s can't be looked at: %v", name, err)
		return
	}
	if s.writes {
		if s.found.writes == "" && isCode(name) && !isByHand(name) && writing.MatchString(text) {
			s.found.writes = name
		}
		return
	}
	for _, look := range []struct {
		found *string
		hints []string // one of them is in whatever the expression finds
		what  *regexp.Regexp
	}{
		{&s.found.npm, []string{"npm_", "NPM_", "INIT_CWD", "PROJECT_CWD", "BERRY_BIN", "YARN_WRAP", "COLOR", "NODE", "PNPM_SCRIPT"}, npmVariable},
		{&s.found.pwd, []string{"PWD"}, pwdVariable},
		{&s.found.spawns, []string{"child_process", "execa", "spawn", "shelljs", "zx", "tinyexec", "run-script"}, spawning},
	} {
		if look.found == &s.found.spawns && isByHand(name) {
			continue
		}
		if *look.found == "" && hasAny(text, look.hints) && look.what.MatchString(text) {
			*look.found = name
		}
	}
	if isByHand(name) {
		return
	}
	if s.found.stops == "" && handlesSIGTERM(text) {
		s.found.stops = name
	}
	if s.found.drops == "" && strings.Contains(text, "process.") && dropsUser.MatchString(text) {
		s.found.drops = name
	}
	if s.found.system == "" && strings.Contains(text, "/var/") && isCode(name) {
		if m := systemData.FindStringSubmatch(text); m != nil {
			s.found.system, s.found.systemFile = name, path.Clean(m[1])
		}
	}
}

// hasAny sorts out, at little cost, what an expression can't find.
func hasAny(text string, hints []string) bool {
	return slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(text, h) })
}

// writing matches the functions of node that make or change files, and the names
// of packages that do.
var writing = regexp.MustCompile(`(?:write|append|Write|mkdir|mkdtemp|rename|copy|ensure|output|unlink)(?:File|Dir|Stream|Json|JSON)?(?:Sync)?\s*\(|\bopenSync\s*\(|` +
	`['"](?:node:sqlite|sqlite3?|better-sqlite3|sql\.js|nedb[\w-]*|@seald-io/nedb|lowdb|level|lmdb|node-persist|node-localstorage|conf|multer|formidable|busboy|express-fileupload|winston[\w-]*|log4js|bunyan|rotating-file-stream|session-file-store)['"/]`)

var dropsUser = regexp.MustCompile(`\bprocess\.(?:set(?:e?[ug]id|groups)|initgroups)\(`)

var systemData = regexp.MustCompile("['\"`](/var/(?:lib|log|cache|spool|opt)/[A-Za-z0-9][\\w./-]*|/var/run/[\\w-]+\\.(?:sock|pid))")

var gracefulPackage = regexp.MustCompile(`\benableShutdownHooks\b|['"](?:@godaddy/terminus|close-with-grace|(?:async-)?exit-hook|(?:http|node|fastify)-graceful-shutdown|lightship)['"]`)

// gracefulHints are in every source of which handlesSIGTERM is true.
var gracefulHints = []string{"SIGTERM", "enableShutdownHooks", "terminus", "close-with-grace", "exit-hook", "graceful-shutdown", "lightship"}

// handlesSIGTERM reports whether a source says what is done on SIGTERM, and does
// not merely send it to others.
func handlesSIGTERM(text string) bool {
	if !hasAny(text, gracefulHints) {
		return false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "SIGTERM") && !strings.Contains(line, "kill(") && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "*") {
			return true
		}
	}
	return gracefulPackage.MatchString(text)
}
