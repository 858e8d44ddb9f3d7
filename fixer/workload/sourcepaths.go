package workload

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the paths that literals of a source name.

// PathKind is how certain it is that the application writes a path.
type PathKind string

// The kinds of paths, the most certain first.
const (
	// Written is the path of a call that writes, or of a database.
	Written PathKind = "written"
	// Default is the default of a variable or an option whose name says data, if the
	// same source does not only read it.
	Default PathKind = "default"
	// Mentioned is a path that the sources name for any purpose.
	Mentioned PathKind = "mentioned"
)

// SourcePath is an absolute path that the sources name.
type SourcePath struct {
	Path     string // clean; the directory where what follows is not a literal
	Kind     PathKind
	Tree     bool   // a directory certainly: a call makes it, or writes below it
	Variable string // of the environment, that overrides it; "" for none
	Evidence
}

// RelativeWrite is something that is written below the working directory, or next to
// the sources.
type RelativeWrite struct {
	Path     string   // clean, relative to the working directory; "." is it itself, ".." is above it
	Kind     PathKind // Written or Default
	Tree     bool     // a directory certainly, as of SourcePath
	Variable string   // of the environment, that overrides it; "" for none
	// OfSource: Path is relative to the root of the build context, since the source
	// computes it from its own location (__dirname, __file__). It begins with ".."
	// where it leaves the context. If a program is compiled to another place, so is
	// the path.
	OfSource bool
	// InPrefix is where it lies instead below the prefix of the interpreter, where the source
	// is of an installed package; "" for in the directory of the package.
	InPrefix string
	Evidence
}

// maxPath is the longest path that is reported, in bytes.
const maxPath = 1024

var (
	absolutePath = lazyregexp.New(`^/[A-Za-z0-9._@+-][\w.@+~-]*(?:/[\w.@+~ -]*)*$`)
	relativePath = lazyregexp.New(`^(?:\.{1,2}/)*(?:[A-Za-z0-9_@+-]|\.[A-Za-z0-9_])[\w.@+-]*(?:/[\w.@+ -]*)*$|^\./?$`)
	// dataFile matches names of files that a program changes.
	dataFile = lazyregexp.New(`(?i)\.(?:db|db3|sqlite|sqlite3|mdb|rdb|log|pid)$`)
)

// pathOf returns the path of a value, up to the last slash if something unknown
// follows; "" if it is not a path. What is below /api is a route.
func pathOf(v value) string {
	p := v.path
	if !v.known || v.from == elsewhere || len(p) > maxPath {
		return ""
	}
	if v.partial {
		p = p[:strings.LastIndexByte(p, '/')+1]
	}
	if v.from == sourceFile {
		return ofSource(p)
	}
	if p == "" || p == "/" || strings.HasPrefix(p, "/api/") || !absolutePath.MatchString(p) && !relativePath.MatchString(p) {
		return ""
	}
	return path.Clean(p)
}

// ofSource returns a path that is computed from the location of a source, clean; "" if
// it is not a path. It may leave the context.
func ofSource(p string) string {
	if p == "" {
		return ""
	}
	p = path.Clean(p)
	inside := p
	for strings.HasPrefix(inside, "../") {
		inside = inside[3:]
	}
	if inside != ".." && !relativePath.MatchString(inside) {
		return ""
	}
	return p
}

// leaves reports whether a clean relative path lies outside its base.
func leaves(p string) bool { return p == ".." || strings.HasPrefix(p, "../") }

// written reports the path that the call at token i writes.
func (u *unit) written(v value, i int) {
	if v.known && v.from == elsewhere {
		u.out.wait(pendingWrite{foreignName: v.ref, lang: u.lang, below: v.path, partial: v.partial, Evidence: u.evidence(i)})
		return
	}
	if file, ok := u.databaseFile(v.path); ok && v.known {
		v.path, v.partial = file, false
	}
	p := pathOf(v)
	switch {
	case p == "" && v.known && v.partial && v.from == workingDir && path.Dir(v.path) == "/" && absolutePath.MatchString(v.path): // a computed name in /
		u.path(v.path+"…", Written, v, i)
	case p == "" && v.known && !v.partial: // a URL, a name in memory
	case p == "":
		u.out.unplaced(u.evidence(i))
		if v.variable != "" {
			u.out.writesBelow(v.variable, u.evidence(i))
		}
	case path.IsAbs(p):
		u.path(p, Written, v, i)
	case v.from != sourceFile && p == ".":
		u.out.unplaced(u.evidence(i))
	default:
		u.used[v.literal] = true
		u.out.relative(RelativeWrite{Path: p, Kind: Written, Tree: u.isTree(v, i), Variable: v.variable, OfSource: v.from == sourceFile, Evidence: u.evidence(i)})
	}
}

// isTree reports whether what is written at token i is certainly a directory.
func (u *unit) isTree(v value, i int) bool {
	return v.partial || makesDirectory.MatchString(u.calledName(i))
}

// makesDirectory matches the names of calls that make a directory, in all languages.
var makesDirectory = lazyregexp.New(`(?i)mkdir|makedirs|make_path|mkpath|ensureDir|create_?dir`)

// path reports an absolute path at token i, and keeps its literal from being reported
// as Mentioned too.
func (u *unit) path(p string, kind PathKind, v value, i int) {
	if isKernels(p) {
		return
	}
	if kind == Default && u.onlyRead(v.literal) {
		kind = Mentioned
	}
	u.used[v.literal] = true
	u.out.path(SourcePath{Path: p, Kind: kind, Tree: kind == Written && u.isTree(v, i), Variable: v.variable, Evidence: u.evidence(i)})
}

func (u *unit) evidence(token int) Evidence {
	return u.lines.evidence(u.name, int(u.tokens[token].start))
}

// isKernels reports whether the files of a path are the kernel's.
func isKernels(p string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/")
	return first == "dev" || first == "proc" || first == "sys"
}

// literalPath reports what the literal at token i names by itself.
func (u *unit) literalPath(i int) {
	t := u.tokens[i]
	if u.used[i] || t.end-t.start < 4 || t.end-t.start > maxPath {
		return
	}
	raw := u.src[t.start:t.end]
	if raw[0] != '/' {
		if strings.ContainsAny(raw, ":=") {
			u.literalURL(i)
		}
		return
	}
	s, whole := u.literal(i)
	v := value{known: true, path: s, partial: !whole || u.is(i+1, "+"), literal: i}
	p := pathOf(v)
	if p != "" && isSystemPath(p) && !u.isRoute(i) {
		u.path(p, Mentioned, v, i)
	}
}

// IsDataFile reports whether the name of a file says that programs change it: a database, a
// log.
func IsDataFile(name string) bool { return dataFile.MatchString(name) }
