package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/document"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertContent()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t).Validate(value)
}

func TestJSONIsValid(t *testing.T) {
	binary := rich(itself)
	for i := range binary.Files {
		f := &binary.Files[i]
		f.Path += "\xff"
		f.Directory += "\xfe"
		f.Result.After = append(f.Result.After, 0x80)
		for k := range f.Result.Created {
			f.Result.Created[k].Text = []byte{0xff}
		}
		if f.Err != nil {
			f.Err = &document.Error{Name: "\xff", Msg: "\xff"}
		}
	}
	for name, r := range map[string]*Report{
		"empty": {}, "rich": rich(itself), "no UTF-8": binary,
		"golden": {Files: []File{
			fromGolden(t, "api", "all/guide-node-slim", baseimage.NewStatic(goldenFacts(t)...)),
			fromGolden(t, "old", "all/legacy-express", baseimage.Table{}),
			fromGolden(t, "none", "all/distroless", baseimage.NewStatic()),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			text := jsonOf(t, r)
			if err := validate(t, text); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
			if !bytes.HasSuffix(text, []byte("}\n")) || bytes.HasSuffix(text, []byte("\n\n")) {
				t.Errorf("it ends in %q", text[len(text)-3:])
			}
			if again := jsonOf(t, r); !bytes.Equal(again, text) {
				t.Error("a second time it is not the same")
			}
		})
	}
}

// TestSchemaRefuses: a slightly wrong document is not valid.
func TestSchemaRefuses(t *testing.T) {
	type object = map[string]any
	file := func(d object) object { return d["files"].([]any)[0].(object) }
	first := func(o object, list string) object { return o[list].([]any)[0].(object) }
	for name, spoil := range map[string]func(object){
		"another version":         func(d object) { d["version"] = 2 },
		"another schema":          func(d object) { d["$schema"] = "https://example.com/" },
		"no version of dockmend":  func(d object) { delete(d, "dockmend") },
		"a property more":         func(d object) { d["more"] = true },
		"null for a list":         func(d object) { d["files"] = nil },
		"a count below 0":         func(d object) { d["summary"].(object)["failed"] = -1 },
		"a file with more":        func(d object) { file(d)["more"] = true },
		"a path that is a number": func(d object) { file(d)["path"] = 1 },
		"no error":                func(d object) { delete(file(d), "error") },
		"neither diff":            func(d object) { delete(file(d), "diff") },
		"both diffs":              func(d object) { file(d)["diffBase64"] = "AAAA" },
		"no base64":               func(d object) { file(d)["pathBase64"] = "%%%%" },
		"another status":          func(d object) { first(file(d), "findings")["status"] = "fix" },
		"another safety":          func(d object) { first(file(d), "findings")["safety"] = "sure" },
		"line 0":                  func(d object) { first(file(d), "findings")["line"] = 0 },
		"a finding with more":     func(d object) { first(file(d), "findings")["more"] = true },
		"a step that is none":     func(d object) { file(d)["steps"] = []any{object{}} },
		"another outcome":         func(d object) { first(file(d), "proofs")["outcome"] = "fine" },
		"a proof without notes":   func(d object) { delete(first(file(d), "proofs"), "notes") },
		"no image":                func(d object) { delete(first(file(d), "images"), "image") },
		"facts with more":         func(d object) { first(file(d), "images")["config"].(object)["more"] = true },
		"a negative uid":          func(d object) { first(first(file(d), "images")["accounts"].(object), "users")["uid"] = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			var d object
			if err := json.Unmarshal(jsonOf(t, rich(itself)), &d); err != nil {
				t.Fatal(err)
			}
			spoil(d)
			text, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			var invalid *jsonschema.ValidationError
			if err := validate(t, text); !errors.As(err, &invalid) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
