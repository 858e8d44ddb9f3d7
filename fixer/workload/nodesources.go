package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads what Node.js sources say about their process.

// nodeExts are the extensions of Node.js programs and of their configuration.
var nodeExts = []string{".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".json", ".yml", ".yaml", ".coffee"}

// isNodeSource reports whether a file of that name may be a Node.js source or its
// configuration. The scripts of package.json are read separately, and
// lock files hold none.
func isNodeSource(base string) bool {
	if strings.HasPrefix(base, ".env") {
		return !isExample(base)
	}
	return slices.Contains(nodeExts, path.Ext(base)) && base != "package.json" && !strings.Contains(base, "lock") &&
		!strings.HasSuffix(base, ".d.ts") && !strings.Contains(base, ".test.") && !strings.Contains(base, ".spec.") &&
		!strings.Contains(base, "compose") && base != "npm-shrinkwrap.json"
}

// isExample reports whether a file of variables is an example, which people copy and
// no program reads.
func isExample(base string) bool {
	return slices.Contains([]string{".env.example", ".env.sample", ".env.template", ".env.dist"}, base)
}

// isNodeCode reports whether a file is a program or its own settings, not a template
// for others.
func isNodeCode(name string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml":
		return false
	case ".json":
		return strings.Contains(name, "config")
	}
	return true
}

// textMatcher finds the matches of a regular expression in a text.
type textMatcher struct {
	hints []string // one of them is in whatever the expression matches
	what  *lazyregexp.Regexp
}

// maxMatches bounds the hits in one file.
const maxMatches = 20

// in returns the offsets of at most maxMatches matches.
func (m textMatcher) in(text string) (offsets []int) {
	if !hasAny(text, m.hints) {
		return nil
	}
	for _, at := range m.what.FindAllStringIndex(text, maxMatches) {
		offsets = append(offsets, at[0])
	}
	return offsets
}

// first returns the offset of the first match, -1 for none.
func (m textMatcher) first(text string) int {
	if !hasAny(text, m.hints) {
		return -1
	}
	if at := m.what.FindStringIndex(text); at != nil {
		return at[0]
	}
	return -1
}

// hasAny cheaply reports whether a text has one of the hints; without any, the
// expression can't match.
func hasAny(text string, hints []string) bool {
	return slices.ContainsFunc(hints, func(h string) bool { return strings.Contains(text, h) })
}

var (
	// What npm 6, 8, 10 and 11, yarn 1 and pnpm 8 and 9 add to the environment of a
	// script (observed; EDITOR is read by programs at a terminal alone).
	npmVariable = textMatcher{[]string{"npm_", "NPM_", "INIT_CWD", "PROJECT_CWD", "BERRY_BIN", "YARN_WRAP", "COLOR", "NODE", "PNPM_SCRIPT"},
		lazyregexp.New(`\b(?:npm|NPM)_(?i:package|config|lifecycle|command|execpath|node_execpath)|` +
			`\bINIT_CWD\b|\bPROJECT_CWD\b|\bBERRY_BIN_FOLDER\b|\bPNPM_SCRIPT_SRC_DIR\b|\bYARN_WRAP_OUTPUT\b|\benv(?:\.|\[['"])(?:COLOR|NODE)\b`)}
	pwdVariable = textMatcher{[]string{"PWD"}, lazyregexp.New(`\benv(\.|\[['"])PWD\b|\$\{?PWD\b`)}
	spawning    = textMatcher{[]string{"child_process", "execa", "cross-spawn", "nano-spawn", "shelljs", "'zx", `"zx`, "tinyexec", "@npmcli/run-script", "concurrently", "npm-run-all", "node-cmd"},
		lazyregexp.New(`\bchild_process\b|['"](execa|cross-spawn|shelljs|zx|nano-spawn|tinyexec|@npmcli/run-script|concurrently|npm-run-all2?|node-cmd)['"/]`)}
	systemData = textMatcher{[]string{"/var/"},
		lazyregexp.New("['\"`](/var/(?:lib|log|cache|spool|opt)/[A-Za-z0-9][\\w./-]*|/var/run/[\\w-]+\\.(?:sock|pid))")}
	graceful = textMatcher{[]string{"enableShutdownHooks", "terminus", "close-with-grace", "exit-hook", "graceful-shutdown", "lightship"},
		lazyregexp.New(`\benableShutdownHooks\b|['"](?:@godaddy/terminus|close-with-grace|(?:async-)?exit-hook|(?:http|node|fastify)-graceful-shutdown|lightship)['"]`)}
)

