package config

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kong"
)

// Resolver returns a kong.Resolver with the values of the file, for flags that neither
// the command line nor the environment sets. A value that excludes a flag of the
// command line does not apply. A nil file has no values, and a flag that is not a key takes none.
func (f *File) Resolver() kong.Resolver {
	return kong.ResolverFunc(func(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if f == nil || !isKey(flag) || fromEnvironment(flag.Envs) || excluded(ctx, flag) {
			return nil, nil
		}
		for _, v := range f.Values {
			if v.Key.Name == flag.Name {
				return typed(f.placed(v)), nil
			}
		}
		return nil, nil
	})
}

func fromEnvironment(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return os.Getenv(name) != "" })
}

// excluded reports whether the command line has a flag that excludes this one.
func excluded(ctx *kong.Context, flag *kong.Flag) bool {
	return slices.ContainsFunc(ctx.Path, func(p *kong.Path) bool {
		return p.Flag != nil && !p.Resolved && p.Flag != flag &&
			slices.ContainsFunc(p.Flag.Xor, func(group string) bool { return slices.Contains(flag.Xor, group) })
	})
}

// placed returns the value with its paths and globs relative to the current directory,
// as on the command line.
func (f *File) placed(v Value) any {
	place := func(s string) string {
		if !v.Key.Path && !v.Key.Glob || v.Key.Glob && filepath.Base(s) == s || filepath.IsAbs(s) {
			return s
		}
		return filepath.ToSlash(filepath.Join(f.Dir, s))
	}
	switch set := v.Set.(type) {
	case string:
		return place(set)
	case []string:
		list := make([]string, len(set))
		for i, s := range set {
			list[i] = place(s)
		}
		return list
	case map[string]string:
		m := make(map[string]string, len(set))
		for name, s := range set {
			m[name] = place(s)
		}
		return m
	}
	return v.Set
}

// typed returns a value in the types that kong's mappers accept from a resolver.
func typed(v any) any {
	switch v := v.(type) {
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	case map[string]string:
		m := make(map[string]any, len(v))
		for name, s := range v {
			m[name] = s
		}
		return m
	}
	return v
}

// Args returns values as arguments of a command line.
func (f *File) Args(values []Value) (args []string) {
	for _, v := range values {
		args = append(args, Args(v.Key.Name, f.placed(v))...)
	}
	return args
}
