package compose

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	composeschema "github.com/compose-spec/compose-go/v2/schema"
)

// This file checks models against the schema of the Compose specification, which
// compose-go has as a text. Its own validator compiles that text, which takes
// 20 ms; this one uses the text directly, knows only the keywords in it, and gives no
// reasons: compose-go reports those.

// schema is a JSON schema of draft 2020-12, with the keywords that the Compose
// specification uses.
type schema struct {
	Ref         string             `json:"$ref"`
	Type        oneOrMore          `json:"type"`
	Enum        []any              `json:"enum"`
	Pattern     string             `json:"pattern"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	Properties  map[string]*schema `json:"properties"`
	ByPattern   map[string]*schema `json:"patternProperties"`
	Additional  *additional        `json:"additionalProperties"`
	Unevaluated *additional        `json:"unevaluatedProperties"`
	Required    []string           `json:"required"`
	Items       *schema            `json:"items"`
	UniqueItems bool               `json:"uniqueItems"`
	AllOf       []*schema          `json:"allOf"`
	AnyOf       []*schema          `json:"anyOf"`
	OneOf       []*schema          `json:"oneOf"`
	Defs        map[string]*schema `json:"$defs"`
}

// oneOrMore is a text or a list of texts.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]string)(o))
	}
	*o = make([]string, 1)
	return json.Unmarshal(text, &(*o)[0])
}

// additional is the constraint on other properties.
type additional struct {
	refused bool
	schema  *schema // nil for anything
}

func (a *additional) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "true":
		return nil
	case "false":
		a.refused = true
		return nil
	}
	return json.Unmarshal(text, &a.schema)
}

// composeSchema is that of the Compose specification.
var composeSchema = sync.OnceValues(func() (*schema, error) {
	var s schema
	err := json.Unmarshal([]byte(composeschema.Schema), &s)
	return &s, err
})

// isValid reports whether a model satisfies the schema of the Compose specification.
// It is also false if that is unknown: for values that JSON lacks, and for keywords
// used differently from the specification.
func isValid(model map[string]any) bool {
	s, err := composeSchema()
	if err != nil {
		return false
	}
	c := &checking{defs: s.Defs}
	return c.value(s, model, maxCheckedDepth, nil) && !c.unsure
}

// maxCheckedDepth bounds nested schemas and values.
const maxCheckedDepth = 200

// checking is one validation.
type checking struct {
	defs   map[string]*schema
	unsure bool // part of the result is unknown
}

// evaluated are the properties of an object that a schema covers; nil if that is not
// needed.
type evaluated map[string]bool

// giveUp records that the verdict is unknown.
func (c *checking) giveUp() bool {
	c.unsure = true
	return false
}

// value reports whether a value satisfies a schema.
func (c *checking) value(s *schema, v any, depth int, seen evaluated) bool {
	v, ok := plain(v)
	if depth == 0 || !ok {
		return c.giveUp()
	}
	if s.Unevaluated != nil {
		if seen != nil || s.Unevaluated.schema != nil {
			return c.giveUp()
		}
		seen = evaluated{}
	}
	if s.Ref != "" {
		target := c.defs[strings.TrimPrefix(s.Ref, "#/$defs/")]
		if target == nil {
			return c.giveUp()
		}
		if !c.value(target, v, depth-1, seen) {
			return false
		}
	}
	if !c.combined(s, v, depth, seen) {
		return false
	}
	if len(s.Type) > 0 && !slices.ContainsFunc(s.Type, func(name string) bool { return c.hasType(name, v) }) {
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		return c.object(s, v, depth, seen)
	case []any:
		return c.list(s, v, depth)
	}
	return c.scalar(s, v)
}

// plain returns a value as in JSON; ok is false for a value that JSON lacks.
func plain(v any) (out any, ok bool) {
	switch v.(type) {
	case nil, string, bool, map[string]any, []any, int, int64, uint32, uint64, float32, float64:
		return v, true
	}
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err == nil
}

// combined reports whether a value satisfies the schemas that a schema combines.
func (c *checking) combined(s *schema, v any, depth int, seen evaluated) bool {
	for _, one := range s.AllOf {
		if !c.value(one, v, depth-1, seen) {
			return false
		}
	}
	if seen != nil && len(s.AnyOf)+len(s.OneOf) > 0 {
		return c.giveUp()
	}
	matches := func(one *schema) bool { return c.value(one, v, depth-1, nil) }
	if len(s.AnyOf) > 0 && !slices.ContainsFunc(s.AnyOf, matches) {
		return false
	}
	if len(s.OneOf) == 0 {
		return true
	}
	n := 0
	for _, one := range s.OneOf {
		if matches(one) {
			n++
		}
	}
	return n == 1
}

// hasType reports whether a value has a type of JSON schema.
func (c *checking) hasType(name string, v any) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case map[string]any:
		return name == "object"
	case []any:
		return name == "array"
	default:
		number, ok := number(v)
		if !ok {
			return c.giveUp()
		}
		return name == "number" || name == "integer" && number == float64(int64(number))
	}
}

// maxWhole is the number up to which float64 represents every integer.
const maxWhole = 1 << 53

// number returns the value of a number; ok is false for other values, and for numbers
// too large to be distinguished.
func number(v any) (n float64, ok bool) {
	switch v := v.(type) {
	case int:
		n = float64(v)
	case int64:
		n = float64(v)
	case uint32:
		n = float64(v)
	case uint64:
		n = float64(v)
	case float32:
		n = float64(v)
	case float64:
		n = v
	default:
		return 0, false
	}
	return n, n >= -maxWhole && n <= maxWhole
}

func (c *checking) object(s *schema, v map[string]any, depth int, seen evaluated) bool {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return false
		}
	}
	for name, e := range v {
		known := false
		if p := s.Properties[name]; p != nil {
			known = true
			if !c.value(p, e, depth-1, nil) {
				return false
			}
		}
		for pattern, p := range s.ByPattern {
			if matchesName(pattern, name) {
				known = true
				if !c.value(p, e, depth-1, nil) {
					return false
				}
			}
		}
		if a := s.Additional; a != nil && !known {
			known = true
			if a.refused || a.schema != nil && !c.value(a.schema, e, depth-1, nil) {
				return false
			}
		}
		if known && seen != nil {
			seen[name] = true
		}
	}
	if s.Unevaluated != nil && s.Unevaluated.refused {
		for name := range v {
			if !seen[name] {
				return false
			}
		}
	}
	return true
}

func (c *checking) list(s *schema, v []any, depth int) bool {
	if s.UniqueItems && !c.unique(v) {
		return false
	}
	if s.Items == nil {
		return true
	}
	for _, e := range v {
		if !c.value(s.Items, e, depth-1, nil) {
			return false
		}
	}
	return true
}

// unique reports whether no two items of a list are the same.
func (c *checking) unique(list []any) bool {
	seen := map[string]bool{}
	for _, e := range list {
		text, err := json.Marshal(e)
		switch {
		case err != nil:
			return c.giveUp()
		case seen[string(text)]:
			return false
		}
		seen[string(text)] = true
	}
	return true
}

func (c *checking) scalar(s *schema, v any) bool {
	text, isText := v.(string)
	if len(s.Enum) > 0 {
		if !isText {
			return c.giveUp()
		}
		if !slices.Contains(s.Enum, any(text)) {
			return false
		}
	}
	if isText {
		return s.Pattern == "" || matchesName(s.Pattern, text)
	}
	if s.Minimum == nil && s.Maximum == nil {
		return true
	}
	n, ok := number(v)
	switch {
	case v == nil || v == true || v == false:
		return true // no number
	case !ok:
		return c.giveUp()
	}
	return (s.Minimum == nil || n >= *s.Minimum) && (s.Maximum == nil || n <= *s.Maximum)
}

// patterns are the compiled patterns of the schema.
var patterns sync.Map

// matchesName reports whether a pattern of the schema matches a text.
func matchesName(pattern, text string) bool {
	switch pattern {
	case "^x-":
		return strings.HasPrefix(text, "x-")
	case ".+", "^.+$":
		return text != "" && !strings.Contains(text, "\n") || pattern == ".+" && strings.Trim(text, "\n") != ""
	}
	re, ok := patterns.Load(pattern)
	if !ok {
		re, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return re.(*regexp.Regexp).MatchString(text)
}
