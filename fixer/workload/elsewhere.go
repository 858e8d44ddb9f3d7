package workload

import (
	"path"
	"slices"
	"strings"
)

// This file evaluates names that another source sets: exports of modules of
// JavaScript, variables of modules of Python and of packages of Go; and the entries of
// objects of the same source.

// foreignName is a name that is set elsewhere.
type foreignName struct {
	module string // as the source names it; "" for the source itself, and for its package
	name   string // of the variable or of the key of an object
	object string // the name before it where that may be a module too; "" for none
}

// constant is an absolute path that a source assigns to a name.
type constant struct {
	file, path, variable string
}

// pendingWrite is a write below something that is set elsewhere.
type pendingWrite struct {
	foreignName
	lang    Language
	below   string // what follows
	partial bool
	Evidence
}

const (
	maxConstants = 20_000 // of all sources
	maxImports   = 2_000  // of one source
	maxAnswers   = 4      // paths for one write
)

// constants are the absolute paths that sources assign to names, keyed by the name,
// and the writes that wait for them.
type constants struct {
	byName  map[string][]constant
	read    map[string]bool // files of settings
	count   int
	pending []pendingWrite
}

// set records what a name is set to.
func (c *constants) set(name string, v constant) {
	if c.count >= maxConstants {
		return
	}
	if c.byName == nil {
		c.byName = map[string][]constant{}
	}
	c.byName[name] = append(c.byName[name], v)
	c.count++
}

// noteConstant records an absolute path that the variable or the key at token i, a "="
// or ":", is set to.
func (u *unit) noteConstant(i int) {
	name, at := u.assignment(i)
	if at == 0 {
		if at = u.keyEnd(i - 1); at == 0 {
			return
		}
		name = strings.Trim(u.str(i-1), `"'`)
	}
	const near = 12 // tokens within which its first literal is
	for j := at; j < min(at+near, len(u.tokens)); j++ {
		if u.kind(j) == textToken && strings.HasPrefix(u.str(j), "/") {
			if u.noted == nil {
				u.noted = map[string]int{}
			}
			if u.noted[name]++; u.noted[name] > maxAnswers {
				return
			}
			u.budget = maxSteps
			v, _ := u.expr(at, min(len(u.tokens), at+maxSpan), maxDepth)
			if p := pathOf(v); path.IsAbs(p) && v.literal >= at {
				u.out.constants.set(name, constant{u.name, p, v.variable})
			}
			return
		}
	}
}

