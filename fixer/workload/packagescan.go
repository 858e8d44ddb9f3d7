package workload

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the packages that the sources of a context use.

const (
	maxUseNames = 1 << 19 // names that are kept, of all files
	maxUseDepth = 100     // directories on the way to a file, the root included
)

var (
	// importedName matches what an import or require names.
	importedName = lazyregexp.New(`(?:\brequire\s*\(?\s*|\bfrom\s*|\bimport\s*\(?\s*|\brequire\.resolve\s*\(\s*)["'\x60]([^"'\x60\n]+)["'\x60]`)
	importHints  = []string{"require", "from", "import"}
	// typeImport matches imports that TypeScript removes.
	typeImport = lazyregexp.New(`\b(?:import|export)\s+type\b[^;\n]*\bfrom\s+["'][^"'\n]+["']`)

	// modulesPath matches a path into node_modules, such as those of files for the
	// browser.
	modulesPath = textMatcher{[]string{"node_modules"}, lazyregexp.New(`["'\x60(=][^"'\x60\n]*\bnode_modules\b`)}
	// programStarter matches the names of packages that start programs.
	programStarter = textMatcher{[]string{"child_process", "execa", "shelljs", "cross-spawn", "zx"},
		lazyregexp.New(`child_process|\bexeca\b|\bshelljs\b|\bcross-spawn\b|["']zx["']`)}
	packageManager = lazyregexp.New(`\b(npm|npx|yarn|pnpm)\b`)

	// usingFile matches the files that are read. Programs have no extension.
	usingFile = lazyregexp.New(`\.(?:[cm]?[jt]sx?|coffee|vue|svelte|json|x?html?|ejs|pug|jade|hbs|handlebars|njk|css)$|(?:^|/)bin/[^/.]+$`)
	// developmentFile matches files and folders whose code does not run in production.
	developmentFile = lazyregexp.New(`(?i)(?:^|/)(?:tests?|__tests__|__mocks__|e2e|cypress|coverage|\.[\w-]+|node_modules)(?:/|$)` +
		`|\.(?:test|spec|stories|d)\.[cm]?[jt]sx?$|(?:^|/)(?:jest|vitest|karma|eslint|prettier|commitlint|playwright|cypress|lint-staged|stylelint|tsup|rollup|webpack)\.(?:config|conf)[\w.-]*\.(?:[cm]?[jt]s|json)$|(?:^|/)webpack\.[\w.-]+\.[cm]?[jt]s$` +
		`|(?:^|/)\.[\w.-]+$|(?:^|/)(?:gulpfile|gruntfile)\.[cm]?[jt]s$|(?:^|/)(?:package|package-lock|npm-shrinkwrap|tsconfig[\w.-]*|tslint|jsconfig|nodemon|lerna|nx|angular|nest-cli|deno)\.json$`)
)

// IsDevelopmentFile reports whether the code of a file, or in a folder, does not run
// in production, judged by its path: tests, settings of tools that build and check,
// hidden files, node_modules.
func IsDevelopmentFile(name string) bool { return developmentFile.MatchString(name) }

// CallsPackageManager reports whether a text contains the name of npm, npx, yarn or
// pnpm.
func CallsPackageManager(text string) bool { return packageManager.MatchString(text) }

// PackageUses returns how the sources of the context use packages. They are read
// once, on first use: at most MaxSourceFiles files, MaxSourceBytes of all.
func (f *Files) PackageUses() *PackageUses { return f.uses() }

// PackageUsesWithout is PackageUses without those of some files. It is not kept.
func (f *Files) PackageUsesWithout(files map[string]bool) *PackageUses {
	return f.readPackageUses(files)
}

func (f *Files) readPackageUses(without map[string]bool) *PackageUses {
	s := &usesScan{files: f, without: without, left: MaxSourceFiles, bytes: MaxSourceBytes, names: maxUseNames, out: &PackageUses{
		kinds: map[string]packageUse{}, imported: map[string]packageUse{}, quoted: map[string]packageUse{}, named: map[string]packageUse{}, words: map[string]packageUse{},
	}}
	if f.files == nil {
		s.out.Gaps = []Gap{{What: ErrNoContext.Error()}}
		return s.out
	}
	w := &walk{files: f, left: MaxEntries}
	w.enter = func(dir string) bool { return len(w.gaps) == 0 && !IsDevelopmentFile(dir) }
	w.visit = func(name string, d fs.DirEntry) bool { return len(w.gaps) == 0 && s.visit(name, d) }
	w.dir(".", maxUseDepth)
	if len(w.gaps) > 0 {
		s.out.Gaps = []Gap{{w.gaps[0].Place, "the source code can't be read"}}
	}
	return s.out
}

