package workload

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// This file follows imports into folders of scripts: what the application loads is its own,
// wherever it lies.

// sourceImport is an import of a source that looks like a script that people run.
type sourceImport struct {
	from string // the source that imports it
	path string // from the root of the context, perhaps without its extension
}

// aliases are the folders that bundlers and TypeScript give the prefix of a path that is
// not relative ("paths", typescriptlang.org).
var aliases = []string{"", "src", "app"}

// importsSource records the import at token i, if it may be one of a script.
func (u *unit) importsSource(i int) {
	switch {
	case u.lang == JavaScript && u.kind(i) == textToken && (u.is(i-1, "from") || u.is(i-1, "import") || u.is(i-1, "(") && (u.is(i-2, "require") || u.is(i-2, "import"))):
		module, whole := u.literal(i)
		if !whole || strings.Contains(module, ":") {
			return
		}
		if strings.HasPrefix(module, ".") {
			u.imported(path.Join(u.sourceDir(), module))
			return
		}
		if rest := strings.TrimLeft(module, "@~#/"); strings.Contains(module, "/") {
			for _, dir := range aliases {
				u.imported(path.Join(dir, rest))
			}
		}
	case u.lang == JavaScript && (u.is(i, "require") || u.is(i, "import") || u.is(i, "Worker")) && u.is(i+1, "("):
		if args, ok := u.arguments(i); ok && len(args) > 0 && (u.kind(args[0].a) != textToken || u.is(i, "Worker")) {
			if v := u.eval(args[0].a, args[0].b); v.known && !v.partial && v.from != elsewhere && !path.IsAbs(v.path) {
				u.imported(path.Clean(v.path))
			}
		}
	case u.lang == Python && u.kind(i) == wordToken && (u.is(i-1, "import") || u.is(i-1, "from")):
		u.importsPython(i)
	}
}

// importsPython records a dotted name: from the root of the application, or from the
// source's own directory.
func (u *unit) importsPython(i int) {
	module := ""
	for ; u.kind(i) == wordToken && len(module) < maxPath; i += 2 {
		module = path.Join(module, u.str(i))
		if !u.is(i+1, ".") {
			break
		}
	}
	names := []string{module}
	if u.is(i+1, "import") && u.kind(i+2) == wordToken {
		names = append(names, path.Join(module, u.str(i+2)))
	}
	for _, name := range names {
		u.imported(name)
		u.imported(path.Join(u.sourceDir(), name))
	}
}

// imported records a path from the root of the context.
func (u *unit) imported(name string) {
	if !fs.ValidPath(name) || !IsByHand(name) && !IsByHand(name+".js") && !IsByHand(path.Join(name, "x")) {
		return
	}
	one := sourceImport{u.name, name}
	if !repeats(u.out.imports, one) {
		addResult(u.out, &u.out.imports, one, Place{File: u.name}, "imports of scripts")
	}
}

// importEnds are what an import may leave out of the name of a file.
var importEnds = []string{"", ".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx", ".coffee", "/index.js", "/index.ts", ".py", "/__init__.py"}

// resolve returns the file that an import means, "" for none. A name in TypeScript may end
// in .js.
func (f *Files) resolve(name string) string {
	stem, isJS := strings.CutSuffix(name, ".js")
	for _, end := range importEnds {
		candidates := []string{name + end}
		if isJS && end == ".ts" {
			candidates = append(candidates, stem+end)
		}
		for _, file := range candidates {
			if info, err := f.Stat(file); err == nil && info.Mode().IsRegular() && languageOf[path.Ext(file)] != "" {
				return file
			}
		}
	}
	return ""
}

// follow adds the scripts that sources import: those that are started, and those that are
// the application's anyway where from is nil.
func (b *started) follow(w *Workload, imports []sourceImport, from []string) {
	for _, one := range imports {
		if from == nil && IsByHand(one.from) || from != nil && !slices.Contains(from, one.from) {
			continue
		}
		name := w.in.Files.resolve(one.path)
		if name != "" && len(b.names) < maxStarted && !slices.Contains(b.names, name) && (w.in.Takes == nil || w.in.Takes(name)) {
			b.names = append(b.names, name)
		}
	}
}
