package pin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// argDefault is an ARG before the first FROM.
type argDefault struct {
	in    *dockerfile.Instruction
	word  dockerfile.Word // NAME=value
	name  string
	quote string // around the value
	value string
}

// plainDefault matches a default with nothing in it to expand or to escape.
var plainDefault = lazyregexp.New(`^[\w.:/+-]+$`)

// set gives the ARG another default.
func (a argDefault) set(value string) (document.Edit, error) {
	return a.in.Replace(a.word, a.name+"="+a.quote+value+a.quote)
}

// readDefault finds the ARG that gives the variable its value. It fails if there is
// none, or if anything but these places depends on it.
func (s *pins) readDefault(variable string, uses []argWord) (arg argDefault, err error) {
	if _, ok := s.Build.BuildArgs[variable]; ok {
		return arg, fmt.Errorf("--build-arg sets %s", variable)
	}
	for _, in := range s.File.Globals {
		for _, w := range in.Args {
			name, value, ok := strings.Cut(w.Text, "=")
			if name != variable {
				continue
			}
			if !ok || arg.in != nil {
				return arg, fmt.Errorf("ARG %s is there without a default, or twice", variable)
			}
			arg = argDefault{in: in, word: w, name: name, value: value}
		}
	}
	if arg.in == nil {
		return arg, fmt.Errorf("%s is no ARG before the first FROM", variable)
	}
	if n := len(arg.value); n > 1 && strings.ContainsRune("\"'", rune(arg.value[0])) && arg.value[n-1] == arg.value[0] {
		arg.quote, arg.value = arg.value[:1], arg.value[1:n-1]
	}
	if !plainDefault.MatchString(arg.value) || slices.ContainsFunc(uses, func(u argWord) bool { return u.image != u.with(arg.value) }) {
		return arg, fmt.Errorf("the default of ARG %s is made of something else", variable)
	}
	if in := s.otherUse(variable, uses); in != nil {
		return arg, fmt.Errorf("line %d uses ARG %s for something else", in.Line, variable)
	}
	return arg, nil
}

// otherUse returns an instruction that uses the variable, or that takes it over into
// its stage, other than for an image that is to be pinned.
func (s *pins) otherUse(variable string, uses []argWord) *dockerfile.Instruction {
	for _, in := range s.File.Instructions {
		if slices.ContainsFunc(uses, func(u argWord) bool { return u.in == in }) {
			if slices.ContainsFunc(in.Flags, func(w dockerfile.Word) bool {
				return strings.Contains(w.Text, "$") && strings.Contains(w.Text, variable)
			}) {
				return in
			}
			continue
		}
		takesOver := in.Name() == "ARG" && !slices.Contains(s.File.Globals, in) && slices.ContainsFunc(in.Args, func(w dockerfile.Word) bool {
			name, _, _ := strings.Cut(w.Text, "=")
			return name == variable
		})
		if takesOver || steps.UsesVariable(in, variable) {
			return in
		}
	}
	return nil
}