// usesScan reads the files of one walk.
type usesScan struct {
	files       *Files
	without     map[string]bool // files that are not read
	out         *PackageUses
	order       int
	left, bytes int // files and bytes that may still be read
	names       int // names that may still be kept
}

// visit reads one file of the walk, and reports whether the walk goes on.
func (s *usesScan) visit(name string, d fs.DirEntry) bool {
	isManifest, isData := path.Base(name) == "package.json", namesPackages(name)
	if !d.Type().IsRegular() || s.without[name] || IsDevelopmentFile(name) && !isManifest && !isData {
		return true
	}
	s.order++
	kind := strings.TrimPrefix(path.Ext(name), ".")
	if path.Base(name) == "next.config.ts" {
		kind = "typescript"
	}
	s.add(s.out.kinds, kind, packageUse{file: name, order: s.order})
	if isManifest || isData || usingFile.MatchString(name) {
		text, err := s.files.read(name, MaxText, true)
		if isData && errors.Is(err, errTooLarge) {
			return true // data rather than settings
		}
		if err != nil {
			return s.end(name, "the source code can't be read")
		}
		if s.left, s.bytes = s.left-1, s.bytes-len(text); s.left < 0 || s.bytes < 0 {
			return s.end(name, "there is more source code than is looked at")
		}
		switch {
		case isManifest:
			s.manifest(name, text)
		case isData:
			s.data(name, text)
		default:
			s.text(name, text)
		}
	}
	if s.names < 0 {
		return s.end(name, "there is more source code than is looked at")
	}
	return true
}

func (s *usesScan) end(name, what string) bool {
	s.out.Gaps = append(s.out.Gaps, Gap{Place{File: name}, what})
	return false
}

// add keeps the first use of a name.
func (s *usesScan) add(to map[string]packageUse, name string, use packageUse) {
	if _, ok := to[name]; ok {
		return
	}
	if s.names--; s.names >= 0 {
		to[name] = use
	}
}

// text records what a source uses. Removed parts keep their line breaks, so
// that lines keep their numbers.
func (s *usesScan) text(name, text string) {
	if strings.Contains(text, "type") {
		text = typeImport.ReplaceAllStringFunc(text, func(m string) string { return strings.Repeat("\n", strings.Count(m, "\n")) })
	}
	l := &lines{text: text}
	use := func(at, offset int) packageUse {
		return packageUse{file: name, order: s.order, at: at, line: l.number(offset)}
	}
	// A style sheet is compiled by a build, and loads nothing into a process.
	loads := path.Ext(name) != ".css"
	if loads && hasAny(text, importHints) {
		for i, m := range importedName.FindAllStringSubmatchIndex(text, -1) {
			s.add(s.out.imported, PackageName(text[m[2]:m[3]]), use(i, m[0]))
		}
	}
	i := 0
	for at, word := range quotedWords(text) {
		if !loads {
			break
		}
		s.add(s.out.quoted, PackageName(word), use(i, at))
		// Express derives the engine for "index.pug" from the end of the name.
		s.add(s.out.quoted, strings.TrimPrefix(path.Ext(word), "."), use(i+1, at))
		i += 2
	}
	if at := modulesPath.first(text); at >= 0 && s.out.reaches.file == "" {
		s.out.reaches = use(0, at)
	}
	at := programStarter.first(text)
	if at < 0 {
		return
	}
	starts := use(0, at)
	if s.out.managers.file == "" && CallsPackageManager(text) {
		s.out.managers = starts
	}
	for word := range PackageWords(text) {
		s.add(s.out.words, word, starts)
	}
}

// quotedWords yields the offsets and the texts in quotes of any kind that begin like
// the name of a package and have no blanks:
//
//	["'`]([@A-Za-z0-9][^"'`\s]*)["'`]
func quotedWords(text string) func(func(int, string) bool) {
	const quotes = "\"'`"
	return func(yield func(int, string) bool) {
		for i := 0; ; {
			n := strings.IndexAny(text[i:], quotes)
			if n < 0 || i+n+1 == len(text) {
				return
			}
			start := i + n + 1
			i = start
			if c := text[start]; c != '@' && (!isWordByte(c) || c == '_') {
				continue
			}
			n = strings.IndexAny(text[start:], quotes+" \t\n\f\r")
			if n < 0 {
				return
			}
			i = start + n
			if strings.IndexByte(quotes, text[i]) < 0 {
				continue
			}
			if !yield(start, text[start:i]) {
				return
			}
			i++
		}
	}
}
