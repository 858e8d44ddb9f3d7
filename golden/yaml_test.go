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
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/seccomp"
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
	created    map[string][]byte // by the run before
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
		files := c.files(t, src)
		links := repository.Read(files)
		r, err = composefile.Run(t.Context(), composefile.Source{
			Name: c.name, Src: src, Place: c.name, Projects: links.Projects(c.name), Beside: links.Beside(c.name),
			Repository: files, ProjectDirectory: links.ProjectDirectory(c.name),
			Image: func(s *compose.Service) workload.Container {
				if s.Build != nil {
					return c.container(s.Build.Dockerfile)
				}
				return c.container(s.Image)
			},
			Inspect: c.inspect,
		}, c.transforms, c.options)
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

// files returns the repository of the case: the file with that text, those that are merged with
// it, and what context/ has.
func (c *yamlCase) files(t *testing.T, src []byte) fstest.MapFS {
	t.Helper()
	files := buildContext(t, c.dir, false, false).(fstest.MapFS)
	for _, pattern := range []string{"*.yaml", ".env"} {
		others, err := filepath.Glob(filepath.Join(c.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range others {
			if name := filepath.Base(path); !strings.HasPrefix(name, "want.") {
				files[name] = &fstest.MapFile{Data: read(t, c.dir, name), Mode: 0o644}
			}
		}
	}
	for name, text := range c.created {
		files[name] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	files[c.name] = &fstest.MapFile{Data: src, Mode: 0o644}
	return files
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
	var created bytes.Buffer
	for _, f := range r.Created {
		created.WriteString(f.Name + "\n")
	}
	if *update {
		write(t, c.dir, "findings.txt", findings.Bytes(), findings.Len() > 0)
		write(t, c.dir, "want."+c.name, r.After, changed)
		write(t, c.dir, "created.txt", created.Bytes(), created.Len() > 0)
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
	if got, want := created.Bytes(), read(t, c.dir, "created.txt"); !bytes.Equal(got, want) {
		t.Errorf("the files that are made differ from created.txt:\n%s", diff.Unified("created.txt", want, got))
	}
	if !changed && read(t, c.dir, "why.md") == nil {
		t.Error("nothing is changed, and no why.md says why")
	}
}

// invariants are what holds for every case: a second run changes nothing, each line that
// was there is there, in its order, and the twins with other line ends are changed alike.
// git apply makes it, with the files that are added.
func (c *yamlCase) invariants(t *testing.T, r fixer.Result) {
	t.Helper()
	second := *c
	second.created = map[string][]byte{}
	for _, f := range r.Created {
		second.created[f.Name] = f.Text
	}
	if again := second.run(t, r.After); !bytes.Equal(again.After, r.After) || len(again.Created) > 0 {
		t.Errorf("a second run makes %d files, and changes:\n%s", len(again.Created), diff.Unified(c.name, r.After, again.After))
	}
	keepsLines(t, r.Before, r.After)
	c.hasProfiles(t, r)
	applies(t, c.name, r)
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

// profiles matches the seccomp profiles that services name in the folder of the file.
var profiles = regexp.MustCompile(`seccomp:\./([\w.-]+)`)

// hasProfiles: a seccomp profile that the change names is there, and one that it adds is what
// dockmend seccomp prints, and is named.
func (c *yamlCase) hasProfiles(t *testing.T, r fixer.Result) {
	t.Helper()
	var named []string
	for _, m := range profiles.FindAllSubmatch(r.After, -1) {
		named = append(named, string(m[1]))
	}
	p, err := seccomp.Node()
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	files := c.files(t, c.src)
	for _, f := range r.Created {
		if files[f.Name] != nil || !slices.Contains(named, f.Name) || !bytes.Equal(f.Text, text) {
			t.Errorf("%s is there, or not named, or not the profile:\n%s", f.Name, f.Text)
		}
		files[f.Name] = &fstest.MapFile{Data: f.Text}
	}
	for _, name := range named {
		if !bytes.Contains(r.Before, []byte(name)) && files[name] == nil {
			t.Errorf("%s is named, and not there", name)
		}
	}
}

// addedInFlow matches what is added to a list in flow style.
var addedInFlow = regexp.MustCompile(`(?:, ["']?(?:ALL|no-new-privileges:true|seccomp:\./[\w.-]+)["']?)+\]`)

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
