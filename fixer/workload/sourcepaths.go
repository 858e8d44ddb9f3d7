package workload

import (
	"path"
	"slices"
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

// databaseFile returns the path of the file in a database URL, as written, and whether
// there is one. It is relative if it does not begin with a slash.
func (u *unit) databaseFile(url string) (string, bool) {
	if !strings.ContainsRune(url, ':') && !strings.Contains(url, "=") {
		return "", false
	}
	m := databaseURL.FindStringSubmatch(url)
	if m == nil {
		return "", false
	}
	file := m[2]
	if c := m[3] + m[4]; c != "" {
		file = c
	}
	file, _, _ = strings.Cut(file, "?")
	file, _, _ = strings.Cut(file, ";")
	slashes := len(file) - len(strings.TrimLeft(file, "/"))
	switch {
	case m[1] == "file":
		if !dataFile.MatchString(file) {
			return "", false
		}
		fallthrough
	case slashes == 0, slashes == 1:
		file = strings.Repeat("/", min(slashes, 1)) + file[slashes:]
	case slashes == 2, slashes == 3 && u.lang == Python: // SQLAlchemy
		file = file[slashes:]
	default:
		file = "/" + file[slashes:]
	}
	if file == "" || file == "/" || strings.HasPrefix(file, ":") || strings.HasPrefix(file, "~") {
		return "", false
	}
	return file, true
}

// databaseURL matches the URLs and connection strings of file databases: SQLite, H2,
// HSQLDB and Derby, and Prisma's "file:".
var databaseURL = lazyregexp.New(`^(?:(sqlite3?(?:\+\w+)?|libsql|file|jdbc:sqlite|jdbc:h2(?::file|:split|:nio)?|jdbc:hsqldb:file|jdbc:derby):([^:\s]+)|` +
	`(?i:data source|datasource|filename)\s*=\s*([^;:]+\.\w+)(?:;.*)?|(?i:dbi:sqlite:)(?:dbname=)?([^:;]+))$`)

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

// literalURL reports the file if the literal at token i is the URL of a database.
func (u *unit) literalURL(i int) {
	s, whole := u.literal(i)
	if m := springDefault.FindStringSubmatch(s); m != nil && (u.lang == Java || u.lang == Kotlin) {
		variable := strings.ToUpper(strings.NewReplacer(".", "_", "-", "").Replace(m[1]))
		v := value{known: true, path: m[2], variable: variable, literal: i}
		if p := pathOf(v); p != "" && (namesData(m[1]) || isSystemPath(p)) {
			u.path(p, Default, v, i)
		}
		return
	}
	if _, ok := u.databaseFile(s); ok && whole {
		u.written(value{known: true, path: s, literal: i}, i)
	}
}

// springDefault matches "${property:/path}" of Spring.
var springDefault = lazyregexp.New(`^\$\{([\w.-]+):(/[^}]+)\}$`)

// defaultAt reports the default of an environment variable, where token i is
// the first of an operator "or else".
func (u *unit) defaultAt(i int) {
	skip := 2
	switch {
	case u.signs(i, "||"), u.signs(i, "??"), u.signs(i, "?:"):
	case u.is(i, "or") && (u.lang == Python || u.lang == Ruby):
		skip = 1
	default:
		return
	}
	name := u.variableBefore(i)
	if name == "" || i+skip >= len(u.tokens) {
		return
	}
	v := u.operandAt(i + skip)
	v.variable = name
	u.defaulted(name, v)
}

// operandAt evaluates the operand at token i.
func (u *unit) operandAt(i int) value {
	u.budget = maxSteps
	v, _ := u.operand(i, min(len(u.tokens), i+maxSpan), maxDepth)
	return v
}

// variableBefore returns the environment variable that the expression before token i
// reads, "" if it reads none.
func (u *unit) variableBefore(i int) string {
	j := i - 1
	if u.kind(j) == wordToken && u.is(j-1, ".") && u.is(j-2, "env") {
		return u.str(j)
	}
	m := -1
	if j >= 0 && (u.is(j, "]") || u.is(j, ")")) {
		m = int(u.tokens[j].match)
	}
	if m <= 0 || u.kind(m-1) != wordToken {
		return ""
	}
	if name, _ := u.callee(m - 1); readsEnvironment(name) {
		return u.variableName(m + 1)
	}
	return ""
}

// defaulted reports the default of an environment variable or of an option.
func (u *unit) defaulted(name string, v value) {
	if file, ok := u.databaseFile(v.path); ok && v.known {
		v.path, v.partial = file, false
		u.written(v, v.literal)
		return
	}
	switch p := pathOf(v); {
	case path.IsAbs(p) && (namesData(name) || isSystemPath(p)):
		u.path(p, Default, v, v.literal)
	case v.from == sourceFile && namesStore(name):
		u.besides(p, v)
	}
}

// besides reports a data path that is computed from the location of the source, if it
// leaves the context: what lies inside is usually the application's.
func (u *unit) besides(p string, v value) {
	if leaves(p) && path.Base(p) != ".." && !u.onlyRead(v.literal) {
		u.used[v.literal] = true
		u.out.relative(RelativeWrite{Path: p, Kind: Default, Variable: v.variable, OfSource: true, Evidence: u.evidence(v.literal)})
	}
}

// environmentCall reports the default that a call gives an environment variable, a
// command-line option or a setting.
func (u *unit) environmentCall(i int) {
	name, method := u.callee(i)
	last := u.str(i)
	args, ok := u.arguments(i)
	if !ok || len(args) == 0 {
		return
	}
	at, option := 1, ""
	switch {
	case readsEnvironment(name) || last == "getOrDefault" && method || last == "config" && u.lang == Python:
		u.budget = maxSteps
		v := u.withDefault(args, maxDepth)
		if !v.known { // a block, or a method on it, may give it
			v = u.operandAt(u.first(i))
		}
		if v.variable != "" && v.known {
			u.defaulted(v.variable, v)
		}
		return
	case u.lang == Go && slices.Contains([]string{"String", "StringP"}, last) || u.lang == Go && (last == "SetDefault" || last == "Flag"):
		if last == "StringP" {
			at = 2
		}
	case u.lang == Go && slices.Contains([]string{"StringVar", "StringVarP"}, last):
		at = 2
		if last == "StringVarP" {
			at = 3
		}
		args = append([]argument{args[min(1, len(args)-1)]}, args[1:]...)
	case u.lang == Python && slices.Contains([]string{"add_argument", "option"}, last):
		at = -1
	case u.lang == JavaScript && last == "option" && (method || name != last): // of commander and of yargs
		at = 2
		args = append(slices.Clip(args), u.entries(args[min(1, len(args)-1)].a)...)
	case u.lang == JavaScript && last == "default" && method && len(args) == 1: // of zod, joi and yup
		u.keyDefault(i, args[0])
		return
	case u.lang == JavaScript && (last == "str" || last == "string") && len(args) > 0 && u.is(args[0].a, "{"): // of envalid
		for _, e := range u.entries(args[0].a) {
			if e.key == "default" {
				u.keyDefault(i, e)
			}
		}
		return
	case last == "setDefault" || last == "default" && method:
	default:
		return
	}
	if u.kind(args[0].a) == textToken {
		option, _ = u.literal(args[0].a)
	}
	for n, a := range args {
		if n == at && a.key == "" || (at < 0 || u.lang == JavaScript) && a.key == "default" {
			u.defaulted(option, u.eval(a.a, a.b))
		}
	}
}

// keyDefault reports the default that a schema of the environment gives the key whose value
// calls token i.
func (u *unit) keyDefault(i int, a argument) {
	v := u.eval(a.a, a.b)
	v.variable = u.keyBefore(u.chain(i))
	u.defaulted(v.variable, v)
}

// chain returns the first token of the calls and names that lead to token i, as in
// z.string().optional().default.
func (u *unit) chain(i int) int {
	for range maxArgs {
		switch {
		case u.is(i-1, ".") && u.is(i-2, ")") && u.tokens[i-2].match > 0:
			i = int(u.tokens[i-2].match) - 1
		case u.is(i-1, ".") && u.kind(i-2) == wordToken:
			i -= 2
		default:
			return i
		}
	}
	return i
}

// keyBefore returns the key of an object whose value begins at token i, "" for none.
func (u *unit) keyBefore(i int) string {
	if !u.is(i-1, ":") || i < 2 {
		return ""
	}
	return strings.Trim(u.str(i-2), `"'`)
}

// constant reports the value of a variable or a key at token i, a "=" or ":", if its
// name says that it is a directory, or a data file.
func (u *unit) constant(i int) {
	name, at := u.assignment(i)
	if at == 0 {
		if k := u.keyEnd(i - 1); k == 0 || !u.is(i, ":") && !u.signs(i, "=>") {
			return
		} else {
			name, at = strings.Trim(u.str(i-1), `"'`), k
		}
	}
	if u.kind(at) != textToken && u.kind(at) != wordToken {
		return
	}
	first := u.kind(at) == textToken && at < len(u.tokens) && strings.HasPrefix(u.str(at), "/")
	if !first && u.values[name][1] != at && !slices.Contains(databaseKeys, name) && !u.namesData(name) {
		return
	}
	u.budget = maxSteps
	v, _ := u.expr(at, min(len(u.tokens), at+maxSpan), maxDepth)
	if u.databaseOption(name, v, i) {
		return
	}
	p := pathOf(v)
	if earlier := u.values[name]; earlier[1] == at && v.known {
		u.budget = maxSteps
		if w, _ := u.expr(earlier[0], min(len(u.tokens), earlier[0]+maxSpan), maxDepth); w.variable != "" && !w.known {
			v.variable = w.variable
			u.defaulted(w.variable, v)
			return
		}
	}
	switch {
	case v.literal < at || !u.namesData(name):
	case path.IsAbs(p) && (namesDirectory(name) || dataFile.MatchString(p) || isSystemPath(p)):
		u.path(p, Default, v, v.literal)
	case v.from == sourceFile && namesStore(name):
		u.besides(p, v)
	}
}

// IsDataFile reports whether the name of a file says that programs change it: a database, a
// log.
func IsDataFile(name string) bool { return dataFile.MatchString(name) }
