package transforms

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
)

// This file looks through the sources for what uses the dev dependencies.

var (
	imports    = regexp.MustCompile(`(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*|\brequire\.resolve\s*\(\s*)["'\x60]([^"'\x60\n]+)["'\x60]`)
	typeImport = regexp.MustCompile(`\b(?:import|export)\s+type\b[^;\n]*\bfrom\s+["'][^"'\n]+["']`)
	quoted     = regexp.MustCompile(`["'\x60]([@A-Za-z0-9][^"'\x60\s]*)["'\x60]`)

	sourceFile = regexp.MustCompile(`\.(?:[cm]?[jt]sx?|vue|svelte|json)$`)
	// forTests are files and folders whose code does not run in production.
	forTests = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|__tests__|__mocks__|e2e|cypress|coverage|\.[\w-]+|node_modules)(?:/|$)` +
		`|\.(?:test|spec|stories|d)\.[cm]?[jt]sx?$|(?:^|/)(?:jest|vitest|karma|eslint|prettier|commitlint|playwright|cypress|lint-staged|stylelint|tsup|rollup|webpack)\.(?:config|conf)[\w.-]*\.(?:[cm]?[jt]s|json)$|(?:^|/)webpack\.[\w.-]+\.[cm]?[jt]s$` +
		`|(?:^|/)\.[\w.-]+$|(?:^|/)(?:gulpfile|gruntfile)\.[cm]?[jt]s$|(?:^|/)(?:package|package-lock|npm-shrinkwrap|tsconfig[\w.-]*|tslint|jsconfig|nodemon|lerna|nx|angular|deno)\.json$`)
)

// The files of a context that are looked at, and their bytes.
const (
	maxSources     = 3000
	maxSourceBytes = 16 << 20
)

// sourcesName finds a source file that names a package which would be gone: in
// an import, or, as names of plugins are, anywhere in quotes where package.json
// lists it. "" when there is none.
func sourcesName(context fs.FS, gone map[string]bool, listed map[string]string) (found string) {
	left, size := maxSources, maxSourceBytes
	err := fs.WalkDir(context, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && forTests.MatchString(name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !sourceFile.MatchString(name):
			return nil
		}
		text, err := readSmall(context, name)
		if err != nil {
			return err
		}
		if left, size = left-1, size-len(text); left < 0 || size < 0 {
			found = "there is more source code than is looked at"
			return fs.SkipAll
		}
		if pkg := namesPackage(text, gone, listed); pkg != "" {
			found = fmt.Sprintf("%s uses %s", path.Clean(name), pkg)
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return "the source code can't be read"
	}
	return found
}

func namesPackage(text string, gone map[string]bool, listed map[string]string) string {
	text = typeImport.ReplaceAllString(text, "")
	for _, m := range imports.FindAllStringSubmatch(text, -1) {
		if name := packageOf(m[1]); gone[name] {
			return name
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		name := packageOf(m[1])
		if _, ok := listed[name]; ok && gone[name] {
			return name
		}
	}
	return ""
}