// elsewhere returns the value of a name that this source does not set. It is known,
// and from elsewhere, if another source may set the name.
func (u *unit) elsewhere(name string) value {
	first, rest, dotted := strings.Cut(name, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	ref := foreignName{name: last}
	if from, imported := u.importsOf()[first]; imported {
		ref.module = from.module
		switch {
		case u.lang == JavaScript && !dotted && ofPackage(from.module, from.name).known:
			return ofPackage(from.module, from.name)
		case u.lang == JavaScript && dotted && from.name == "" && ofPackage(from.module, rest).known:
			return ofPackage(from.module, rest)
		case !dotted && from.name == "":
			return value{} // the module itself
		case !dotted:
			ref.name = from.name
		case from.name != "":
			ref.object = from.name
		}
	} else if set, ok := u.values[first]; dotted && ok && u.is(set[0], "{") && !strings.Contains(rest, ".") {
		ref.object = first
	} else if u.lang != Go || ok {
		return value{}
	} else if dotted {
		ref.module = first
	}
	return value{known: true, from: elsewhere, ref: ref}
}

// importsOf returns what the names of the source mean: a module, or something that it
// exports.
func (u *unit) importsOf() map[string]foreignName {
	if u.imports != nil {
		return u.imports
	}
	u.imports = map[string]foreignName{}
	for i := range u.tokens {
		if len(u.imports) >= maxImports || u.kind(i) != wordToken {
			continue
		}
		switch {
		case u.lang == JavaScript && u.is(i, "require") && u.is(i+1, "(") && u.kind(i+2) == textToken && u.is(i-1, "="):
			u.importNames(u.str(i+2), i-2)
		case u.lang == JavaScript && u.is(i, "promisify") && u.is(i+1, "("):
			// const run = util.promisify(child_process.exec)
			if at := u.first(i); u.is(at-1, "=") && u.kind(at-2) == wordToken {
				u.imports[u.str(at-2)] = foreignName{module: "child_process", name: u.str(int(u.tokens[i+1].match) - 1)}
			}
		case u.lang == JavaScript && u.is(i, "from") && u.kind(i+1) == textToken:
			u.importNames(u.str(i+1), i-1)
		case u.lang == Python && u.is(i, "import"):
			u.importPython(i)
		}
	}
	return u.imports
}

// libraries are the modules whose names are in the tables of calls, keyed by the
// receivers that they have there.
var libraries = map[Language]map[string]string{
	JavaScript: {"fs": "fs", "node:fs": "fs", "fs/promises": "promises", "node:fs/promises": "promises", "fs-extra": "fse", "child_process": "child_process", "node:child_process": "child_process",
		"rotating-file-stream": "rfs", "lmdb": "lmdb", "node-persist": "nodePersist", "os": "os", "node:os": "os"},
	Python: {"subprocess": "subprocess", "os": "os", "shutil": "shutil"},
}

// mainExports are the names in the tables of calls for what a module exports as a whole,
// however a source calls it.
var mainExports = map[string]string{
	"better-sqlite3": "Database", "nedb": "Datastore", "@seald-io/nedb": "Datastore", "nedb-promises": "Datastore", "level": "Level", "multer": "multer", "formidable": "formidable",
	"winston-daily-rotate-file": "DailyRotateFile", "express-fileupload": "fileUpload",
}

// calledName returns the name of a call at token i as its library has it, even if the
// source renames it.
func (u *unit) calledName(i int) string {
	if libraries[u.lang] != nil && !u.is(i-1, ".") {
		if from := u.importsOf()[u.str(i)]; from.name != "" && libraries[u.lang][from.module] != "" {
			return from.name
		} else if name := mainExports[from.module]; name != "" && from.name == "" && u.lang == JavaScript {
			return name
		}
	}
	return u.last(i)
}

// calledWords returns callee split into words, with the names that a library has.
func (u *unit) calledWords(i int) (words []string, method bool) {
	name, method := u.callee(i)
	words = strings.Split(name, ".")
	from := u.importsOf()[words[0]]
	switch library := libraries[u.lang][from.module]; {
	case !method && from.name == "" && u.lang == JavaScript && mainExports[from.module] != "":
		words[0] = mainExports[from.module]
	case library == "" || method:
	case from.name != "" && len(words) == 1:
		words = []string{library, from.name}
	case from.name == "" && len(words) > 1:
		words[0] = library
	}
	return words, method
}

// importNames records the names before "= require" or "from", which end at token i:
// NAME, * as NAME, {NAME, NAME as OTHER, NAME: OTHER}, and both.
func (u *unit) importNames(module string, i int) {
	for range maxArgs * 4 {
		switch {
		case u.is(i, "}") && u.tokens[i].match >= 0:
			for _, a := range u.split(int(u.tokens[i].match)+1, i) {
				exported, local := u.str(a.a), u.str(a.b-1)
				if a.key != "" {
					exported = a.key
				}
				u.imports[local] = foreignName{module: module, name: exported}
			}
			i = int(u.tokens[i].match)
		case u.is(i, "import"), u.is(i, "const"), u.is(i, "let"), u.is(i, "var"), u.is(i, ";"), u.kind(i) == textToken, i < 0:
			return
		case u.kind(i) == wordToken && !u.is(i, "as") && !u.is(i, "type"):
			u.imports[u.str(i)] = foreignName{module: module}
		}
		i--
	}
}

// importPython records what "import a.b as c" and "from a.b import c as d, e" at token
// i name.
func (u *unit) importPython(i int) {
	from := ""
	j := i - 1
	for j >= 0 && u.sameLine(j) && !u.is(j, "from") {
		from = u.str(j) + from
		j--
	}
	if !u.is(j, "from") {
		from = ""
	}
	at := i + 1
	if u.is(at, "(") {
		at++
	}
	for range maxArgs * 4 {
		name := ""
		for u.kind(at) == wordToken || u.is(at, ".") {
			name += u.str(at)
			if at++; u.is(at, "as") || !u.is(at, ".") && !u.is(at-1, ".") {
				break
			}
		}
		local := name
		if u.is(at, "as") {
			local, at = u.str(at+1), at+2
		}
		switch {
		case name == "":
			return
		case from != "":
			u.imports[local] = foreignName{module: from, name: name}
		default:
			u.imports[local] = foreignName{module: name}
		}
		if !u.is(at, ",") {
			return
		}
		at++
	}
}

// resolveConstants reports the writes that waited for constants of these and of other
// sources.
func (s *Sources) resolveConstants(others *Sources) {
	for _, w := range s.constants.pending {
		found := 0
		for _, c := range slices.Concat(s.constants.byName[w.name], others.constants.byName[w.name]) {
			if found == maxAnswers || !w.mayMean(c) {
				continue
			}
			found++
			v := value{known: true, path: c.path + w.below, partial: w.partial}
			if p := pathOf(v); path.IsAbs(p) && !isKernels(p) {
				s.path(SourcePath{Path: p, Kind: Written, Tree: w.partial, Variable: c.variable, Evidence: w.Evidence})
			}
		}
		if found == 0 {
			s.unplaced(w.Evidence)
		}
	}
	s.constants.pending = nil
}

// mayMean reports whether a constant may be the one that a write is below.
func (w *pendingWrite) mayMean(c constant) bool {
	dir, own := path.Dir(c.file), path.Dir(w.Place.File)
	switch {
	case languageOf[path.Ext(c.file)] != w.lang && !(path.Ext(c.file) == ".json" && w.lang == JavaScript):
		return false
	case w.module == "" && w.lang == Go:
		return dir == own
	case w.module == "":
		return c.file == w.Place.File
	case w.lang == Go:
		return path.Base(dir) == w.module
	}
	stem := strings.TrimSuffix(c.file, path.Ext(c.file))
	for _, index := range []string{"/index", "/__init__"} {
		stem = strings.TrimSuffix(stem, index)
	}
	for _, module := range w.modules() {
		if strings.HasPrefix(module, ".") && path.Join(own, module) == stem || !strings.HasPrefix(module, ".") && strings.HasSuffix("/"+stem, "/"+module) {
			return true
		}
	}
	return false
}

// modules returns the paths that the name of a module may mean, without their
// extensions: from the source where they begin with ".", or the ends of paths.
func (w *pendingWrite) modules() (list []string) {
	if w.lang == Python {
		module := strings.ReplaceAll(strings.TrimLeft(w.module, "."), ".", "/")
		list = []string{module}
		if w.object != "" {
			list = append(list, path.Join(module, w.object))
		}
		return slices.DeleteFunc(list, func(m string) bool { return m == "" })
	}
	module := w.module
	if slices.Contains(nodeExts, path.Ext(module)) {
		module = strings.TrimSuffix(module, path.Ext(module))
	}
	if strings.HasPrefix(module, ".") {
		return []string{"./" + path.Clean(module)}
	}
	module = strings.TrimLeft(module, "@~#/")
	if !strings.Contains(w.module, "/") {
		return nil // a package
	}
	return []string{module}
}
