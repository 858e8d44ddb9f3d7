package workload

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPackageUses(t *testing.T) {
	files := fstest.MapFS{
		"a.js":             file("log('listed')\nimport x from 'listed/y'\nrequire('@s/both/z')\n"),
		"b.js":             file("use(\"/node_modules/x\")\n"),
		"c.js":             file("x\nspawn = require('execa')\nspawn('tool')\n"),
		"d.js":             file("import type { A } from 'types'\nimport { b } from\n  'after'\n"),
		"d.test.js":        file("import 'tested'"),
		"test/a.js":        file("import 'tested'"),
		"views/index.pug":  file(""),
		"views/loader.js":  file("render('index.ejs'); require('loader')"),
		"node_modules/a.c": file("require('inner')"),
	}
	u := Open(files).PackageUses()
	if len(u.Gaps) > 0 {
		t.Fatal(u.Gaps)
	}
	set := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	for _, c := range []struct {
		name string
		q    PackageQuery
		want string
	}{
		{"an import goes before a name in quotes", PackageQuery{Packages: set("listed"), Listed: map[string]string{"listed": "1"}}, "a.js:2 uses listed"},
		{"a name in quotes", PackageQuery{Packages: set("tool"), Listed: map[string]string{"tool": "1"}}, "b.js:1 reaches "},
		{"a scope", PackageQuery{Packages: set("@s/both")}, "a.js:3 uses @s/both"},
		{"the first of several", PackageQuery{Packages: set("after", "@s/both", "listed")}, "a.js:2 uses listed"},
		{"a loader", PackageQuery{Loaders: set("@s/both")}, "a.js:3 loads @s/both"},
		{"a loader that is asked for itself", PackageQuery{Packages: set("@s/both"), Loaders: set("@s/both")}, "a.js:3 uses @s/both"},
		{"what comes first is asked for by nobody", PackageQuery{Packages: map[string]bool{"listed": false}}, "b.js:1 reaches "},
	} {
		use, found := u.First(c.q)
		if got := fmt.Sprintf("%s %s %s", use.Place, use.Kind, use.Package); got != c.want || !found {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	delete(files, "b.js")
	u = Open(files).PackageUses()
	for _, c := range []struct {
		name string
		q    PackageQuery
		want string
	}{
		{"a name in quotes", PackageQuery{Packages: set("tool"), Listed: map[string]string{"tool": "1"}}, "c.js:3 uses tool"},
		{"a name that is not listed, of a file that starts programs", PackageQuery{Packages: set("tool")}, "c.js:2 programs "},
		{"a program", PackageQuery{Programs: set("tool")}, "c.js:2 programs "},
		{"lines after a type", PackageQuery{Packages: set("after")}, "d.js:2 uses after"},
		{"a type", PackageQuery{Packages: set("types")}, ": "},
		{"a test", PackageQuery{Packages: set("tested")}, ": "},
		{"what packages use", PackageQuery{Packages: set("inner")}, ": "},
		{"a template", PackageQuery{Packages: set("pug"), Listed: map[string]string{"pug": "1"}}, "views/index.pug needs pug"},
		{"a template of another's dependency", PackageQuery{Packages: set("pug")}, ": "},
		{"the name of a template", PackageQuery{Packages: set("ejs"), Listed: map[string]string{"ejs": "1"}}, "views/loader.js:1 uses ejs"},
		{"nothing", PackageQuery{}, ": "},
	} {
		use, found := u.First(c.q)
		got := fmt.Sprintf("%s %s %s", use.Place, use.Kind, use.Package)
		if !found {
			got = ": "
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestPackageUsesGaps: what ends the walk is a gap, and uses before it are found.
func TestPackageUsesGaps(t *testing.T) {
	many := fstest.MapFS{"0.js": file("import 'x'")}
	for i := range MaxSourceFiles {
		many[fmt.Sprintf("a%d.js", i)] = file("")
	}
	big := strings.Repeat(" ", 1<<20)
	much := fstest.MapFS{"0.js": file("import 'x'")}
	for i := range 17 {
		much[fmt.Sprintf("b%02d.js", i)] = file(big)
	}
	locked := newCounting(fstest.MapFS{"0.js": file("import 'x'"), "d/a.js": file(""), "z.js": file("import 'z'")})
	locked.bad["d"] = fs.ErrPermission
	names := fstest.MapFS{"0.js": file("import 'x'")}
	n := 0
	for i := range 6 {
		var text strings.Builder
		for text.Len() < 1<<20-20 {
			n++
			fmt.Fprintf(&text, "'%x'", n)
		}
		names[fmt.Sprintf("c%d.js", i)] = file(text.String())
	}
	for _, c := range []struct {
		name  string
		files fs.FS
		want  string
	}{
		{"many files", many, "a999.js: there is more source code than is looked at"},
		{"much code", much, "b15.js: there is more source code than is looked at"},
		{"a large file", fstest.MapFS{"0.js": file("import 'x'"), "a.js": file(big + " ")}, "a.js: the source code can't be read"},
		{"many names", names, "c3.js: there is more source code than is looked at"},
		{"no rights", locked, "d: the source code can't be read"},
		{"depth", fstest.MapFS{"0.js": file("import 'x'"), strings.Repeat("d/", 100) + "a.js": file("")}, strings.TrimSuffix(strings.Repeat("d/", 100), "/") + ": the source code can't be read"},
	} {
		u := Open(c.files).PackageUses()
		if len(u.Gaps) != 1 || u.Gaps[0].Place.File+": "+u.Gaps[0].What != c.want {
			t.Errorf("%s: %v, want %s", c.name, u.Gaps, c.want)
		}
		if use, found := u.First(PackageQuery{Packages: map[string]bool{"x": true}}); !found || use.Place.File != "0.js" {
			t.Errorf("%s: %v, %v", c.name, use, found)
		}
		if _, found := u.First(PackageQuery{Packages: map[string]bool{"z": true}}); found {
			t.Errorf("%s: a use after the gap", c.name)
		}
	}
	if u := Open(nil).PackageUses(); len(u.Gaps) != 1 {
		t.Errorf("without a context: %v", u.Gaps)
	}
}

// TestQuotedWords: it finds what the expression in its comment matches.
func TestQuotedWords(t *testing.T) {
	pattern := regexp.MustCompile("[\"'`]([@A-Za-z0-9][^\"'`\\s]*)[\"'`]")
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		const letters = "\"'`@aZ9_ \n\r\f\v\t/.\xc3\xa9"
		text := make([]byte, r.IntN(30))
		for i := range text {
			text[i] = letters[r.IntN(len(letters))]
		}
		var got, want []string
		for at, word := range quotedWords(string(text)) {
			got = append(got, fmt.Sprint(at, word))
		}
		for _, m := range pattern.FindAllStringSubmatchIndex(string(text), -1) {
			want = append(want, fmt.Sprint(m[2], string(text[m[2]:m[3]])))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPackageWords(t *testing.T) {
	got := slices.Collect(PackageWords(`node -r "ts-node/register" --loader=@s/x/y node_modules/.bin/tsc,node_modules/z/cli.js`))
	if want := []string{"node", "-r", "ts-node", "--loader", "@s/x", "tsc", "z"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPackageName(t *testing.T) {
	for spec, want := range map[string]string{"a": "a", "a/b/c": "a", "@s/a": "@s/a", "@s/a/b": "@s/a", "@s": "@s", "@s/": "@s/", "": "", "./a": "."} {
		if got := PackageName(spec); got != want {
			t.Errorf("%q names %q, want %q", spec, got, want)
		}
	}
}
