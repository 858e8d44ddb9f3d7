package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/discover"
)

// Parse reads what a file says. The error, an *Error, is for the first thing in
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

// syntax is the error for what is no YAML.
func (p *parser) syntax(err error) error {
	e := &Error{File: p.file.Name, Msg: err.Error(), Hint: "it is YAML: key: value, a line each"}
	var load *yaml.LoadError
	if errors.As(err, &load) {
		e.Line, e.Col, e.Msg = load.Mark.Line, max(load.Mark.Column, 1), load.Message
	}
	return e
}

// mapping reads keys and their values. section, if any, takes the value of
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

// overrides reads the list of them.
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

// value reads one key and what it is set to.
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

// nearest is a hint at what a key may have been meant as.
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

// meant is a hint at the name that is most like another, "" when none is like it.
func meant(name string, names []string) string {
	best, least := "", 0.4
	for _, n := range names {
		if s := levenshtein.Similarity(name, n, nil); s > least {
			best, least = n, s
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// convert makes the key's type of a node.
func (p *parser) convert(k *Key, n *yaml.Node) (any, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	wrong := p.at(n, fmt.Sprintf("%s: %s instead of %s", k.Name, describe(n), k.Kind), "")
	switch k.Kind {
	case List:
		return p.list(k, n, wrong)
	case Map:
		return p.texts(k, n, wrong)
	}
	if n.Kind != yaml.ScalarNode {
		return nil, wrong
	}
	switch k.Kind {
	case Bool:
		if n.Tag != "!!bool" {
			return nil, wrong
		}
		return n.Value == "true" || n.Value == "True" || n.Value == "TRUE", nil
	case Int:
		i, err := strconv.Atoi(n.Value)
		if n.Tag != "!!int" || err != nil {
			return nil, wrong
		}
		return i, nil
	case Duration:
		if _, err := time.ParseDuration(n.Value); err != nil {
			return nil, wrong
		}
	}
	return p.text(k, n, wrong)
}

// text checks a text: a number is one too, as in user: 1000.
func (p *parser) text(k *Key, n *yaml.Node, wrong error) (string, error) {
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		return "", wrong
	case len(k.Enum) > 0 && !slices.Contains(k.Enum, n.Value):
		return "", p.at(n, fmt.Sprintf("%s: %q is none of %s", k.Name, n.Value, join(k.Enum)), meant(n.Value, k.Enum))
	case k.Path && !p.trusted && !p.inside(filepath.FromSlash(n.Value)):
		return "", p.at(n, fmt.Sprintf("%s: %q leads out of the directory of %s", k.Name, n.Value, path.Base(p.file.Name)), "")
	}
	return n.Value, nil
}

// inside tells whether a path stays in the file's directory, also by way of links,
// as far as it exists.
func (p *parser) inside(name string) bool {
	if !filepath.IsLocal(name) {
		return false
	}
	root, err := os.OpenRoot(p.file.Dir)
	if err != nil {
		return true // nothing is there yet
	}
	defer root.Close()
	_, err = root.Stat(name)
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// maxList bounds a list: each of its globs is compared with each file.
const maxList = 1000

func (p *parser) list(k *Key, n *yaml.Node, wrong error) ([]string, error) {
	if n.Kind == yaml.ScalarNode { // one is a list, too
		n = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{n}}
	}
	if n.Kind != yaml.SequenceNode {
		return nil, wrong
	}
	list := []string{}
	if len(n.Content) > maxList {
		return nil, p.at(n, fmt.Sprintf("%s: more than %d texts", k.Name, maxList), "")
	}
	for _, item := range n.Content {
		text, err := p.text(k, item, p.at(item, fmt.Sprintf("%s: %s instead of a text", k.Name, describe(item)), ""))
		switch {
		case err != nil:
			return nil, err
		case k.Glob:
			if err := discover.CheckGlob(text); err != nil {
				return nil, p.at(item, fmt.Sprintf("%s: %v", k.Name, err), "as in legacy/** or *.prod.Dockerfile")
			}
		}
		list = append(list, text)
	}
	return list, nil
}

func (p *parser) texts(k *Key, n *yaml.Node, wrong error) (map[string]string, error) {
	if n.Kind != yaml.MappingNode {
		return nil, wrong
	}
	texts := map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		item := n.Content[i+1]
		text, err := p.text(k, item, p.at(item, fmt.Sprintf("%s: %s instead of a text", k.Name, describe(item)), ""))
		if err != nil {
			return nil, err
		}
		texts[n.Content[i].Value] = text
	}
	return texts, nil
}

// describe names what a node is.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return strconv.Quote(n.Value)
}
