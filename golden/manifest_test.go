package golden

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms"
)

// manifestCase is a folder with a manifest.yaml.
type manifestCase struct {
	dir        string
	src        []byte
	transforms []*fixer.Transform
	options    fixer.Options
	containers map[string]workload.Container // containers.json: by the name of their image
}

func TestManifests(t *testing.T) {
	dirs, err := Cases(".", "manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 4 {
		t.Fatalf("%d cases found", len(dirs))
	}
	for _, dir := range dirs {
		t.Run(filepath.ToSlash(dir), func(t *testing.T) { loadManifest(t, dir).check(t) })
	}
}

func loadManifest(t *testing.T, dir string) *manifestCase {
	t.Helper()
	c := &manifestCase{dir: dir, src: read(t, dir, "manifest.yaml"), options: fixer.Options{KnownIDs: transforms.IDs()}}
	var o options
	for name, into := range map[string]any{"options.json": &o, "containers.json": &c.containers} {
		if text := read(t, dir, name); text != nil {
			dec := json.NewDecoder(bytes.NewReader(text))
			dec.DisallowUnknownFields()
			if err := dec.Decode(into); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if o.Unsafe {
		c.options.Threshold = fixer.Unsafe
	}
	id, _, _ := strings.Cut(filepath.ToSlash(dir), "/")
	for _, tr := range transforms.All() {
		if tr.ID == id || id == "all" {
			c.transforms = append(c.transforms, tr)
		}
	}
	return c
}

func (c *manifestCase) run(t *testing.T, src []byte) fixer.Result {
	t.Helper()
	r, err := manifest.Run(t.Context(), manifest.Source{Name: "manifest.yaml", Src: src, Image: func(name string) workload.Container {
		if known, ok := c.containers[name]; ok {
			known.Image = name
			return known
		}
		return workload.Container{Image: name, Unknown: "nothing is known of the image " + name}
	}}, c.transforms, c.options)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Status == fixer.Failed {
			t.Fatalf("%s: %s", f.ID, f.Sentence())
		}
	}
	return r
}

func (c *manifestCase) check(t *testing.T) {
	r := c.run(t, c.src)
	var findings bytes.Buffer
	if err := report.Text(&findings, "manifest.yaml", r.Findings); err != nil {
		t.Fatal(err)
	}
	c.invariants(t, r)
	if t.Failed() {
		t.Logf("nothing is written where an invariant fails; this would be the change, with these findings:\n%s%s", diff.Unified("manifest.yaml", r.Before, r.After), findings.Bytes())
		return
	}
	changed := !bytes.Equal(r.Before, r.After)
	if *update {
		write(t, c.dir, "findings.txt", findings.Bytes(), findings.Len() > 0)
		write(t, c.dir, "want.manifest.yaml", r.After, changed)
		return
	}
	want := read(t, c.dir, "want.manifest.yaml")
	if want == nil {
		want = c.src
	}
	if !bytes.Equal(r.After, want) {
		t.Errorf("the output differs from want.manifest.yaml:\n%s", diff.Unified("want.manifest.yaml", want, r.After))
	}
	if got, want := findings.Bytes(), read(t, c.dir, "findings.txt"); !bytes.Equal(got, want) {
		t.Errorf("the findings differ from findings.txt:\n%s", diff.Unified("findings.txt", want, got))
	}
	if !changed && read(t, c.dir, "why.md") == nil {
		t.Error("nothing is changed, and no why.md says why")
	}
}

// invariants are what holds for every case: a second run changes nothing, each line that
// was there is there, in its order, and the twins with other line ends are changed alike.
func (c *manifestCase) invariants(t *testing.T, r fixer.Result) {
	t.Helper()
	if again := c.run(t, r.After); !bytes.Equal(again.After, r.After) {
		t.Errorf("a second run changes:\n%s", diff.Unified("manifest.yaml", r.After, again.After))
	}
	keepsLines(t, r.Before, r.After)
	crlf := func(s []byte) []byte { return bytes.ReplaceAll(s, []byte("\n"), []byte("\r\n")) }
	bom := func(s []byte) []byte { return append([]byte("\ufeff"), s...) }
	open := func(s []byte) []byte { return bytes.TrimSuffix(s, []byte("\n")) }
	for name, twin := range map[string]func([]byte) []byte{"CRLF": crlf, "BOM": bom, "without a last line end": open} {
		if bytes.Contains(c.src, []byte("\r")) {
			break
		}
		got := c.run(t, twin(c.src)).After
		if want := twin(r.After); !bytes.Equal(got, want) {
			t.Errorf("%s: another change:\n%s", name, diff.Unified("manifest.yaml", want, got))
		}
	}
	if _, err := yamlfile.Parse("manifest.yaml", r.After); err != nil {
		t.Error(err)
	}
}

// keepsLines: each line that was there is there, in its order. Two change as they are
// edited: a list in flow style, and a value that was {}.
func keepsLines(t *testing.T, before, after []byte) {
	t.Helper()
	lines := func(text []byte) []string { return strings.Split(strings.ReplaceAll(string(text), "\r", ""), "\n") }
	rest := lines(after)
	for _, line := range lines(before) {
		i := slices.IndexFunc(rest, func(l string) bool {
			return l == line || strings.ReplaceAll(l, ", ALL]", "]") == line || l == strings.Replace(line, " {}", "", 1)
		})
		if i < 0 {
			t.Errorf("a line is lost: %q", line)
			return
		}
		rest = rest[i+1:]
	}
}
