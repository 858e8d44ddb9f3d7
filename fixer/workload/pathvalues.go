package workload

import (
	"path"
	"strings"
)

// This file has the values of expressions that give a path.

// root is the base of a relative path.
type root uint8

const (
	workingDir root = iota // or absolute
	sourceFile             // the root of the context, computed from the location of the source
	elsewhere              // what value.ref is set to
)

// value is the result of an expression.
type value struct {
	known    bool   // path holds
	path     string // as written; a prefix where partial
	partial  bool   // something unknown follows
	from     root
	ref      foreignName // where it is from elsewhere
	variable string      // the environment variable that the expression reads first
	literal  int         // the token of the first literal
}

// otherwise returns the value of "v or w".
func otherwise(v, w value) value {
	if v.known && v.from != elsewhere || !w.known && v.known {
		return v
	}
	if v.variable != "" {
		w.variable = v.variable
	}
	return w
}

func concat(v, w value) value {
	switch {
	case !v.known || v.partial:
	case w.known && w.from == workingDir && len(v.path)+len(w.path) <= maxPath:
		v.path, v.partial = v.path+w.path, w.partial
	default:
		v.partial = true
	}
	return v
}

// below returns v with w below it.
func below(v, w value) value {
	switch {
	case !v.known || v.partial:
	case !w.known || w.from != workingDir || w.path == "" && w.partial || len(v.path)+len(w.path) > maxPath:
		v.path, v.partial = strings.TrimSuffix(v.path, "/")+"/", true
	case v.path == "" && v.from == workingDir:
		v.path, v.partial = w.path, w.partial
	case v.from != elsewhere && (v.path == "." || v.path == ""):
		v.path, v.partial = strings.TrimLeft(w.path, "/"), w.partial
	default:
		v.path, v.partial = strings.TrimSuffix(v.path, "/")+"/"+strings.TrimPrefix(w.path, "/"), w.partial
	}
	if v.literal == 0 {
		v.literal = w.literal
	}
	return v
}

// parent returns the directory that v lies in.
func parent(v value) value {
	if v.partial {
		v.path = path.Dir(v.path)
	} else {
		v.path = path.Join(v.path, "..")
	}
	return v
}