// sigterm returns the offsets of the lines that handle SIGTERM: a handler, or a
// package that brings one; not what merely sends it to others.
func sigterm(text string) (offsets []int) {
	if strings.Contains(text, "SIGTERM") {
		start := 0
		for line := range strings.Lines(text) {
			trimmed := strings.TrimSpace(line)
			if strings.Contains(trimmed, "SIGTERM") && !strings.Contains(trimmed, "kill(") && !strings.HasPrefix(trimmed, "//") && !strings.HasPrefix(trimmed, "*") && len(offsets) < maxMatches {
				offsets = append(offsets, start+strings.Index(line, "SIGTERM"))
			}
			start += len(line)
		}
	}
	if len(offsets) > 0 {
		return offsets
	}
	return graceful.in(text)
}

// The Node.js functions that make or change files are named by a verb, what is
// changed, and "Sync".
var (
	writingVerbs = strings.Fields("write append Write mkdir mkdtemp rename copy ensure output unlink")
	writingTails = lazyregexp.New(`^(?:File|Dir|Stream|Json|JSON)?(?:Sync)?\s*\(`)
	openingSync  = lazyregexp.New(`^openSync\s*\(`)
	// writingPackages are packages that write files, most of them next to the
	// application; further names begin with nedb and winston.
	writingPackages = strings.Fields("node:sqlite sqlite sqlite3 better-sqlite3 sql.js @seald-io/nedb lowdb level lmdb node-persist node-localstorage conf " +
		"multer formidable busboy express-fileupload log4js bunyan rotating-file-stream session-file-store")
	writingFamily = lazyregexp.New(`^(?:nedb[\w-]*|winston[\w-]*)$`)
)

// maxCallGap is the longest run of blanks before a parenthesis, in bytes.
const maxCallGap = 256

// writing returns the offsets of at most maxMatches calls that make or change
// files, or of names of packages that do. It matches the same as this expression,
// without trying it at each byte:
//
//	(?:write|append|…)(?:File|Dir|Stream|Json|JSON)?(?:Sync)?\s*\(|\bopenSync\s*\(|['"](?:sqlite3?|…)['"/]
//
// A method of the application's own class is none: what that calls is found by itself.
func writing(text string) (offsets []int) {
	for _, verb := range writingVerbs {
		for i := range indexes(text, verb) {
			if rest := text[i+len(verb):]; writingTails.MatchString(rest[:min(len(rest), maxCallGap)]) && !isOwnMethod(text[max(0, i-maxCallGap):i]) {
				offsets = append(offsets, i)
			}
			if len(offsets) >= maxMatches {
				break
			}
		}
	}
	for i := range indexes(text, "openSync") {
		if (i == 0 || !isWordByte(text[i-1])) && len(offsets) < 2*maxMatches && openingSync.MatchString(text[i:min(len(text), i+maxCallGap)]) {
			offsets = append(offsets, i)
		}
	}
	if i := quotedPackage(text); i >= 0 {
		offsets = append(offsets, i)
	}
	slices.Sort(offsets)
	return offsets[:min(len(offsets), maxMatches)]
}

// methodBefore matches what stands before the name of a method where a class calls, or defines,
// its own.
var methodBefore = lazyregexp.New(`(?:\bthis\s*\.\s*|\b(?:async|private|protected|public|static|override)\s+)$`)

func isOwnMethod(before string) bool { return methodBefore.MatchString(before) }

// quotedPackage returns the offset of the first name of a writing package in
// quotes, -1 for none.
func quotedPackage(text string) int {
	const longest = 64
	for i := 0; i < len(text); i++ {
		n := strings.IndexAny(text[i:], `'"`)
		if n < 0 {
			break
		}
		i += n
		name := text[i+1 : min(len(text), i+1+longest)]
		end := strings.IndexAny(name, `'"/`)
		if strings.HasPrefix(name, "@") && end > 0 && name[end] == '/' {
			if more := strings.IndexAny(name[end+1:], `'"/`); more >= 0 {
				end += 1 + more
			}
		}
		if end > 0 && isWritingPackage(name[:end]) {
			return i
		}
	}
	return -1
}

func isWritingPackage(name string) bool {
	return slices.Contains(writingPackages, name) || (strings.HasPrefix(name, "nedb") || strings.HasPrefix(name, "winston")) && writingFamily.MatchString(name)
}

// indexes yields the offsets of a word in a text.
func indexes(text, word string) func(func(int) bool) {
	return func(yield func(int) bool) {
		for from := 0; ; {
			i := strings.Index(text[from:], word)
			if i < 0 || !yield(from+i) {
				return
			}
			from += i + len(word)
		}
	}
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
