package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/discover"
)

// convert converts a node to the key's type.
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

// inside reports whether a path stays in the file's directory, also through links,
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

// describe returns the name of a node's kind.
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
