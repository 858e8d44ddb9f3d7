package report

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// node is a part of a schema.
type node map[string]any

func (n node) at(t *testing.T, name string) node {
	t.Helper()
	m, ok := n[name].(map[string]any)
	if !ok {
		t.Fatalf("there is no %s in %v", name, n)
	}
	return m
}

func schemaRoot(t *testing.T) node {
	t.Helper()
	var root node
	if err := json.Unmarshal(Schema, &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestSchemaHasAllFields: the properties of the schema are the fields of the types
// that are written, and those that can't be left out are required.
func TestSchemaHasAllFields(t *testing.T) {
	root := schemaRoot(t)
	if root["$id"] != schemaID {
		t.Errorf("its address is %v, want %s", root["$id"], schemaID)
	}
	seen := map[string]bool{}
	compareType(t, root, root, reflect.TypeFor[jsonDocument](), "document", seen)
	for name := range root.at(t, "$defs") {
		if !seen[name] && root.at(t, "$defs").at(t, name)["type"] == "object" {
			t.Errorf("nothing is described by %s", name)
		}
	}
}

// compareType compares a type with the part of the schema that describes it.
func compareType(t *testing.T, root, n node, typ reflect.Type, where string, seen map[string]bool) {
	t.Helper()
	if of, ok := n["oneOf"].([]any); ok && n["properties"] == nil { // null, or what follows
		n = of[1].(map[string]any)
	}
	if ref, ok := n["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/$defs/")
		seen[name] = true
		n = root.at(t, "$defs").at(t, name)
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	wants := map[reflect.Kind]string{
		reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer",
	}[typ.Kind()]
	if got, ok := n["type"]; ok && got != wants || !ok && typ.Kind() != reflect.Interface && n["enum"] == nil && n["const"] == nil {
		t.Errorf("%s: its type is %v, want %s", where, got, wants)
	}
	switch typ.Kind() {
	case reflect.Slice:
		compareType(t, root, n.at(t, "items"), typ.Elem(), where+"[]", seen)
	case reflect.Map:
		compareType(t, root, n.at(t, "additionalProperties"), typ.Elem(), where+"{}", seen)
	case reflect.Struct:
		compareFields(t, root, n, typ, where, seen)
	}
}

func compareFields(t *testing.T, root, n node, typ reflect.Type, where string, seen map[string]bool) {
	t.Helper()
	var names, always []string
	for _, f := range reflect.VisibleFields(typ) {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous {
			continue
		}
		names = append(names, name)
		if option == "" {
			always = append(always, name)
		}
		if _, ok := n.at(t, "properties")[name]; ok {
			compareType(t, root, n.at(t, "properties").at(t, name), f.Type, where+"."+name, seen)
		}
	}
	var required []string
	for _, name := range n["required"].([]any) {
		required = append(required, name.(string))
	}
	for _, list := range [][]string{names, always, required} {
		slices.Sort(list)
	}
	if got := slices.Sorted(maps.Keys(n.at(t, "properties"))); !slices.Equal(got, names) {
		t.Errorf("%s: the schema has %v, and the type %v", where, got, names)
	}
	if !slices.Equal(required, always) {
		t.Errorf("%s: the schema requires %v, and %v are always there", where, required, always)
	}
}

// TestSchemaDocuments: each property has a description, and no object has others.
func TestSchemaDocuments(t *testing.T) {
	described := 0
	var walk func(n node, where string)
	walk = func(n node, where string) {
		if text, ok := n["description"].(string); !ok || !strings.HasSuffix(text, ".") {
			t.Errorf("%s is described as %q", where, text)
		}
		described++
		if n["type"] == "object" && n["additionalProperties"] == nil {
			t.Errorf("%s may have other properties", where)
		}
		for _, group := range []string{"properties", "$defs"} {
			if n[group] == nil {
				continue
			}
			for name := range n.at(t, group) {
				walk(n.at(t, group).at(t, name), where+"."+name)
			}
		}
		if items, ok := n["items"].(map[string]any); ok && items["$ref"] == nil {
			walk(items, where+"[]")
		}
	}
	walk(schemaRoot(t), "document")
	if described < 100 {
		t.Errorf("%d descriptions", described)
	}
}
