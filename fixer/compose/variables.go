package compose

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxNested   = 20      // "${A:-${B:-…}}"
	maxExpanded = 4 << 20 // bytes of all values of a directory with substituted variables
)

// unknownStart and unknownEnd enclose the number of a variable without a value,
// in values that pass through compose-go. They are private characters, which have no
// meaning in any of its short forms.
const (
	unknownStart = "\ue000"
	unknownEnd   = "\ue001"
)

// unknowns are the expressions of variables without a value.
type unknowns struct {
	expressions []string
	numbers     map[string]int // of expressions
	expanded    int            // bytes
}

// mark returns the placeholder of an expression without a value.
func (u *unknowns) mark(expression string) string {
	i, ok := u.numbers[expression]
	if !ok {
		i = len(u.expressions)
		u.expressions = append(u.expressions, expression)
		u.numbers[expression] = i
	}
	return unknownStart + strconv.Itoa(i) + unknownEnd
}

// isUnknown reports whether a value has an unknown part.
func isUnknown(s string) bool { return strings.Contains(s, unknownStart) }

// written returns s with its placeholders replaced by the original expressions.
func (u *unknowns) written(s string) string {
	if !isUnknown(s) {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, unknownStart)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		number, after, _ := strings.Cut(rest, unknownEnd)
		i, err := strconv.Atoi(number)
		if err != nil || i < 0 || i >= len(u.expressions) {
			s = rest // the file has such a character
			continue
		}
		b.WriteString(u.expressions[i])
		s = after
	}
}

// expand substitutes the values of variables in s by the rules of compose-go
// (template.Substitute), except that a variable without a value and a default is an
// unknown one, and not "".
func (u *unknowns) expand(s string, lookup func(string) (string, bool)) (string, error) {
	if !strings.Contains(s, "$") {
		return s, nil
	}
	out, err := u.substitute(s, lookup, 0)
	if u.expanded += len(out); err == nil && u.expanded > maxExpanded {
		err = errExpanded
	}
	return out, err
}

var errExpanded = fmt.Errorf("variables expand to more than %d bytes", maxExpanded)

// substitute is expand at a level of nesting.
func (u *unknowns) substitute(s string, lookup func(string) (string, bool), level int) (string, error) {
	if level > maxNested {
		return "", fmt.Errorf("variables are nested deeper than %d levels", maxNested)
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "$")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		switch name := leadingName(rest); {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			s = rest[1:]
		case name != "":
			b.WriteString(u.value(name, "$"+name, lookup))
			s = rest[len(name):]
		case strings.HasPrefix(rest, "{"):
			end := closing(rest)
			if end < 0 {
				return "", errors.New("a \"${\" that is not closed; \"$$\" stands for \"$\"")
			}
			value, err := u.braced(rest[1:end], lookup, level)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			s = rest[end+1:]
		default:
			b.WriteByte('$')
			s = rest
		}
		if b.Len() > maxExpanded {
			return "", errExpanded
		}
	}
}

func (u *unknowns) value(name, expression string, lookup func(string) (string, bool)) string {
	if v, ok := lookup(name); ok {
		return v
	}
	return u.mark(expression)
}

// braced returns the value of what is between "${" and "}".
func (u *unknowns) braced(s string, lookup func(string) (string, bool), level int) (string, error) {
	name := leadingName(s)
	operator := s[len(name):]
	colon := strings.HasPrefix(operator, ":")
	operator = strings.TrimPrefix(operator, ":")
	switch {
	case name == "" || strings.Contains(s, "\n"):
		return "", fmt.Errorf("\"${%s}\" is no variable; \"$$\" stands for \"$\"", s)
	case operator == "" && !colon:
		return u.value(name, "${"+s+"}", lookup), nil
	case operator == "":
		return "", fmt.Errorf("\"${%s}\" is no variable; \"$$\" stands for \"$\"", s)
	}
	v, set := lookup(name)
	present := set && (v != "" || !colon)
	switch word := operator[1:]; operator[0] {
	case '-':
		if !present {
			return u.substitute(word, lookup, level+1)
		}
		return v, nil
	case '+':
		if present {
			return u.substitute(word, lookup, level+1)
		}
		return v, nil
	case '?':
		if !present {
			return u.mark("${" + s + "}"), nil
		}
		return v, nil
	}
	return "", fmt.Errorf("\"${%s}\" is no variable; \"$$\" stands for \"$\"", s)
}

// leadingName returns the name of a variable that s starts with.
func leadingName(s string) string {
	i := 0
	for i < len(s) && (s[i] == '_' || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || i > 0 && s[i] >= '0' && s[i] <= '9') {
		i++
	}
	return s[:i]
}

// closing returns the offset of the "}" that closes the "{" at the start of s, of
// the last one in the line if braces are not balanced, -1 for none.
func closing(s string) int {
	s = s[:lineLength(s)]
	open := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			open++
			if i > 0 {
				i++ // as in compose-go's getFirstBraceClosingIndex
			}
		case '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return strings.LastIndexByte(s, '}')
}
