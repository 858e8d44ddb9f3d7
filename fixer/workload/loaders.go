package workload

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds the sources that load another one, and the scripts of package.json that
// start one.

// loaders are the sources of a context by the words that they have in quotes: the parts of
// paths, without the extensions of files.
type loaders struct {
	by       map[string][]string
	computed []string // the sources that load what they compute, or start programs
	gap      bool     // a source can't be read
}

// Loaders returns the sources, and lists of packages, that may load a source by its name:
// they have in quotes the name of the file, of a folder that it lies in, or of the package
// that it is part of.
func (f *Files) Loaders(file string) (list []string) {
	words := strings.Split(file, "/")
	words[len(words)-1] = stem(file)
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		if m, err := f.Manifest(path.Join(dir, "package.json")); err == nil && m.Name != "" {
			words = append(words, strings.Split(string(m.Name), "/")...)
		}
		if dir == "." {
			break
		}
	}
	for _, word := range words {
		for _, by := range f.loaders().by[word] {
			if by != file && !slices.Contains(list, by) {
				list = append(list, by)
			}
		}
	}
	return list
}

// loadsFolders matches what loads sources that no source names, or lets others load them:
// packages that load folders by convention, code that is made, folders that are not read.
var loadsFolders = textMatcher{[]string{"require", "import", "eval", "Function", "Module", "Worker", "setupPrimary", "setupMaster"}, lazyregexp.New(
	`['"](?:@?[\w/-]*(?:require-?(?:dir|all|index|directory)|autoload|include-all|bulk-require|import-dir)[\w-]*|consign|express-load|` +
		`egg|sails|moleculer|hubot|probot|next|nuxt|(?:loopback-|@loopback/)boot|@adonisjs/[\w/-]+|@strapi/[\w/-]+)['"]|` +
		`\beval\s*\(|\bnew Function\b|\bcreateRequire\b|\bModule\.\w|\brequire\.context\b|\bimport\.meta\.glob|\bnew Worker\s*\(|\bsetup(?:Primary|Master)\b|` +
		`(?:\brequire\s*\(|\bimport\b|\bfrom)\s*\(?\s*['"]\.{1,2}/(?:[^'"\n]*/)?(?:node_modules|public|static|assets|tests?|__tests__|e2e|cypress|coverage|docs|spec|locales|i18n)/`)}

func (f *Files) findLoaders() *loaders {
	l := &loaders{by: map[string][]string{}}
	f.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		if gap != nil {
			l.gap = true
			return
		}
		if path.Base(s.name) == "package.json" {
			text = loadingFields(text)
		}
		seen := map[string]bool{}
		for _, m := range quotedPath.FindAllStringSubmatch(text, -1) {
			for _, word := range strings.FieldsFunc(m[1], func(r rune) bool { return r == '/' || r == '\\' }) {
				if word = stem(word); !seen[word] {
					seen[word], l.by[word] = true, append(l.by[word], s.name)
				}
			}
		}
		if computedImport.MatchString(text) || spawning.first(text) >= 0 || loadsFolders.first(text) >= 0 {
			l.computed = append(l.computed, s.name)
		}
	})
	return l
}

// loadingFields returns the fields of a package.json by which node finds files of its package
// under another name (nodejs.org, "Modules: Packages"; npm's module-alias).
func loadingFields(text string) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &fields) != nil {
		return text
	}
	var b strings.Builder
	for _, name := range []string{"main", "module", "exports", "imports", "_moduleAliases"} {
		b.Write(fields[name])
	}
	return b.String()
}

// stem returns the name of a file without its extension.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// interpreters run the source that is their first operand.
var interpreters = strings.Fields("node nodejs ts-node ts-node-dev tsx nodemon bun deno babel-node esno swc-node")

// ScriptStarts returns the scripts of the package.json files of the context that start a
// source by an interpreter, by the path of the source: of several the first by name.
func (f *Files) ScriptStarts() map[string]string { return f.scripts() }

func (f *Files) findScriptStarts() map[string]string {
	starts := map[string]string{}
	f.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		if gap != nil || path.Base(s.name) != "package.json" {
			return
		}
		m, err := f.Manifest(s.name)
		if err != nil {
			return
		}
		for name, line := range m.Scripts {
			parsed, err := shell.Parse(line, func(string) (string, bool) { return "", false })
			if err != nil || parsed == nil {
				continue
			}
			for _, c := range parsed.Calls {
				if file := interpreted(c, path.Dir(s.name)); file != "" && (starts[file] == "" || name < starts[file]) {
					starts[file] = name
				}
			}
		}
	})
	return starts
}

// interpreted returns the source that a call of an interpreter in a folder of the context
// runs, "" for none.
func interpreted(c shell.Call, dir string) string {
	if !slices.Contains(interpreters, c.Name) {
		return ""
	}
	for _, w := range c.Args {
		if w.Known && !strings.HasPrefix(w.Text, "-") && languageOf[path.Ext(w.Text)] != "" {
			return path.Join(dir, w.Text)
		}
	}
	return ""
}
