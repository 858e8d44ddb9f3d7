package golden

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms"
)

var update = flag.Bool("update", false, "write want.Dockerfile, findings.txt and INDEX.md; a case whose invariant fails is only shown")

// options is options.json.
type options struct {
	Flags      map[string]string // of the transforms, by name
	Unsafe     bool
	Target     string
	Platform   string
	BuildArgs  map[string]string
	NoContext  bool     // the Dockerfile comes from standard input
	Repository bool     // the context has a .git, which can't be committed here
	Modules    bool     // the context has a node_modules, which can't either
	Only, Skip []string // of the list, by ID
}

// testCase is one folder.
type testCase struct {
	repository imagebuild.Build // what the repository says besides
	dir        string
	src        []byte
	transforms []*fixer.Transform
	images     baseimage.Inspector
	options    fixer.Options
	build      stage.Options
	context    fs.FS
	// deployments are the repository's deployments of the image.
	deployments []workload.Deployment
	gaps        []workload.Gap // of them
	offline     workload.Place // of a build without a network
	kubernetes  bool           // the repository deploys to Kubernetes
	mentions    []workload.Mention
}

func TestGolden(t *testing.T) {
	dirs, err := Cases(".", "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 800 {
		t.Fatalf("%d cases found", len(dirs))
	}
	for _, dir := range dirs {
		t.Run(filepath.ToSlash(dir), func(t *testing.T) { load(t, dir).check(t) })
	}
}

// ids returns those of the transforms that run.
func (c *testCase) ids() (ids []string) {
	for _, tr := range c.transforms {
		ids = append(ids, tr.ID)
	}
	return ids
}

func load(t *testing.T, dir string) *testCase {
	t.Helper()
	c := &testCase{dir: dir, src: read(t, dir, "Dockerfile")}
	c.images = baseimage.NewStatic(append(images(t, filepath.Join(dir, "images.json")), images(t, "images.json")...)...)
	var o options
	if text := read(t, dir, "options.json"); text != nil {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&o); err != nil {
			t.Fatalf("options.json: %v", err)
		}
	}
	id, _, _ := strings.Cut(filepath.ToSlash(dir), "/")
	for _, name := range slices.Concat(o.Only, o.Skip) {
		if id != "all" || !slices.Contains(transforms.IDs(), name) {
			t.Fatalf("options.json: %q can't be chosen here", name)
		}
	}
	for _, tr := range transforms.Of(dockerfile.Kind) {
		if tr.ID == id || id == "all" && (o.Only == nil || slices.Contains(o.Only, tr.ID)) && !slices.Contains(o.Skip, tr.ID) {
			c.transforms = append(c.transforms, tr)
		}
	}
	if len(c.transforms) == 0 {
		t.Fatalf("no transform is called %q", id)
	}
	c.options = fixer.Options{Flags: o.Flags, KnownIDs: transforms.IDs()}
	c.build = stage.Options{BuildArgs: o.BuildArgs, Target: o.Target, Platform: o.Platform}
	if o.Unsafe {
		c.options.Threshold = fixer.Unsafe
	}
	if !o.NoContext {
		c.context = buildContext(t, dir, o.Repository, o.Modules)
		links := deployments(c.context, c.src)
		c.repository = imagebuild.Build{Derived: links.Derived("Dockerfile"), Arguments: links.Arguments("Dockerfile"), TextUses: links.TextUses("Dockerfile"), Linted: links.Linted()}
		c.deployments, c.gaps, c.kubernetes = links.Deployments("Dockerfile"), links.ComposeGaps("."), links.Kubernetes()
		c.mentions = links.Mentions("Dockerfile")
		for _, b := range links.Builds("Dockerfile") {
			c.offline = cmp.Or(c.offline, b.Offline)
			if b.Contexts != nil {
				c.build.Contexts = b.Contexts
			}
		}
	}
	return c
}

// deployments returns how the repository, whose root is the build context, runs the
// image.
func deployments(context fs.FS, src []byte) *repository.Links {
	root := fstest.MapFS{"Dockerfile": &fstest.MapFile{Data: src, Mode: 0o644}}
	maps.Copy(root, context.(fstest.MapFS))
	return repository.Read(root)
}

