package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/nearest"

	"github.com/dockmend/dockmend/fixer/discover"
)

// Parse parses a file. The error, an *Error, is for the first thing in
// it that is wrong.
func Parse(name, dir string, src []byte, keys []Key, trusted bool) (*File, error) {
	p := parser{file: &File{Name: name, Dir: dir}, keys: keys, trusted: trusted}
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(src))
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return p.file, nil // empty
	case err != nil:
		return nil, p.syntax(err)
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, p.syntax(err)
		}
		return nil, p.at(&more, "a second document", "a file has one")
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return p.file, nil // comments only
	}
	var err error
	p.file.Values, err = p.mapping(root, false, func(key, value *yaml.Node) error { return p.overrides(value) })
	if err != nil {
		return nil, err
	}
	return p.file, nil
}

type parser struct {
	file    *File
	keys    []Key
	trusted bool
}

func (p *parser) at(n *yaml.Node, msg, hint string) error {
	return &Error{File: p.file.Name, Line: n.Line, Col: n.Column, Msg: msg, Hint: hint}
}

// syntax returns the error for what is not YAML.
func (p *parser) syntax(err error) error {
	e := &Error{File: p.file.Name, Msg: err.Error(), Hint: "it is YAML: key: value, a line each"}
	var load *yaml.LoadError
	if errors.As(err, &load) {
		e.Line, e.Col, e.Msg = load.Mark.Line, max(load.Mark.Column, 1), load.Message
	}
	return e
}

// mapping reads keys and their values. section, if any, receives the value of
// "overrides" or, in one of these, of "paths".
func (p *parser) mapping(n *yaml.Node, perPath bool, section func(key, value *yaml.Node) error) (values []Value, err error) {
	name := "overrides"
	if perPath {
		name = "paths"
	}
	if n.Kind != yaml.MappingNode {
		return nil, p.at(n, fmt.Sprintf("%s instead of keys and values", describe(n)), "as in unsafe: true")
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			return nil, p.at(key, fmt.Sprintf("%s instead of a key", describe(key)), "")
		}
		if line := seen[key.Value]; line > 0 {
			return nil, p.at(key, fmt.Sprintf("%q is in line %d already", key.Value, line), "one of them counts: take the other out")
		}
		seen[key.Value] = key.Line
		if key.Value == name {
			if err := section(key, value); err != nil {
				return nil, err
			}
			continue
		}
		v, err := p.value(key, value, perPath)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// overrides reads the list of overrides.
func (p *parser) overrides(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return p.at(n, fmt.Sprintf("overrides: %s instead of a list", describe(n)), "- paths: [\"legacy/**\"], and below it the keys for these")
	}
	for _, item := range n.Content {
		var o Override
		values, err := p.mapping(item, true, func(key, value *yaml.Node) (err error) {
			k := Key{Name: "paths", Kind: List, Rules: Rules{Glob: true}}
			v, err := p.convert(&k, value)
			if err != nil {
				return err
			}
			if list := v.([]string); len(list) > 0 {
				o.Paths, err = discover.NewMatcher(list)
			}
			return err
		})
		if err != nil {
			return err
		}
		if o.Paths == nil {
			return p.at(item, "an override without paths", "paths: [\"legacy/**\"] says which Dockerfiles it is for")
		}
		o.Values = values
		p.file.Overrides = append(p.file.Overrides, o)
	}
	return nil
}

// value reads one key and its value.
func (p *parser) value(key, n *yaml.Node, perPath bool) (v Value, err error) {
	k, ok := find(p.keys, key.Value)
	switch {
	case !ok:
		return v, p.at(key, fmt.Sprintf("no key is called %q", key.Value), p.nearest(key.Value, perPath))
	case perPath && !k.PerPath:
		return v, p.at(key, fmt.Sprintf("%s holds for a whole run, not for some Dockerfiles", k.Name), "state it outside of overrides")
	case k.Trusted && !p.trusted:
		return v, p.at(key, fmt.Sprintf("%s is not for a repository to say: it decides what this machine does, not what is changed", k.Name),
			fmt.Sprintf("--%s on the command line, or --config %s, if you trust the file", k.Name, p.file.Name))
	}
	v = Value{Key: k, Line: key.Line, Col: key.Column}
	v.Set, err = p.convert(k, n)
	return v, err
}

// nearest returns a hint at the key that may have been meant.
func (p *parser) nearest(name string, perPath bool) string {
	names := []string{"overrides"}
	if perPath {
		names = []string{"paths"}
	}
	for _, k := range p.keys {
		if !perPath || k.PerPath {
			names = append(names, k.Name)
		}
	}
	if hint := meant(name, names); hint != "" {
		return hint
	}
	return "dockmend config lists the keys"
}

// meant returns a hint at the name that is most like another, "" if none is like it.
func meant(name string, names []string) string {
	best := nearest.Name(name, names, 0.4)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", best)
}
