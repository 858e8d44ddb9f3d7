package stage

import (
	"maps"
	"slices"
)

// vars are the variables that hold at one place of the Dockerfile: the first n
// of a log, on top of those that the log continues. A value is never changed in
// place: set returns the new variables, and those of before stay as they were.
type vars struct {
	log *varLog
	n   int
}

// varLog is a list of variables that only grows. The states of a chain share it;
// where two go different ways, the later one continues the log in one of its own.
type varLog struct {
	before vars
	list   []variable
	at     map[string][]int // for each name, the indexes in list, in rising order
}

type variable struct {
	name, value string
	known       bool
	// fromArg: the value is that of a build argument, or made of one, so that
	// another build may have another.
	fromArg bool
	// ofImage: it is of the image's environment, as ENV sets it.
	ofImage bool

	everArg bool      // this or an earlier one of the name is fromArg
	image   *variable // the last known one of the name that is ofImage, nil for none
}

// set returns v followed by the variables of e. It takes the room of e alone.
func (v vars) set(e ...variable) vars {
	for _, add := range e {
		before := v.last(add.name)
		add.everArg = add.fromArg || before != nil && before.everArg
		switch {
		case add.ofImage && add.known:
			own := add
			add.image = &own
		case before != nil:
			add.image = before.image
		}
		if v.log == nil || v.n != len(v.log.list) {
			v = vars{log: &varLog{before: v, at: map[string][]int{}}}
		}
		v.log.list = append(v.log.list, add)
		v.log.at[add.name] = append(v.log.at[add.name], v.n)
		v.n++
	}
	return v
}

// last returns the variable that holds for a name, nil for none. It is valid
// until the next set.
func (v vars) last(name string) *variable {
	for ; v.log != nil; v = v.log.before {
		at := v.log.at[name]
		if i, _ := slices.BinarySearch(at, v.n); i > 0 {
			return &v.log.list[at[i-1]]
		}
	}
	return nil
}

// dependsOnArg reports whether one of the names ever had its value from an ARG.
func (v vars) dependsOnArg(names map[string]struct{}) bool {
	for name := range names {
		if e := v.last(name); e != nil && e.everArg {
			return true
		}
	}
	return false
}

// Get implements shell.EnvGetter of BuildKit: a variable of unknown value is
// not set, so that whoever uses it learns of that.
func (v vars) Get(name string) (string, bool) {
	if e := v.last(name); e != nil {
		return e.value, e.known
	}
	return "", false
}

// image returns the value that a variable has in the image's environment. An ENV
// whose value is not known does not count: the one before it is returned.
func (v vars) image(name string) (string, bool) {
	if e := v.last(name); e != nil && e.image != nil {
		return e.image.value, true
	}
	return "", false
}

// Keys implements shell.EnvGetter of BuildKit: the names in the order in which
// they were set, once for each time.
func (v vars) Keys() []string {
	if v.log == nil {
		return nil
	}
	keys := v.log.before.Keys()
	for _, e := range v.log.list[:v.n] {
		keys = append(keys, e.name)
	}
	return keys
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
