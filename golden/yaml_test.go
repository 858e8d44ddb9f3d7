package golden

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms"
)

// yamlCase is a folder with a manifest.yaml or a compose.yaml.
type yamlCase struct {
	dir, name  string
	src        []byte
	transforms []*fixer.Transform
	options    fixer.Options
	// containers are those of containers.json: by the name of the image or, of what a service
	// builds, of the Dockerfile.
	containers map[string]workload.Container
	images     baseimage.Inspector
}

func TestManifests(t *testing.T) { checkYAML(t, "manifest.yaml", 15) }

func TestComposeFiles(t *testing.T) { checkYAML(t, "compose.yaml", 15) }

func checkYAML(t *testing.T, name string, atLeast int) {
	dirs, err := Cases(".", name)
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < atLeast {
		t.Fatalf("%d cases found", len(dirs))
	}
	for _, dir := range dirs {
		t.Run(filepath.ToSlash(dir), func(t *testing.T) { loadYAML(t, dir, name).check(t) })
	}
}

func loadYAML(t *testing.T, dir, name string) *yamlCase {
	t.Helper()
	c := &yamlCase{dir: dir, name: name, src: read(t, dir, name), options: fixer.Options{KnownIDs: transforms.IDs()}}
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
	c.images = baseimage.NewStatic(append(images(t, filepath.Join(dir, "images.json")), images(t, "images.json")...)...)
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

func (c *yamlCase) run(t *testing.T, src []byte) fixer.Result {
	t.Helper()
	var r fixer.Result
	var err error
	if c.name == "compose.yaml" {
		projects, beside := c.projects(t, src)
		r, err = composefile.Run(t.Context(), composefile.Source{Name: c.name, Src: src, Place: c.name, Projects: projects, Beside: beside, Image: func(s *compose.Service) workload.Container {
			if s.Build != nil {
				return c.container(s.Build.Dockerfile)
			}
			return c.container(s.Image)
		}, Inspect: c.inspect}, c.transforms, c.options)
	} else {
		r, err = manifest.Run(t.Context(), manifest.Source{Name: c.name, Src: src, Image: c.container}, c.transforms, c.options)
	}
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

// inspect answers from images.json of the case, and from that of all.
func (c *yamlCase) inspect(q baseimage.Query) (*baseimage.Facts, error) {
	return c.images.Inspect(context.Background(), q)
}

func (c *yamlCase) container(name string) workload.Container {
	if known, ok := c.containers[name]; ok {
		known.Image = name
		return known
	}
	return workload.Container{Image: name, Unknown: "nothing is known of the image " + name}
}

// projects returns the Compose projects of the case's folder, with that text of the file: those
// that it is a part of, and the others.
func (c *yamlCase) projects(t *testing.T, src []byte) (list, beside []*compose.Project) {
	t.Helper()
	files := fstest.MapFS{c.name: {Data: src}}
	for _, pattern := range []string{"*.yaml", ".env"} {
		others, err := filepath.Glob(filepath.Join(c.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range others {
			if name := filepath.Base(path); name != c.name && !strings.HasPrefix(name, "want.") {
				files[name] = &fstest.MapFile{Data: read(t, c.dir, name)}
			}
		}
	}
	set, err := compose.Load(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Projects {
		if slices.Contains(p.Files, c.name) {
			list = append(list, p)
		} else {
			beside = append(beside, p)
		}
	}
	return list, beside
}

func (c *yamlCase) check(t *testing.T) {
	r := c.run(t, c.src)
	var findings bytes.Buffer
	if err := report.Text(&findings, c.name, r.Findings); err != nil {
		t.Fatal(err)
	}
	c.invariants(t, r)
	if t.Failed() {
		t.Logf("nothing is written where an invariant fails; this would be the change, with these findings:\n%s%s", diff.Unified(c.name, r.Before, r.After), findings.Bytes())
		return
	}
	changed := !bytes.Equal(r.Before, r.After)
	if *update {
		write(t, c.dir, "findings.txt", findings.Bytes(), findings.Len() > 0)
		write(t, c.dir, "want."+c.name, r.After, changed)
		return
	}
	want := read(t, c.dir, "want."+c.name)
	if want == nil {
		want = c.src
	}
	if !bytes.Equal(r.After, want) {
		t.Errorf("the output differs from want.%s:\n%s", c.name, diff.Unified("want."+c.name, want, r.After))
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
func (c *yamlCase) invariants(t *testing.T, r fixer.Result) {
	t.Helper()
	if again := c.run(t, r.After); !bytes.Equal(again.After, r.After) {
		t.Errorf("a second run changes:\n%s", diff.Unified(c.name, r.After, again.After))
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
			t.Errorf("%s: another change:\n%s", name, diff.Unified(c.name, want, got))
		}
	}
	if _, err := yamlfile.Parse(c.name, r.After); err != nil {
		t.Error(err)
	}
}

// addedInFlow matches what is added to a list in flow style.
var addedInFlow = regexp.MustCompile(`, ["']?(?:ALL|no-new-privileges:true)["']?\]`)

// named matches the tag and the digest of an image that a service names.
var named = regexp.MustCompile(`^( +image: "?[\w./]+)[:@][^"]*`)

// keepsLines: each line that was there is there, in its order. Some change as they are
// edited: the name of an image, a list in flow style, and a value that was {} or [].
func keepsLines(t *testing.T, before, after []byte) {
	t.Helper()
	lines := func(text []byte) []string { return strings.Split(strings.ReplaceAll(string(text), "\r", ""), "\n") }
	rest := lines(after)
	for _, line := range lines(before) {
		i := slices.IndexFunc(rest, func(l string) bool {
			return l == line || addedInFlow.ReplaceAllString(l, "]") == line || named.ReplaceAllString(l, "$1") == named.ReplaceAllString(line, "$1") || l == strings.NewReplacer(" {}", "", " []", "").Replace(line)
		})
		if i < 0 {
			t.Errorf("a line is lost: %q", line)
			return
		}
		rest = rest[i+1:]
	}
}
