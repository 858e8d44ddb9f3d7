package config

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Show writes the value of each key, and its origin, as a file that could be read
// again. f is the file that was found, nil for none; path is a Dockerfile whose values
// are shown, from the file's directory, "" for none.
func Show(w io.Writer, keys []Key, f *File, path string) error {
	type row struct{ text, origin string }
	var rows []row
	var values []Value
	if f != nil {
		values = f.Values
		if path != "" {
			values = f.For(path)
		}
	}
	width := 0
	for i := range keys {
		text, origin, err := show(&keys[i], f, values)
		if err != nil {
			return err
		}
		rows = append(rows, row{text, origin})
		if n := utf8.RuneCountInString(text); n <= 48 { // a longer one is not aligned
			width = max(width, n)
		}
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%s%s  # %s\n", r.text, strings.Repeat(" ", max(0, width-utf8.RuneCountInString(r.text))), r.origin)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// show returns the line of one key: the last of environment, file and default that
// sets it.
func show(k *Key, f *File, values []Value) (text, origin string, err error) {
	for _, env := range k.Envs {
		if set := os.Getenv(env); set != "" {
			text, err = line(k, set)
			return text, env, err
		}
	}
	for _, v := range values {
		if v.Key.Name == k.Name {
			text, err = line(k, v.Set)
			return text, fmt.Sprintf("%s:%d", f.Name, v.Line), err
		}
	}
	if k.Default == "" && k.Kind != Bool {
		return "# " + k.Name + ":", "not set", nil
	}
	text, err = line(k, k.standard())
	return text, "default", err
}

// standard returns the default, as a file would set it.
func (k *Key) standard() any {
	switch k.Kind {
	case Bool:
		return k.Default == "true"
	case Int:
		if i, err := strconv.Atoi(k.Default); err == nil {
			return i
		}
	}
	return k.Default
}

// line returns "key: value" in YAML, on one line.
func line(k *Key, value any) (string, error) {
	var n yaml.Node
	if m, ok := value.(map[string]string); ok { // in order
		n.Kind = yaml.MappingNode
		for _, name := range slices.Sorted(maps.Keys(m)) {
			n.Content = append(n.Content, scalar(name), scalar(m[name]))
		}
	} else if err := n.Encode(value); err != nil {
		return "", err
	}
	n.Style = yaml.FlowStyle
	if n.Kind == yaml.ScalarNode {
		n.Style = 0
		if strings.ContainsAny(n.Value, "\n\r\u0085\u2028\u2029") {
			n.Style = yaml.DoubleQuotedStyle
		}
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	err := e.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar(k.Name), &n}})
	return strings.Join(strings.Fields(b.String()), " "), err
}

func scalar(s string) *yaml.Node {
	var n yaml.Node
	n.SetString(s)
	return &n
}