// source is the case's Dockerfile, with that text.
func (c *testCase) source(src []byte) imagebuild.Source {
	b := c.repository
	b.Context, b.Options, b.Deployments, b.Gaps, b.Offline, b.Kubernetes, b.Mentions, b.Repository = c.context, c.build, c.deployments, c.gaps, c.offline, c.kubernetes, c.mentions, c.context
	return imagebuild.Source{Name: "Dockerfile", Src: src, Builds: []imagebuild.Build{b}}
}

// buildContext returns what the Dockerfile's COPY sees.
func buildContext(t testing.TB, dir string, repository, modules bool) fs.FS {
	t.Helper()
	b, err := ReadBuild(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := b.BuildContext(dir)
	if err != nil {
		t.Fatal(err)
	}
	context := fstest.MapFS{}
	for name, f := range files {
		context[name] = &fstest.MapFile{Data: f.Data, Mode: f.Mode}
	}
	if repository {
		context[".git/HEAD"] = &fstest.MapFile{Mode: 0o644}
	}
	if modules {
		context["node_modules/.package-lock.json"] = &fstest.MapFile{Mode: 0o644}
	}
	if len(context) == 0 {
		context["."] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	}
	return context
}

// read returns nil if there is no such file.
func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func images(t *testing.T, name string) []*baseimage.Facts {
	t.Helper()
	text := read(t, ".", name)
	if text == nil {
		return nil
	}
	list, err := baseimage.ReadFacts(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return list
}

func (c *testCase) run(t *testing.T, src []byte) imagebuild.Result {
	t.Helper()
	r, err := imagebuild.Run(t.Context(), c.source(src), c.transforms, c.images, c.options)
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

func (c *testCase) check(t *testing.T) {
	r := c.run(t, c.src)
	var findings bytes.Buffer
	if err := report.Text(&findings, "Dockerfile", r.Findings); err != nil {
		t.Fatal(err)
	}
	defer func() { // after Fatal too
		if *update && t.Failed() {
			t.Logf("an invariant fails, so nothing is written. Otherwise:\n%s", c.changes(t, r, findings.Bytes()))
		}
	}()
	c.invariants(t, r)
	if t.Failed() {
		t.Logf("nothing is written where an invariant fails; this would be the change, with these findings:\n%s%s", diff.Unified("Dockerfile", r.Before, r.After), findings.Bytes())
		return
	}
	changed := !bytes.Equal(r.Before, r.After)
	if *update {
		write(t, c.dir, "findings.txt", findings.Bytes(), findings.Len() > 0)
		write(t, c.dir, "want.Dockerfile", r.After, changed)
		for _, f := range r.Created {
			write(t, c.dir, "want"+f.Name, f.Text, true)
		}
		return
	}
	wants, err := filepath.Glob(filepath.Join(c.dir, "want.*"))
	if err != nil {
		t.Fatal(err)
	}
	made := slices.ContainsFunc(wants, func(name string) bool { return filepath.Base(name) == "want.Dockerfile" })
	if got, want := len(r.Created), len(wants); want != got && !(made && want == got+1) {
		t.Errorf("%d files are made, want %v", got, wants)
	}
	for _, f := range r.Created {
		if want := read(t, c.dir, "want"+f.Name); !bytes.Equal(f.Text, want) {
			t.Errorf("the new file %s differs from want%s:\n%s", f.Name, f.Name, diff.Unified(f.Name, want, f.Text))
		}
	}
	want := read(t, c.dir, "want.Dockerfile")
	if want == nil {
		want = c.src
	}
	if !bytes.Equal(r.After, want) {
		t.Errorf("the output differs from want.Dockerfile:\n%s", diff.Unified("want.Dockerfile", want, r.After))
	}
	if got, want := findings.Bytes(), read(t, c.dir, "findings.txt"); !bytes.Equal(got, want) {
		t.Errorf("the findings differ from findings.txt:\n%s", diff.Unified("findings.txt", want, got))
	}
}

// changes is the diff of what an update would write.
func (c *testCase) changes(t *testing.T, r imagebuild.Result, findings []byte) []byte {
	t.Helper()
	want := read(t, c.dir, "want.Dockerfile")
	if want == nil {
		want = c.src
	}
	text := diff.Unified("want.Dockerfile", want, r.After)
	text = append(text, diff.Unified("findings.txt", read(t, c.dir, "findings.txt"), findings)...)
	for _, f := range r.Created {
		text = append(text, diff.Unified("want"+f.Name, read(t, c.dir, "want"+f.Name), f.Text)...)
	}
	if len(text) == 0 {
		return []byte("no file would change")
	}
	return text
}

func write(t *testing.T, dir, name string, text []byte, keep bool) {
	t.Helper()
	file := filepath.Join(dir, name)
	err := os.Remove(file)
	if keep {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// invariants are what holds for every case, whatever it wants.
func (c *testCase) invariants(t *testing.T, r imagebuild.Result) {
	t.Helper()
	c.isDone(t, r)
	if twice := c.run(t, c.src); !bytes.Equal(twice.After, r.After) {
		t.Error("the same input gives another output")
	}
	keepsComments(t, r.Before, r.After)
	keepsInstructions(t, r.Before, r.After, c.ids())
	c.twins(t, r)
	c.asksForNothing(t)
	c.standAlone(t)
	applies(t, "Dockerfile", r.Result)
}

// standAlone: what is said to be a change that can be made alone leaves a Dockerfile, in
// which only that transform has done something.
func (c *testCase) standAlone(t *testing.T) {
	t.Helper()
	source := c.source(c.src)
	source.Separate = true
	r, err := imagebuild.Run(t.Context(), source, c.transforms, c.images, c.options)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if len(f.Edits) == 0 {
			continue
		}
		text, err := document.Splice(r.Before, f.Edits)
		if err != nil {
			t.Errorf("%s: %v", f.ID, err)
			continue
		}
		keepsInstructions(t, r.Before, text, []string{f.ID})
	}
}

// isDone: a second run, which finds the files that the first made, changes nothing.
func (c *testCase) isDone(t *testing.T, r imagebuild.Result) {
	t.Helper()
	second := *c
	for _, f := range r.Created {
		second.context = buildcontext.With(second.context, f.Name, f.Text)
	}
	again := second.run(t, r.After)
	if !bytes.Equal(again.After, r.After) {
		t.Errorf("a second run changes the result:\n%s", diff.Unified("Dockerfile", r.After, again.After))
	}
	for _, f := range again.Created {
		t.Errorf("a second run makes the file %s", f.Name)
	}
}

// keepsComments checks that every comment line of the input is in the output, in order.
func keepsComments(t testing.TB, before, after []byte) {
	t.Helper()
	rest := strings.Split(string(after), "\n")
	for line := range strings.SplitSeq(string(before), "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		i := 0
		for i < len(rest) && rest[i] != line {
			i++
		}
		if i == len(rest) {
			t.Errorf("the comment %q is lost", line)
			return
		}
		rest = rest[i+1:]
	}
}

// twins checks that the same file with other line ends, and with or without its final
// newline, gives the same result with those.
func (c *testCase) twins(t *testing.T, r imagebuild.Result) {
	t.Helper()
	crlf := func(text []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	lf := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
	open := func(text []byte) []byte { return bytes.TrimRight(text, "\r\n") }
	for _, twin := range []struct {
		name string
		make func([]byte) []byte
	}{
		{"CRLF", crlf},
		{"LF", lf},
		{"no final newline", open},
		{"CRLF and no final newline", func(b []byte) []byte { return open(crlf(b)) }},
	} {
		if _, err := dockerfile.Parse("twin", twin.make(c.src)); err != nil {
			if !strings.Contains(string(c.src), "<<") {
				t.Errorf("the twin with %s does not parse: %v", twin.name, err)
			}
			continue // a heredoc's terminator needs its own line end
		}
		got, want := c.run(t, twin.make(c.src)).After, twin.make(r.After)
		if !bytes.Equal(got, want) {
			t.Errorf("the twin with %s gives another result:\n%s", twin.name, diff.Unified("Dockerfile", want, got))
		}
	}
}

// asksForNothing checks that without a transform, no byte changes.
func (c *testCase) asksForNothing(t *testing.T) {
	t.Helper()
	r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: c.src}, nil, c.images, c.options)
	if err != nil || !bytes.Equal(r.After, c.src) {
		t.Errorf("no transform, and yet a change (error %v)", err)
	}
}

// applies: git apply takes the diff of a file, and gives the result, new files included.
func applies(t *testing.T, file string, r fixer.Result) {
	t.Helper()
	want := map[string][]byte{file: r.After}
	patch := diff.Unified(file, r.Before, r.After)
	for _, f := range r.Created {
		want[f.Name] = f.Text
		patch = append(patch, diff.Created(f.Name, f.Text)...)
	}
	if patch == nil {
		return
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, file), r.Before, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", "apply", "-")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	cmd.Stdin = bytes.NewReader(patch)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("git apply: %v\n%s%s", err, out, patch)
		return
	}
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("git apply gives %s\n%q\nand not\n%q (error %v)", name, got, text, err)
		}
	}
}

