package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file evaluates calls of functions that join paths, read the environment or
// format a text.

var (
	variableName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// joiners give the path of their arguments, each below the one before.
	joiners = strings.Fields("join resolve Join joinpath Path PurePath PosixPath Paths.get Path.of File Path.Combine Combine expand_path PathBuf.from Path.new Pathname.new Pathname " +
		"normalize String str abspath realpath expand fileURLToPath io.file file Cow.from String.from base_path Rails.root.join")
	// workingDirs give the working directory.
	workingDirs = strings.Fields("process.cwd cwd getcwd os.getcwd Path.cwd Dir.getwd os.Getwd Directory.GetCurrentDirectory env.current_dir System.cwd")
)

// readsEnvironment reports whether a function of that name reads environment variables.
func readsEnvironment(name string) bool {
	return strings.Contains(strings.ToLower(name), "env") || name == "$_SERVER"
}

// variableName returns the name that a literal holds, "" if it is not the name of a
// variable.
func (u *unit) variableName(i int) string {
	if u.kind(i) != textToken {
		return ""
	}
	s, whole := u.literal(i)
	if !whole || len(s) > 128 || !variableName.MatchString(s) {
		return ""
	}
	return s
}

// call evaluates a call.
func (u *unit) call(name string, args []argument, depth int) value {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if v, ok := u.systemDirectory(last, args); ok {
		return v
	}
	switch {
	case slices.Contains(workingDirs, name):
		return value{known: true, path: "."}
	case last == "findCacheDir" || last == "findCacheDirectory": // of find-cache-dir
		return value{known: true, path: "node_modules/.cache/", partial: true}
	case len(args) == 0 && u.lang == JavaScript && name == last:
		return u.returned(name, depth)
	case len(args) == 0:
		return value{}
	case name == "require" && u.kind(args[0].a) == textToken && strings.HasSuffix(u.str(args[0].a), ".json"):
		u.noteSettingsOf(u.str(args[0].a))
		return value{known: true, from: elsewhere, ref: foreignName{module: u.str(args[0].a)}}
	case name == "require" && u.lang == JavaScript && u.kind(args[0].a) == textToken:
		return ofPackage(u.str(args[0].a), "")
	case name == "require.resolve" && u.kind(args[0].a) == textToken:
		return u.resolved(args[0].a)
	case (readsEnvironment(name) || last == "config" || name == "env.var") && u.variableName(args[0].a) != "":
		return u.withDefault(args, depth)
	case last == "dirname":
		v, _ := u.expr(args[0].a, args[0].b, depth)
		switch {
		case v.isOfPackage():
			return v
		case v.from == workingDir && !strings.HasPrefix(v.path, "node_modules/"):
			v.known = false
		}
		return parent(v)
	case last == "Sprintf" && u.kind(args[0].a) == textToken:
		return u.formatted(args, depth)
	case last == "URL" && len(args) == 2: // new URL("../data", import.meta.url)
		v, _ := u.expr(args[0].a, args[0].b, depth)
		w, _ := u.expr(args[1].a, args[1].b, depth)
		if w.from != sourceFile || path.IsAbs(v.path) {
			return value{}
		}
		return below(parent(w), v)
	case slices.Contains(joiners, name) || slices.Contains(joiners, last):
		v, _ := u.expr(args[0].a, args[0].b, depth)
		if last == "expand_path" && len(args) == 2 { // relative to the second
			w, _ := u.expr(args[1].a, args[1].b, depth)
			if v.known && !path.IsAbs(v.path) {
				v = below(w, v)
			}
			return v
		}
		for _, a := range args[1:] {
			w, _ := u.expr(a.a, a.b, depth)
			if w.known && path.IsAbs(w.path) && (last == "resolve" || u.lang == Python) {
				v = w
				continue
			}
			v = below(v, w)
		}
		return v
	}
	if u.lang == JavaScript && !strings.Contains(name, ".") {
		if v := u.returned(name, depth); v.known {
			return v
		}
	}
	// Of any other call, only which variable it reads.
	v, _ := u.expr(args[0].a, args[0].b, depth)
	return value{variable: v.variable}
}

// formatted evaluates a call of Sprintf, up to its first verb that is not the
// beginning.
func (u *unit) formatted(args []argument, depth int) value {
	s, whole := u.literal(args[0].a)
	v := value{known: true, literal: args[0].a}
	if rest, ok := strings.CutPrefix(s, "%s"); ok && len(args) > 1 {
		s = rest
		if v, _ = u.expr(args[1].a, args[1].b, depth); v.known && v.literal == 0 {
			v.literal = args[0].a
		}
	}
	s, _, more := strings.Cut(s, "%")
	return concat(v, value{known: true, path: s, partial: more || !whole})
}

// withDefault evaluates a call that reads a variable and may give a default.
func (u *unit) withDefault(args []argument, depth int) value {
	v := value{variable: u.variableName(args[0].a)}
	for _, a := range args[1:] {
		if a.key != "" && !slices.Contains([]string{"default", "fallback", "default_value"}, a.key) {
			continue
		}
		if w, _ := u.expr(a.a, a.b, depth); w.known {
			return otherwise(v, w)
		}
	}
	return v
}

// resolved evaluates require.resolve of a literal: a file of a package, or beside the
// source.
func (u *unit) resolved(i int) value {
	module, whole := u.literal(i)
	switch {
	case !whole:
		return value{}
	case strings.HasPrefix(module, "."):
		return value{known: true, path: path.Join(u.sourceDir(), module), from: sourceFile, literal: i}
	case PackageName(module) == module:
		module += "/index.js"
	}
	return value{known: true, path: "node_modules/" + module, literal: i}
}
