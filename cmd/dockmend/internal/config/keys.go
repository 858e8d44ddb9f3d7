// Package config reads .dockmend.yaml. A file may set what the flags of the command
// line set: each flag is a key, and a file may set some of them again for the
// Dockerfiles at certain paths.
package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Kind is the type of a key's value.
type Kind string

// The kinds, by the names that messages give them.
const (
	Bool     Kind = "true or false"
	Int      Kind = "a number"
	String   Kind = "a text"
	Duration Kind = "a duration, as in 10s"
	List     Kind = "a list of texts"
	Map      Kind = "a mapping of names to texts"
)

// Key is a flag as a key of a file.
type Key struct {
	Name    string
	Kind    Kind
	Enum    []string // the values that a text may have; nil for any
	Help    string
	Default string
	Envs    []string // the variables that set the flag, too
	Xor     []string // the groups of flags that exclude each other
	Rules
}

// Rules are the properties of a key beyond its flag.
type Rules struct {
	// Trusted: the value affects what the machine that runs dockmend does for a
	// repository (which hosts it accesses, what it runs, what it writes). A repository
	// may not set it by itself.
	Trusted bool
	// PerPath: it can be set for some Dockerfiles only.
	PerPath bool
	// Path: the value names a file or a directory. In a file it is relative to that
	// file's directory, and may not lead out of it, unless the file is trusted.
	Path bool
	// OneOf are the values that a text may have, for a flag without such a list; nil
	// for any.
	OneOf []string
	// Glob: the value is a list of patterns, relative to the file's directory.
	Glob bool
}

// Keys returns the flags of all commands, sorted by name. A flag that several commands
// have is one key. Hidden flags, those named in without and those with the tag config:"-" are left
// out.
func Keys(app *kong.Application, rules map[string]Rules, without ...string) (keys []Key) {
	seen := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			if f.Hidden || n.Hidden || !isKey(f) || seen[f.Name] || f.Name == "help" || slices.Contains(without, f.Name) {
				continue
			}
			seen[f.Name] = true
			k := Key{Name: f.Name, Kind: kindOf(f.Target.Type()), Help: f.Help, Default: f.Default, Envs: f.Envs, Xor: f.Xor, Rules: rules[f.Name]}
			if k.Enum = k.OneOf; f.Enum != "" {
				k.Enum = slices.DeleteFunc(strings.Split(f.Enum, ","), func(s string) bool { return s == "" })
			}
			keys = append(keys, k)
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Node)
	slices.SortFunc(keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	return keys
}

// isKey reports whether a flag may be a key: another command may have one of the same name, which
// means something else.
func isKey(f *kong.Flag) bool { return f.Tag.Get("config") != "-" }

func kindOf(t reflect.Type) Kind {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return Duration
	case t.Kind() == reflect.Bool:
		return Bool
	case t.Kind() == reflect.Int:
		return Int
	case t.Kind() == reflect.Slice:
		return List
	case t.Kind() == reflect.Map:
		return Map
	}
	return String
}

// find returns the key of that name.
func find(keys []Key, name string) (k *Key, ok bool) {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return nil, false
	}
	return &keys[i], true
}