// TestComplete: every transform has its example, a case that leaves a file alone, and
// complete documentation.
func TestComplete(t *testing.T) {
	inputs := map[document.Kind]string{dockerfile.Kind: "Dockerfile", compose.Kind: "compose.yaml", kubernetes.Kind: "manifest.yaml"}
	for _, tr := range transforms.All() {
		output := "want.*"
		if tr.Safety == fixer.Note {
			output = "findings.txt"
		}
		for dir, wants := range map[string]bool{"example": true, "unchanged": false} {
			if _, err := os.Stat(filepath.Join(tr.ID, "basic", dir, inputs[tr.Kind])); err != nil {
				t.Errorf("%s: %v", tr.ID, err)
			}
			if files, err := filepath.Glob(filepath.Join(tr.ID, "basic", dir, output)); err != nil || len(files) > 0 != wants {
				t.Errorf("%s: its case %s has these outputs: %v (error %v)", tr.ID, dir, files, err)
			}
		}
		if _, ok := rules[tr.ID]; !ok && tr.Kind == dockerfile.Kind {
			t.Errorf("%s has no rule in golden/rules_test.go", tr.ID)
		}
		for _, other := range tr.RestsOn {
			if slices.Index(transforms.All(), other) <= slices.Index(transforms.All(), tr) {
				t.Errorf("%s rests on %s, which does not run later", tr.ID, other.ID)
			}
		}
		if tr.Title == "" || tr.Since == "" || tr.Severity == fixer.Info || tr.Doc.What == "" || tr.Doc.Why == "" || len(tr.Doc.Checks) == 0 || len(tr.Doc.LeavesAlone) == 0 || len(tr.Doc.See) == 0 || tr.Run == nil {
			t.Errorf("%s: its documentation has gaps", tr.ID)
		}
		if tr.Safety == fixer.Unsafe && len(tr.Doc.NeedsUnsafe) == 0 {
			t.Errorf("%s: Doc.NeedsUnsafe does not say why its changes are unsafe", tr.ID)
		}
		if tr.Safety == fixer.Note && len(tr.Doc.NeedsUnsafe)+len(tr.RestsOn)+len(tr.Flags) > 0 {
			t.Errorf("%s: it changes nothing, and its documentation or flags say otherwise", tr.ID)
		}
		for _, item := range slices.Concat(tr.Doc.Checks, tr.Doc.LeavesAlone, tr.Doc.NeedsUnsafe) {
			if n := utf8.RuneCountInString(item); n > 110 || strings.HasSuffix(item, ".") || strings.TrimSpace(item) != item {
				t.Errorf("%s: an entry of Doc is one fact of at most 110 characters, without a full stop; this one has %d: %q", tr.ID, n, item)
			}
		}
	}
}

// lazy answers no more than the question, like a registry.
type lazy struct{ baseimage.Inspector }

func (l lazy) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	f, err := l.Inspector.Inspect(ctx, q)
	if err != nil {
		return nil, err
	}
	return f.Narrow(q.Ask), nil
}

// TestLazyFacts: a file of facts, which may contain more than one Dockerfile needs,
// gives the same result as asking.
func TestLazyFacts(t *testing.T) {
	dirs, err := Cases(".", "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		c := load(t, dir)
		want := c.run(t, c.src)
		c.images = lazy{c.images}
		if got := c.run(t, c.src); !bytes.Equal(got.After, want.After) || !reflect.DeepEqual(got.Findings, want.Findings) {
			t.Errorf("%s: %+v\n%s\nwant %+v\n%s", dir, got.Findings, got.After, want.Findings, want.After)
		}
	}
}
