package compose

import (
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

type castPattern struct {
	parts []string
	cast  interpolation.Cast
}

// casts are compose-go's types of strings, keyed by the last part of their path.
var casts = sync.OnceValue(func() map[string][]castPattern {
	by := map[string][]castPattern{}
	for path, cast := range loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping {
		by[path.Last()] = append(by[path.Last()], castPattern{path.Parts(), cast})
	}
	return by
})

// castFor returns the function that casts a string at a path to the right type, nil if
// a string is right.
func castFor(at []string) interpolation.Cast {
	for _, last := range []string{at[len(at)-1], tree.PathMatchAll} {
		for _, p := range casts()[last] {
			if matches(p.parts, at) {
				return func(s string) (any, error) { return p.cast(plainBool(s)) }
			}
		}
	}
	return nil
}

func matches(pattern, at []string) bool {
	if len(pattern) != len(at) {
		return false
	}
	for i, part := range pattern {
		if part != at[i] && part != tree.PathMatchAll {
			return false
		}
	}
	return true
}

// plainBool spells the booleans of YAML 1.1 like those of YAML 1.2, for which
// compose-go logs nothing.
func plainBool(s string) string {
	switch strings.ToLower(s) {
	case "y", "yes", "on":
		return "true"
	case "n", "no", "off":
		return "false"
	}
	return s
}
