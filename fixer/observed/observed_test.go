package observed

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func image(dockerfile, target, from string, wrote ...string) Image {
	return Image{Dockerfile: dockerfile, Target: target, BuiltFrom: from, Command: []string{"node"}, State: Up, Exercised: []string{"listened on 3000"}, Wrote: wrote, Bases: []Base{{"node:22", "sha256:3"}}, User: User{1000, 1000}, ReadOnly: &ReadOnly{State: Up, Mounts: []string{"/tmp"}}}
}

// TestRecord: what is written is read again, sorted, and found by what it was built from.
func TestRecord(t *testing.T) {
	rec := &Record{Images: []Image{image("b/Dockerfile", "", "sha256:2", "/z", "/a", "/z"), image("Dockerfile", "prod", "sha256:1"), image("Dockerfile", "", "sha256:1")}}
	var first bytes.Buffer
	if err := rec.Write(&first); err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := got.Write(&again); err != nil || again.String() != first.String() {
		t.Errorf("%v:\n%s\n%s", err, first.String(), again.String())
	}
	if got.Images[0].Target != "" || got.Images[1].Target != "prod" || strings.Join(got.Images[2].Wrote, " ") != "/a /z" {
		t.Errorf("%+v", got.Images)
	}
	if list := got.Of("Dockerfile", "sha256:1"); len(list) != 2 {
		t.Errorf("%d images", len(list))
	}
	if list := got.Of("Dockerfile", "sha256:2"); list != nil || !got.Knows("Dockerfile") || got.Knows("c/Dockerfile") || (*Record)(nil).Knows("Dockerfile") {
		t.Errorf("%v", list)
	}
}

// TestReadRefuses: what is no record says why.
func TestReadRefuses(t *testing.T) {
	const head = `{"version": 1, "images": [{"dockerfile": "Dockerfile", "builtFrom": "sha256:1", "command": [], "state": "up", "exercised": ["x"], "wrote": []`
	for name, c := range map[string]struct{ text, why string }{
		"no JSON":              {"x", "not an object in JSON"},
		"another JSON":         {`{"images": []}`, "no record of version 1"},
		"another version":      {`{"version": 2}`, "no record of version 1"},
		"an unknown field":     {head + `, "more": 1}]}`, "unknown field"},
		"another state":        {strings.Replace(head, `"up"`, `"alive"`, 1) + `}]}`, `image 1: there is no state "alive"`},
		"nothing exercised":    {strings.Replace(head, `["x"]`, `[]`, 1) + `}]}`, "image 1: exercised"},
		"a relative path":      {strings.Replace(head, `"wrote": []`, `"wrote": ["tmp"]`, 1) + `}]}`, "no absolute path"},
		"a path of a machine":  {strings.Replace(head, `"Dockerfile"`, `"/srv/Dockerfile"`, 1) + `}]}`, "no path from the root"},
		"a relative mount":     {head + `, "readOnly": {"state": "up", "mounts": ["tmp"]}}]}`, "which was mounted, is no absolute path"},
		"needs out of order":   {head + `, "needs": [{"name": "b", "image": "b", "digest": "sha256:1", "start": "sha256:2"}, {"name": "a", "image": "a", "digest": "sha256:1", "start": "sha256:2"}]}]}`, `"a" comes after "b"`},
		"a need twice":         {head + `, "needs": [{"name": "b", "image": "b", "digest": "sha256:1", "start": "sha256:2"}, {"name": "b", "image": "b", "digest": "sha256:1", "start": "sha256:2"}]}]}`, "not sorted, each once"},
		"a need of any start":  {head + `, "needs": [{"name": "b", "image": "b", "digest": "sha256:1"}]}]}`, `how "b" was started is no digest`},
		"a need by no name":    {head + `, "needs": [{"image": "b", "digest": "sha256:1"}]}]}`, "need 1 has no name"},
		"a need of any image":  {head + `, "needs": [{"name": "b", "image": "b"}]}]}`, `what the image of "b" was is no digest`},
		"no fingerprint":       {strings.Replace(head, `"sha256:1"`, `"x"`, 1) + `}]}`, "no fingerprint"},
		"more than the bounds": {strings.Repeat(" ", MaxBytes+1), "more than 8 MiB"},
	} {
		if _, err := Read(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, want %q", name, err, c.why)
		}
	}
	if _, err := Read(strings.NewReader(head + `}]}`)); err != nil {
		t.Errorf("the plain one: %v", err)
	}
}

// TestSchema: what is written is valid, and what Read refuses is not.
func TestSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
	whole := image("Dockerfile", "prod", "sha256:1", "/tmp/a")
	whole.Needs = []Need{{"queue", "kafka", "sha256:5", "sha256:7"}, {"db", "postgres:16", "sha256:4", "sha256:6"}}
	whole.Start, whole.Service, whole.ReadOnly.Reason = "sha256:2", "service web in compose.yaml:2", "exit code 1"
	var text bytes.Buffer
	if err := (&Record{Images: []Image{whole, image("a/Dockerfile", "", "sha256:3")}}).Write(&text); err != nil {
		t.Fatal(err)
	}
	if err := valid(text.String()); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{`"state": "alive"`, `"wrote": ["tmp"]`, `"dockerfile": "/Dockerfile"`, `"exercised": []`, `"needs": []`, `"more": 1`} {
		key, _, _ := strings.Cut(wrong, ":")
		broken := regexp.MustCompile(`(?s)`+key+`: (?:"[^"]*"|\[[^\]]*\])`).ReplaceAllLiteralString(text.String(), wrong)
		if broken == text.String() { // a key that it lacks
			broken = strings.Replace(broken, `"dockerfile"`, wrong+`, "dockerfile"`, 1)
		}
		if valid(broken) == nil {
			t.Errorf("%s is valid", wrong)
		}
	}
}

func TestLacks(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Image)
		why    string
	}{
		"nothing":                 {func(*Image) {}, ""},
		"no base but digests":     {func(m *Image) { m.Bases = []Base{} }, ""},
		"it ends otherwise":       {func(m *Image) { m.ReadOnly = &ReadOnly{State: "failed", Reason: "exit code 1"} }, "exit code 1"},
		"it works otherwise":      {func(m *Image) { m.ReadOnly = &ReadOnly{State: Up, Reason: "GET / got 500"} }, "GET / got 500"},
		"it was never run so":     {func(m *Image) { m.ReadOnly = nil }, "not observed with a read-only"},
		"its bases are not known": {func(m *Image) { m.Bases = nil }, "which images it was built from"},
	} {
		m := image("Dockerfile", "", "sha256:1")
		c.change(&m)
		if got := m.Lacks(); got != c.why && (c.why == "" || !strings.Contains(got, c.why)) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
