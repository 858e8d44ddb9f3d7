package seccomp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// value is a value of a JSON text, with its place.
type value struct {
	start, end int // offsets in bytes
	isObject   bool
	fields     []field // of an object
	items      []value // of an array
}

// field is an entry of an object.
type field struct {
	key   string
	at    int
	value value
}

// get returns the value of a key, in any case of letters, as encoding/json finds it. ok is
// false if there is none.
func (v value) get(key string) (found value, ok bool) {
	for _, f := range v.fields {
		if strings.EqualFold(f.key, key) {
			return f.value, true
		}
	}
	return value{}, false
}

// innermost returns the smallest value that has the byte at an offset.
func (v value) innermost(offset int) value {
	for _, item := range v.items {
		if item.start <= offset && offset < item.end {
			return item.innermost(offset)
		}
	}
	for _, f := range v.fields {
		if f.value.start <= offset && offset < f.value.end {
			return f.value.innermost(offset)
		}
	}
	return v
}

// flaw is what is wrong at an offset of a text.
type flaw struct {
	at  int
	msg string
}

func (f *flaw) Error() string { return f.msg }

// flawed returns an error for an offset.
func flawed(at int, format string, args ...any) error {
	return &flaw{at, fmt.Sprintf(format, args...)}
}

// scan returns the value of a JSON text. The error is a *flaw: no JSON, or a key that an
// object has twice, of which each reader takes another value.
func scan(text []byte) (value, error) {
	var syntax *json.SyntaxError
	if err := json.Unmarshal(text, new(json.RawMessage)); errors.As(err, &syntax) {
		return value{}, flawed(max(0, int(syntax.Offset)-1), "not JSON: %v", syntax)
	}
	s := &scanner{text: text, dec: json.NewDecoder(bytes.NewReader(text))}
	return s.value()
}

type scanner struct {
	text []byte
	dec  *json.Decoder
}

// token returns the next token, and its offset. The text is known to be JSON.
func (s *scanner) token() (json.Token, int, error) {
	end := int(s.dec.InputOffset())
	at := end + len(s.text[end:]) - len(bytes.TrimLeft(s.text[end:], " \t\r\n,:"))
	token, err := s.dec.Token()
	return token, at, err
}

func (s *scanner) value() (v value, err error) {
	token, at, err := s.token()
	v.start = at
	for err == nil && token == json.Delim('[') && s.dec.More() {
		var item value
		item, err = s.value()
		v.items = append(v.items, item)
	}
	if token == json.Delim('{') {
		v.isObject = true
		v.fields, err = s.fields()
	}
	if _, ok := token.(json.Delim); ok && err == nil {
		_, _, err = s.token() // the end
	}
	v.end = int(s.dec.InputOffset())
	return v, err
}

// fields returns the entries of an object, up to its end.
func (s *scanner) fields() (fields []field, err error) {
	seen := map[string]bool{} // in lower case: to encoding/json they are the same
	for s.dec.More() {
		token, at, err := s.token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if seen[strings.ToLower(key)] {
			return nil, flawed(at, "the key %q is here for the second time", key)
		}
		seen[strings.ToLower(key)] = true
		of, err := s.value()
		if err != nil {
			return nil, err
		}
		fields = append(fields, field{key, at, of})
	}
	return fields, nil
}
