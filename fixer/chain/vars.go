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
}

func (v vars) set(name, value string, known bool) vars {
	return append(slices.Clip(v), variable{name, value, known})
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
