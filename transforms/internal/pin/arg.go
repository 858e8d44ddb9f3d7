package pin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// oneVariable matches a name with one variable in it, and nothing else to expand.
var oneVariable = lazyregexp.New("^([^$\"'`\\\\]*)\\$(?:\\{(\\w+)\\}|(\\w+))([^$\"'`\\\\]*)$")

// argWord is an image whose name has a variable in it.
type argWord struct {
	imageWord
	before, variable, after string
}

// readArgWord parses such a name. It fails if another value of the variable
// may make it another image altogether.
func readArgWord(w imageWord) (argWord, error) {
	m := oneVariable.FindStringSubmatch(w.text)
	if m == nil {
		return argWord{}, errors.New("its name is made of more than one variable, or in another way than $NAME")
	}
	a := argWord{imageWord: w, before: m[1], variable: m[2] + m[3], after: m[4]}
	if !a.whole() && (splitName(a.before+"x").tag == "" || strings.ContainsAny(a.after, ":/@")) {
		return argWord{}, fmt.Errorf("the variable %s has more of its name than the tag", a.variable)
	}
	return a, nil
}

// whole reports whether the variable has all of the name.
func (a argWord) whole() bool { return a.before == "" && a.after == "" }

// with returns the name for another value of the variable.
func (a argWord) with(value string) string { return a.before + value + a.after }

// value returns the value that gives the name.
func (a argWord) value(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, a.before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, a.after)
}

// variables pins images by the defaults of the ARGs in their names.
func (s *pins) variables(words []imageWord) {
	uses := map[string][]argWord{}
	var order []string
	for _, w := range words {
		if w.err == nil && !floats(w.image) || s.Ignores(w.in.Span) {
			continue
		}
		a, err := readArgWord(w)
		if w.err != nil {
			err = w.err
		}
		if err != nil {
			s.leave(w, err.Error())
			continue
		}
		if uses[a.variable] == nil {
			order = append(order, a.variable)
		}
		uses[a.variable] = append(uses[a.variable], a)
	}
	for _, variable := range order {
		if err := s.byDefault(variable, uses[variable]); err != nil {
			for _, u := range uses[variable] {
				s.leave(u.imageWord, err.Error())
			}
		}
	}
}

// byDefault pins the images that are named with one variable. It fails if
// that can't be done for all of them.
func (s *pins) byDefault(variable string, uses []argWord) error {
	arg, err := s.readDefault(variable, uses)
	if err != nil {
		return err
	}
	pinned, value, err := s.pinValue(arg, uses)
	if err != nil {
		return err
	}
	edit, err := arg.set(value)
	if err != nil {
		return err
	}
	s.change(arg.word.Span, unpinned+uses[0].image+" in ARG "+variable, pinned, edit)
	return nil
}

// pinValue returns the value with which the variable names, in every place, the
// image that it names now.
func (s *pins) pinValue(arg argDefault, uses []argWord) (pinned pin, value string, err error) {
	first := uses[0]
	if Style.Of(s.Options) == byDigest && !first.whole() {
		return pin{}, "", fmt.Errorf("a digest has no place in ARG %s, which has but a part of the name", arg.name)
	}
	unknown := "" // why it's not known what another place would name
	pinned = s.find(first.image, first.platform, func(name string) bool {
		value, ok := first.value(name)
		if !ok || number.MatchString(arg.value) && !version.MatchString(value) {
			return false
		}
		for _, u := range uses[1:] {
			f, reason := s.ask(u.image, u.platform, baseimage.AskDigest)
			same := false
			if reason == "" {
				same, reason = s.same(u.with(value), u.platform, f.Digest)
			}
			if unknown = reason; !same {
				return false
			}
		}
		return true
	})
	value, ok := first.value(pinned.name)
	switch {
	case pinned.may.Refused():
		return pin{}, "", errors.New(pinned.may.Refuse)
	case unknown != "":
		return pin{}, "", errors.New(unknown)
	case !ok || pinned.tag == "" && !first.whole():
		return pin{}, "", fmt.Errorf("there is no version with which ARG %s names the same everywhere, and a digest has no place in it", arg.name)
	}
	return pinned, value, nil
}
