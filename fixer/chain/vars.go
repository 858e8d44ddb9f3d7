package chain

import (
	"maps"
	"slices"
)

// vars are the variables that hold at one place of the Dockerfile. A value is
// never changed in place: set returns the new list.
type vars []variable

type variable struct {
	name, value string
	known       bool
	// fromArg: the value is that of a build argument, or made of one, so that
	// another build may have another.
	fromArg bool
}

func (v vars) set(e ...variable) vars {
	return append(slices.Clip(v), e...)
}

// dependsOnArg reports whether one of the names has its value from an ARG.
func (v vars) dependsOnArg(names map[string]struct{}) bool {
	for i := len(v) - 1; i >= 0 && len(names) > 0; i-- {
		if _, ok := names[v[i].name]; ok && v[i].fromArg {
			return true
		}
	}
	return false
}

// Get implements shell.EnvGetter of BuildKit: a variable of unknown value is
// not set, so that whoever uses it learns of that.
func (v vars) Get(name string) (string, bool) {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].name == name {
			return v[i].value, v[i].known
		}
	}
	return "", false
}

// Keys implements shell.EnvGetter of BuildKit.
func (v vars) Keys() []string {
	var keys []string
	for _, e := range v {
		keys = append(keys, e.name)
	}
	return keys
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
