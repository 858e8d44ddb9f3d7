package transforms

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file looks through the sources for what uses the dev dependencies.

var (
	imports    = lazyregexp.New(`(?:\brequire\s*\(?\s*|\bfrom\s*|\bimport\s*\(?\s*|\brequire\.resolve\s*\(\s*)["'\x60]([^"'\x60\n]+)["'\x60]`)
	typeImport = lazyregexp.New(`\b(?:import|export)\s+type\b[^;\n]*\bfrom\s+["'][^"'\n]+["']`)
	quoted     = lazyregexp.New(`["'\x60]([@A-Za-z0-9][^"'\x60\s]*)["'\x60]`)

	// modulesPath matches a path into node_modules, as of files for the browser.
	modulesPath = lazyregexp.New(`["'\x60(=][^"'\x60\n]*\bnode_modules\b`)
	// starter matches the names of packages that start programs.
	starter = lazyregexp.New(`child_process|\bexeca\b|\bshelljs\b|\bcross-spawn\b|["']zx["']`)

	// sourceFile are the files that are read. Programs have no extension.
	sourceFile = lazyregexp.New(`\.(?:[cm]?[jt]sx?|coffee|vue|svelte|json|x?html?|ejs|pug|jade|hbs|handlebars|njk|css)$|(?:^|/)bin/[^/.]+$`)
	// forTests are files and folders whose code does not run in production.
	forTests = lazyregexp.New(`(?i)(?:^|/)(?:tests?|__tests__|__mocks__|e2e|cypress|coverage|\.[\w-]+|node_modules)(?:/|$)` +
		`|\.(?:test|spec|stories|d)\.[cm]?[jt]sx?$|(?:^|/)(?:jest|vitest|karma|eslint|prettier|commitlint|playwright|cypress|lint-staged|stylelint|tsup|rollup|webpack)\.(?:config|conf)[\w.-]*\.(?:[cm]?[jt]s|json)$|(?:^|/)webpack\.[\w.-]+\.[cm]?[jt]s$` +
		`|(?:^|/)\.[\w.-]+$|(?:^|/)(?:gulpfile|gruntfile)\.[cm]?[jt]s$|(?:^|/)(?:package|package-lock|npm-shrinkwrap|tsconfig[\w.-]*|tslint|jsconfig|nodemon|lerna|nx|angular|nest-cli|deno)\.json$`)
)

// sources is a look through the files of a context.
type sources struct {
	gone       map[string]bool   // the packages that would not be there
	listed     map[string]string // those of them, and others, that package.json lists
	programs   map[string]bool   // the programs that would not be there
	left, size int
}

// use finds a file that uses a package which would be gone: in an import, or, as
// names of plugins are, anywhere in quotes where package.json lists it; by its
// kind, as templates are; or in ways that can't be told. "" when there is none.
func (s *sources) use(context fs.FS) (found string) {
	err := fs.WalkDir(context, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && forTests.MatchString(name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		if found = s.byKind(name); found == "" && sourceFile.MatchString(name) {
			var text string
			if text, err = readSmall(context, name); err != nil {
				return err
			}
			if s.left, s.size = s.left-1, s.size-len(text); s.left < 0 || s.size < 0 {
				found = "there is more source code than is looked at"
				return fs.SkipAll
			}
			found = s.inText(text)
		}
		if found != "" {
			found = path.Clean(name) + " " + found
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return "the source code can't be read"
	}
	return found
}

// byKind says what a file needs for what it is: a template its engine, which
// Express loads by the extension, and a next.config.ts TypeScript.
func (s *sources) byKind(name string) string {
	kind := strings.TrimPrefix(path.Ext(name), ".")
	if path.Base(name) == "next.config.ts" {
		kind = "typescript"
	}
	if _, ok := s.listed[kind]; ok && s.gone[kind] {
		return "needs " + kind
	}
	return ""
}

// inText says what of a file needs a package.
func (s *sources) inText(text string) string {
	text = typeImport.ReplaceAllString(text, "")
	for _, m := range imports.FindAllStringSubmatch(text, -1) {
		if name := packageOf(m[1]); s.gone[name] {
			return "uses " + name
		} else if compilers[name] {
			return fmt.Sprintf("uses %s, which compiles with others", name)
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		// Express takes the engine for "index.pug" from the end of the name.
		for _, name := range []string{packageOf(m[1]), strings.TrimPrefix(path.Ext(m[1]), ".")} {
			if _, ok := s.listed[name]; ok && s.gone[name] {
				return "uses " + name
			}
		}
	}
	if modulesPath.MatchString(text) {
		return "reaches into node_modules"
	}
	if starter.MatchString(text) && (managers.MatchString(text) || mentioned(text, s.gone) != "" || mentioned(text, s.programs) != "") {
		return "starts other programs"
	}
	return ""
}
