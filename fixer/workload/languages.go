package workload

import (
	"path"
	"slices"
	"strings"
)

// Language is a programming language of sources.
type Language string

// The languages whose sources are read.
const (
	JavaScript Language = "JavaScript" // and TypeScript, CoffeeScript
	Python     Language = "Python"
	Ruby       Language = "Ruby"
	Go         Language = "Go"
	Java       Language = "Java"
	Kotlin     Language = "Kotlin"
	Scala      Language = "Scala"
	Clojure    Language = "Clojure"
	CSharp     Language = "C#"
	PHP        Language = "PHP"
	Rust       Language = "Rust"
	Elixir     Language = "Elixir"
	Perl       Language = "Perl"
	Shell      Language = "shell"
)

var languageOf = map[string]Language{
	".js": JavaScript, ".cjs": JavaScript, ".mjs": JavaScript, ".jsx": JavaScript, ".ts": JavaScript, ".cts": JavaScript, ".mts": JavaScript,
	".tsx": JavaScript, ".coffee": JavaScript, ".py": Python, ".rb": Ruby, ".ru": Ruby, ".go": Go, ".java": Java, ".kt": Kotlin, ".scala": Scala,
	".clj": Clojure, ".cs": CSharp, ".php": PHP, ".rs": Rust, ".ex": Elixir, ".exs": Elixir, ".pl": Perl, ".pm": Perl, ".sh": Shell,
}

// unread are the languages whose sources are recognized, but not read.
var unread = map[string]string{
	".c": "C", ".cc": "C++", ".cpp": "C++", ".swift": "Swift", ".dart": "Dart", ".lua": "Lua", ".zig": "Zig", ".hs": "Haskell", ".erl": "Erlang",
	".ml": "OCaml", ".nim": "Nim", ".cr": "Crystal", ".jl": "Julia", ".r": "R", ".R": "R", ".fs": "F#", ".vb": "Visual Basic", ".groovy": "Groovy", ".d": "D",
}

// notRun are the directories whose files a server does not run.
var notRun = strings.Fields("node_modules .git .github .vscode .idea .husky public static assets test tests __tests__ e2e cypress coverage docs spec locales i18n")

// notOwn are further directories, in languages other than JavaScript: of dependencies,
// environments and tests.
var notOwn = strings.Fields("vendor venv .venv env site-packages __pycache__ .tox .nox testdata templates examples benches third_party .gradle .mvn")

// forTests are the ends of the names of tests, without the extension.
var forTests = []string{"_test", "_tests", "_spec", "Test", "Tests", "Spec", "IT", ".test", ".spec", ".stories"}

// codeLanguage returns the language of a file of the application's code, "" if it is
// something else: a test, a template, a dependency, a script that people run.
func codeLanguage(name string) Language {
	base := path.Base(name)
	ext := path.Ext(base)
	lang := languageOf[ext]
	if lang == "" || isByHand(name) {
		return ""
	}
	if lang == JavaScript {
		if !isNodeSource(base) || outside(name, notRun) {
			return ""
		}
		return lang
	}
	stem := strings.TrimSuffix(base, ext)
	if slices.ContainsFunc(forTests, func(s string) bool { return strings.HasSuffix(stem, s) }) || strings.HasPrefix(base, "test_") || base == "conftest.py" {
		return ""
	}
	if outside(name, notOwn) || lang != PHP && outside(name, []string{"public"}) {
		return ""
	}
	return lang
}

// outside reports whether a file lies in a directory of one of these names.
func outside(name string, dirs []string) bool {
	elements := strings.Split(path.Dir(name), "/")
	return slices.ContainsFunc(elements, func(e string) bool { return slices.Contains(dirs, e) })
}

// isByHand reports whether a file is a script that people run, or a tool's
// configuration. pm2's is neither: it names the programs and logs of what runs
// ("ecosystem.config.js", pm2.io).
func isByHand(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	base := path.Base(name)
	return slices.Contains(strings.Fields("scripts script tools tool deploy android ios"), top) || strings.HasPrefix(base, "gulpfile") || strings.HasPrefix(base, "Gruntfile") ||
		strings.Contains(base, ".config.") && !strings.Contains(base, "ecosystem") && !strings.Contains(base, "pm2")
}
