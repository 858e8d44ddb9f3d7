package config

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// SchemaID is where the schema is published.
const SchemaID = "https://raw.githubusercontent.com/dockmend/dockmend/main/cmd/dockmend/schema/config.schema.json"

// Schema returns the JSON schema (2020-12) of a file with these keys.
func Schema(keys []Key) ([]byte, error) {
	all, perPath := map[string]any{}, map[string]any{}
	for i := range keys {
		k := &keys[i]
		all[k.Name] = k.schema()
		if k.PerPath {
			perPath[k.Name] = all[k.Name]
		}
	}
	perPath["paths"] = map[string]any{
		"description": "Which Dockerfiles: globs from this file's directory. ** matches any number of folders; a glob without a slash is for the last part of a path; a folder means all in it.",
		"oneOf":       []any{text(), map[string]any{"type": "array", "items": text(), "minItems": 1}},
	}
	all["overrides"] = map[string]any{
		"description": "What holds for some Dockerfiles only. Of several for the same one, the last counts.",
		"type":        "array",
		"items":       map[string]any{"type": "object", "properties": perPath, "required": []string{"paths"}, "additionalProperties": false},
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"$id":                  SchemaID,
		"title":                Name + ", the configuration of dockmend",
		"description":          "Each key is the flag of that name; the command line is stronger than the file.",
		"type":                 []string{"object", "null"},
		"properties":           all,
		"additionalProperties": false,
	})
	return b.Bytes(), err
}

func text() map[string]any { return map[string]any{"type": "string"} }

func (k *Key) schema() map[string]any {
	help := k.Help
	if k.Trusted {
		help += " Only in a file that --config names: it decides what the machine does."
	}
	s := map[string]any{"description": strings.TrimSpace(help)}
	if k.Default != "" || k.Kind == Bool {
		s["default"] = k.standard()
	}
	maps.Copy(s, k.valueSchema())
	return s
}

func (k *Key) valueSchema() map[string]any {
	scalar := map[string]any{"type": []string{"string", "number", "boolean"}} // user: 1000 is a text, too
	if len(k.Enum) > 0 {
		scalar = map[string]any{"enum": slices.Clone(k.Enum)}
	}
	switch k.Kind {
	case Bool:
		return map[string]any{"type": "boolean"}
	case Int:
		return map[string]any{"type": "integer"}
	case Duration:
		return map[string]any{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
	case List:
		return map[string]any{"oneOf": []any{scalar, map[string]any{"type": "array", "items": scalar}}}
	case Map:
		return map[string]any{"type": "object", "additionalProperties": scalar}
	}
	return scalar
}
