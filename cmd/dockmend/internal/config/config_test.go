package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alecthomas/kong"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
)

// grammar has a flag of each kind.
type grammar struct {
	Secret bool `hidden:""`
	Top    bool
	Run    struct {
		Unsafe bool
		Write  bool `xor:"mode"`
		Check  bool `xor:"mode"`
		UID    *int `name:"uid"`
		Jobs   int  `default:"2"`
		User   string
		Style  string        `enum:"name,numeric" default:"name"`
		Wait   time.Duration `default:"10s" env:"CONFIG_TEST_WAIT"`
		Skip   []string
		Dirs   []string `sep:"none"`
		Arg    map[string]string
		Dir    string
	} `cmd:"" default:"withargs"`
	Other struct {
		Unsafe bool
		JSON   bool `name:"json"`
	} `cmd:""`
}

var rules = map[string]config.Rules{
	"unsafe": {PerPath: true}, "user": {PerPath: true}, "skip": {PerPath: true}, "uid": {PerPath: true}, "arg": {PerPath: true},
	"write": {Trusted: true}, "dir": {Path: true, PerPath: true}, "dirs": {Glob: true},
}

func parserOf(t *testing.T, g *grammar, options ...kong.Option) *kong.Kong {
	t.Helper()
	p, err := kong.New(g, append(options, kong.Exit(func(int) { t.Fatal("kong exits") }))...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func keys(t *testing.T) []config.Key { return config.Keys(parserOf(t, &grammar{}).Model, rules, "top") }

func TestKeys(t *testing.T) {
	kinds := map[string]config.Kind{}
	for _, k := range keys(t) {
		kinds[k.Name] = k.Kind
	}
	want := map[string]config.Kind{
		"unsafe": config.Bool, "write": config.Bool, "check": config.Bool, "json": config.Bool, "uid": config.Int, "jobs": config.Int,
		"user": config.String, "style": config.String, "dir": config.String, "wait": config.Duration, "skip": config.List, "dirs": config.List,
		"arg": config.Map,
	}
	if !maps.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

func TestParse(t *testing.T) {
	f, err := config.Parse("c.yaml", "conf", []byte(`# ours
unsafe: true
uid: 1001
user: 1000      # a number is a text, too
wait: 1m30s
skip: a
dirs: [x/**, '*.y']
arg: {A: 1, "B b": "2"}
dir: sub
overrides:
  - paths: [legacy/**, "*.old"]
    unsafe: false
    dir: sub/b
  - paths: legacy/b
    user: app
`), keys(t), false)
	if err != nil {
		t.Fatal(err)
	}
	state := func(path string) map[string]any {
		m := map[string]any{}
		for _, v := range f.For(path) {
			m[v.Key.Name] = v.Set
		}
		return m
	}
	top := map[string]any{
		"unsafe": true, "uid": 1001, "user": "1000", "wait": "1m30s", "skip": []string{"a"}, "dirs": []string{"x/**", "*.y"},
		"arg": map[string]string{"A": "1", "B b": "2"}, "dir": "sub",
	}
	with := func(m map[string]any) map[string]any {
		all := maps.Clone(top)
		maps.Copy(all, m)
		return all
	}
	for path, want := range map[string]map[string]any{
		"Dockerfile":          top,
		"legacy/Dockerfile":   with(map[string]any{"unsafe": false, "dir": "sub/b"}),
		"a/b/Dockerfile.old":  with(map[string]any{"unsafe": false, "dir": "sub/b"}),
		"legacy/b/Dockerfile": with(map[string]any{"unsafe": false, "dir": "sub/b", "user": "app"}),
		"../legacy/b/x.old":   top,
	} {
		if got := state(path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	if got, want := f.Args(f.Values[:1]), []string{"--unsafe=true"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := f.Args(f.Values[5:]), []string{"--dirs=conf/x/**", "--dirs=*.y", "--arg=A=1", "--arg=B b=2", "--dir=conf/sub"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEmpty(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "{}", "\ufeff"} {
		f, err := config.Parse("c.yaml", ".", []byte(text), keys(t), false)
		if err != nil || len(f.Values) > 0 {
			t.Errorf("%q: %v, %v", text, f, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want, hint string }{
		{"usafe: true", `c.yaml:1:1: no key is called "usafe"`, "did you mean unsafe?"},
		{"qqqqqq: true", `c.yaml:1:1: no key is called "qqqqqq"`, "dockmend config lists the keys"},
		{"overides: []", `c.yaml:1:1: no key is called "overides"`, "did you mean overrides?"},
		{"secret: true", `c.yaml:1:1: no key is called "secret"`, ""},
		{"<<: {unsafe: true}", `c.yaml:1:1: no key is called "<<"`, ""},
		{"a: 1\n", `c.yaml:1:1: no key is called "a"`, ""},
		{"unsafe: yes please", `c.yaml:1:9: unsafe: "yes please" instead of true or false`, ""},
		{"unsafe: 'true'", `c.yaml:1:9: unsafe: "true" instead of true or false`, ""},
		{"unsafe:", `c.yaml:1:8: unsafe: nothing instead of true or false`, ""},
		{"x: &a [1]\nunsafe: *a", `c.yaml:1:1: no key is called "x"`, ""},
		{"unsafe: [true]", `c.yaml:1:9: unsafe: a list instead of true or false`, ""},
		{"uid: 1.5", `c.yaml:1:6: uid: "1.5" instead of a number`, ""},
		{"user: {a: b}", `c.yaml:1:7: user: a mapping instead of a text`, ""},
		{"user: ~", `c.yaml:1:7: user: nothing instead of a text`, ""},
		{"style: names", `c.yaml:1:8: style: "names" is none of name, numeric`, ""},
		{"wait: 10", `c.yaml:1:7: wait: "10" instead of a duration, as in 10s`, ""},
		{"skip: [a, [b]]", `c.yaml:1:11: skip: a list instead of a text`, ""},
		{"arg: [a]", `c.yaml:1:6: arg: a list instead of a mapping of names to texts`, ""},
		{"arg: {a: [b]}", `c.yaml:1:10: arg: a list instead of a text`, ""},
		{"dirs: ['[a']", `c.yaml:1:8: dirs: glob "[a": `, "as in"},
		{"dir: ../up", `c.yaml:1:6: dir: "../up" leads out of the directory of c.yaml`, ""},
		{"dir: /etc", `c.yaml:1:6: dir: "/etc" leads out of the directory of c.yaml`, ""},
		{"unsafe: true\nskip: a\nunsafe: false", `c.yaml:3:1: "unsafe" is in line 1 already`, "one of them"},
		{"write: true", `c.yaml:1:1: write is not for a repository to say`, "--write on the command line, or --config c.yaml"},
		{"- a", `c.yaml:1:1: a list instead of keys and values`, "as in"},
		{"just text", `c.yaml:1:1: "just text" instead of keys and values`, "as in"},
		{"[a]: b", `c.yaml:1:1: a list instead of a key`, ""},
		{"unsafe: true\n--- \nunsafe: false\n", `a second document`, "a file has one"},
		{"unsafe: {", `c.yaml:`, "it is YAML"},
		{"unsafe: true\n\tskip: a\n", `c.yaml:2:`, "it is YAML"},
		{"overrides: [{paths: '" + strings.Repeat("{a,a}", 40) + "'}]", `c.yaml:1:21: paths: glob `, ""},
		{"overrides: {}", `c.yaml:1:12: overrides: a mapping instead of a list`, "- paths"},
		{"overrides: [{unsafe: true}]", `c.yaml:1:13: an override without paths`, "paths:"},
		{"overrides: [{paths: []}]", `c.yaml:1:13: an override without paths`, ""},
		{"overrides: [{paths: '[', unsafe: true}]", `c.yaml:1:21: paths: glob "[": `, ""},
		{"overrides: [{paths: a, jobs: 3}]", `c.yaml:1:24: jobs holds for a whole run`, "outside of overrides"},
		{"overrides: [{path: a}]", `c.yaml:1:14: no key is called "path"`, "did you mean paths?"},
		{"overrides: [a]", `c.yaml:1:13: "a" instead of keys and values`, ""},
	} {
		_, err := config.Parse("c.yaml", ".", []byte(c.text), keys(t), false)
		var e *config.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%q:\n got %s (%s)\nwant %s (%s)", c.text, e, e.Hint, c.want, c.hint)
		}
	}
}

// TestTrusted: a file that a person names may set all keys.
func TestTrusted(t *testing.T) {
	f, err := config.Parse("c.yaml", ".", []byte("write: true\ndir: ../up\n"), keys(t), true)
	if err != nil || len(f.Values) != 2 {
		t.Errorf("%v, %v", f, err)
	}
}

// TestLinks: a link leads out of the directory like a path.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for name, target := range map[string]string{"out": "..", "root": "/", "in": "sub", "none": "nosuch", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{"in": true, "sub": true, "none": true, "new": true, "out": false, "root": false, "root/etc": false, "in/../out": false, "loop": false} {
		for _, text := range []string{"dir: " + name, "overrides: [{paths: x, dir: " + name + "}]"} {
			if _, err := config.Parse("c.yaml", dir, []byte(text), keys(t), false); (err == nil) != ok {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{
		"dir/x": {}, "big": {Data: bytes.Repeat([]byte("#"), config.MaxSize+1)}, "ok": {Data: []byte("unsafe: true")},
	}
	if _, err := config.Load(fsys, "none", "none", ".", keys(t), false); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for name, want := range map[string]string{"dir": "dir: not a regular file", "big": "big: has more than"} {
		if _, err := config.Load(fsys, name, name, ".", keys(t), false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f, err := config.Load(fsys, "ok", "ok", ".", keys(t), false); err != nil || len(f.Values) != 1 {
		t.Error(f, err)
	}
}

// TestResolver: the command line overrides the environment, that the file, and that
// the default.
func TestResolver(t *testing.T) {
	f, err := config.Parse("c.yaml", ".", []byte("write: true\njobs: 5\nwait: 3s\nskip: [a, b]\narg: {A: b}\nuid: 7\n"), keys(t), true)
	if err != nil {
		t.Fatal(err)
	}
	parse := func(args ...string) *grammar {
		var g grammar
		if _, err := parserOf(t, &g, kong.Resolvers(f.Resolver())).Parse(args); err != nil {
			t.Fatal(err)
		}
		return &g
	}
	r := parse().Run
	if !r.Write || r.Jobs != 5 || r.Wait != 3*time.Second || !slices.Equal(r.Skip, []string{"a", "b"}) || r.Arg["A"] != "b" || *r.UID != 7 {
		t.Errorf("the file: %+v", r)
	}
	r = parse("--jobs=7", "--skip=c", "--check").Run
	if r.Write || !r.Check || r.Jobs != 7 || !slices.Equal(r.Skip, []string{"c"}) {
		t.Errorf("the command line: %+v", r)
	}
	t.Setenv("CONFIG_TEST_WAIT", "9s")
	if r = parse().Run; r.Wait != 9*time.Second {
		t.Errorf("the environment: %+v", r)
	}
	if r = parse("--wait=1s").Run; r.Wait != time.Second {
		t.Errorf("the command line over the environment: %+v", r)
	}
}

// TestShow: the output can be read again, and has the same meaning.
func TestShow(t *testing.T) {
	t.Setenv("CONFIG_TEST_WAIT", "9s")
	const text = "unsafe: true\nuser: \"tr: \\n#\"\nskip: [a, 'b c', \"x,y\"]\narg: {A: \"1\", B: ''}\noverrides:\n  - paths: x\n    user: app\n"
	f, err := config.Parse("c.yaml", ".", []byte(text), keys(t), false)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := config.Show(&b, keys(t), f, ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"unsafe: true ", "# c.yaml:1\n", "jobs: 2 ", "# default\n", "wait: 9s ", "# CONFIG_TEST_WAIT\n", "# uid: ", "# not set\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &b)
		}
	}
	again, err := config.Parse("shown", ".", b.Bytes(), keys(t), true)
	if err != nil {
		t.Fatalf("%v in\n%s", err, &b)
	}
	for _, v := range f.Values {
		i := slices.IndexFunc(again.Values, func(w config.Value) bool { return w.Key.Name == v.Key.Name })
		if i < 0 || !reflect.DeepEqual(again.Values[i].Set, v.Set) {
			t.Errorf("%s: %v in\n%s", v.Key.Name, v.Set, &b)
		}
	}
	b.Reset()
	if err := config.Show(&b, keys(t), f, "x"); err != nil || !strings.Contains(b.String(), "user: app ") || !strings.Contains(b.String(), "# c.yaml:7\n") {
		t.Errorf("%v\n%s", err, &b)
	}
	if b.Reset(); config.Show(&b, keys(t), nil, "") != nil || strings.Contains(b.String(), "c.yaml") {
		t.Errorf("without a file:\n%s", &b)
	}
}

// TestSchema: the schema accepts what Parse accepts, and refuses most of what it
// refuses.
func TestSchema(t *testing.T) {
	text, err := config.Schema(keys(t))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(config.SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(config.SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"", "unsafe: true", "user: 1000", "skip: a", "skip: [a]", "arg: {A: b, C: 1}", "style: numeric", "wait: 1m30s", "uid: 3",
		"overrides: [{paths: [a], user: b}, {paths: c}]", "write: true",
		"usafe: true", "unsafe: 1", "uid: 1.5", "user: {a: b}", "style: names", "wait: 10", "skip: [a, [b]]", "arg: [a]",
		"- a", "overrides: {}", "overrides: [{user: b}]", "overrides: [{paths: a, jobs: 3}]", "overrides: [{paths: []}]",
	} {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
		if err != nil {
			t.Fatal(err)
		}
		_, refused := config.Parse("c.yaml", ".", []byte(text), keys(t), true)
		if invalid := schema.Validate(instance); (invalid == nil) != (refused == nil) {
			t.Errorf("%q: the schema says %v, Parse says %v", text, invalid, refused)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"unsafe: true", "overrides: [{paths: a, user: b}]", "a: &a [*a]", "? [a]\n: b", "skip: !!binary a"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := config.Parse("c.yaml", ".", text, keys(t), false)
		var e *config.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil {
			file.For(filepath.Join("a", "b"))
		}
	})
}
