package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func TestInstallSettings(t *testing.T) {
	many := fstest.MapFS{}
	for i := range maxPackageDirs {
		many[fmt.Sprintf("d%04d/a", i)] = file("")
	}
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		bad   string
		want  InstallSettings
	}{
		{"none", fstest.MapFS{".npmrc": file("registry=x\n"), "package.json": file(`{"scripts": {"test": "npm run x"}}`)}, "", InstallSettings{}},
		{"an .npmrc", fstest.MapFS{"a/.npmrc": file("x=y\n  omit = dev\n")}, "", InstallSettings{Setting: Evidence{Place{File: "a/.npmrc", Line: 2}, "omit = dev"}}},
		{"a word that goes on", fstest.MapFS{".npmrc": file("production_url=x\n# omit\n")}, "", InstallSettings{}},
		{"a script", fstest.MapFS{"a/package.json": file("{\n\"scripts\": {\n\"postinstall\": \"npm ci\"}}")}, "",
			InstallSettings{Script: Evidence{Place{File: "a/package.json", Line: 3}, `"postinstall": "npm ci"}}`}, Name: "postinstall"}},
		{"in packages", fstest.MapFS{"node_modules/a/.npmrc": file("omit=dev"), ".git/.npmrc": file("omit=dev")}, "", InstallSettings{}},
		{"deep", fstest.MapFS{"a/b/c/.npmrc": file("omit=dev")}, "", InstallSettings{Setting: Evidence{Place{File: "a/b/c/.npmrc", Line: 1}, "omit=dev"}}},
		{"too deep", fstest.MapFS{"a/b/c/d/.npmrc": file("omit=dev")}, "", InstallSettings{}},
		{"no JSON", fstest.MapFS{"package.json": file("[")}, "", InstallSettings{Gap: Gap{Place{File: "package.json"}, "package.json can't be read: unexpected end of JSON input"}}},
		{"not to be read", fstest.MapFS{"package.json": file("{}")}, "package.json", InstallSettings{Gap: Gap{Place{File: "package.json"}, "package.json can't be read: permission denied"}}},
		{"an .npmrc that is not", fstest.MapFS{".npmrc": file("")}, ".npmrc", InstallSettings{Gap: Gap{Place{File: ".npmrc"}, ".npmrc can't be read: permission denied"}}},
		{"a folder that is not", fstest.MapFS{"a/b": file("")}, "a", InstallSettings{Gap: Gap{Place{File: "a"}, "a can't be read: permission denied"}}},
		{"too many", many, "", InstallSettings{Gap: Gap{Place{File: "d1999"}, "the build context is too large to look for .npmrc files"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := newCounting(c.files)
			if c.bad != "" {
				files.bad[c.bad] = fs.ErrPermission
			}
			if got := Open(files).InstallSettings(); got != c.want {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestFileNameIn(t *testing.T) {
	for text, want := range map[string]int{
		"": -1, ".git": 0, "rm -rf .git": 7, "a/.git/HEAD": 2, "'.git'": 1, ".git\n": 0,
		".gitignore": -1, "x.git": -1, "https://example.com/x.git .git": 26, ".git.git .git-": -1, ".github": -1,
	} {
		if got := FileNameIn(text, ".git"); got != want {
			t.Errorf("%q names .git at %d, want %d", text, got, want)
		}
	}
	if got := FileNameIn("a", ""); got != -1 {
		t.Errorf("no name is at %d", got)
	}
}

func TestNameOf(t *testing.T) {
	big := strings.Repeat(" ", 1<<20)
	files := fstest.MapFS{
		"Makefile": file("x:\n\tcp .env y\n"), "scripts/a.sh": file("cat coverage"), "src/a.js": file(".idea"), "README.md": file(".idea"),
		"yarn-lock.json": file(".idea"), "z1.js": file(big), "z2.js": file(big), "z3.js": file(big), "z4.js": file(big), "zz.js": file(".github"),
	}
	f := Open(files)
	for name, want := range map[string]string{".env": "Makefile:2", ".idea": "", ".github": ""} {
		if e, found := f.NameOf(name); found != (want != "") || found && e.Place.String() != want {
			t.Errorf("%s: %v, %v", name, e, found)
		}
	}
	delete(files, "z1.js")
	f = Open(files)
	for name, want := range map[string]string{"coverage": "scripts/a.sh:1", ".github": "zz.js:1"} {
		if e, found := f.NameOf(name); found != (want != "") || found && e.Place.String() != want {
			t.Errorf("%s: %v, %v", name, e, found)
		}
	}
}

func TestPrivate(t *testing.T) {
	files := fstest.MapFS{
		"ok/a": file(""), "ok/run": {Mode: 0o755}, "key/a": file(""), "key/b.pem": {Mode: 0o600}, "run/a": {Mode: 0o744},
		"dir/closed": {Mode: fs.ModeDir | 0o700}, "skip/node_modules/a": {Mode: 0o600}, "skip/.git/a": {Mode: 0o600}, "link/l": {Mode: fs.ModeSymlink | 0o600},
		"own": {Mode: 0o640}, ".": {Mode: fs.ModeDir | 0o700},
	}
	for i := range MaxListed {
		files[fmt.Sprintf("many/%04d", i)] = file("")
	}
	files["many/zz"] = &fstest.MapFile{Mode: 0o600}
	f := Open(files)
	for place, want := range map[string]string{
		"ok": "", "ok/run": "", "key": "key/b.pem mode 0600", "key/b.pem": "key/b.pem mode 0600", "run": "run/a mode 0744", "dir": "dir/closed mode 0700",
		"skip": "", "link": "", "own": "own mode 0640", "many": "", "nothing": "", ".": "dir/closed mode 0700",
	} {
		for range 2 {
			e, found := f.Private(place)
			if got := strings.TrimSpace(e.Place.File + " " + e.Text); got != want || found != (want != "") {
				t.Errorf("%s: %q, want %q", place, got, want)
			}
		}
	}
}

func TestContextPath(t *testing.T) {
	for source, want := range map[string]string{".": ".", "./": ".", "": ".", "/a/": "a", "../../a": "a", "a/../b": "b"} {
		if got := ContextPath(source); got != want {
			t.Errorf("%q is %q, want %q", source, got, want)
		}
	}
}

func TestOuterOutput(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		bad              bool
		want             string
	}{
		{"outside", "tsconfig.json", "{\n\"outDir\": \"../dist\"}", false, `tsconfig.json:2 "outDir": "../dist"}`},
		{"inside", "tsconfig.json", `{"outDir": "dist"}`, false, ""},
		{"another file", "notes.json", `{"outDir": "../dist"}`, false, ""},
		{"in a folder", "a/tsconfig.json", `{"outDir": "../dist"}`, false, ""},
		{"a path", "webpack.prod.js", "path: resolve('..')", false, "webpack.prod.js:1 path: resolve('..')"},
		{"not to be read", "vite.config.ts", "", true, "vite.config.ts it can't be read: permission denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := newCounting(fstest.MapFS{c.file: file(c.text)})
			if c.bad {
				files.bad[c.file] = fs.ErrPermission
			}
			if got := says(Open(files).OuterOutput()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestGlob(t *testing.T) {
	c := newCounting(fstest.MapFS{"a.js": file(""), "b/c.js": file("")})
	f := Open(c)
	if _, err := f.Glob("["); !errors.Is(err, path.ErrBadPattern) {
		t.Errorf("bad pattern: %v", err)
	}
	for i := range maxPatterns - 1 {
		if names, err := f.Glob(strings.Repeat("*", i+1)); err != nil || len(names) != 2 {
			t.Fatalf("%v, %v", names, err)
		}
	}
	if _, err := f.Glob("*.js"); err != errTooManyPatterns {
		t.Errorf("one more: %v", err)
	}
	if names, err := f.Glob("*"); err != nil || len(names) != 2 || c.listed["."] != 1 {
		t.Errorf("one that is known: %v, %v; listed %v", names, err, c.listed)
	}
	if _, err := Open(nil).Glob("*"); err != ErrNoContext {
		t.Errorf("without a context: %v", err)
	}
}

func TestBelow(t *testing.T) {
	files := newCounting(fstest.MapFS{"a/b/c": file(""), "a/d": file(""), "l": {Mode: fs.ModeNamedPipe}, "x/y/z": file("")})
	files.bad["x/y"] = fs.ErrPermission
	deep := strings.Repeat("e/", 101)
	files.MapFS[deep+"f"] = file("")
	f := Open(files)
	for _, c := range []struct {
		place string
		most  int
		want  string
	}{
		{"a", 2, "[a/b/c a/d] <nil>"}, {"a/d", 1, "[a/d] <nil>"}, {"a", 1, "[a/b/c] there are too many files"}, {"l", 1, "[l] <nil>"},
		{"n", 1, "[] n is not there"}, {"x", 1, "[] x/y: permission denied"},
		{"e", 1, "[] " + strings.TrimSuffix(deep, "/") + ": directories below 100 others are not looked at"},
	} {
		list, err := f.Below(c.place, c.most)
		if got := fmt.Sprint(list, err); got != c.want {
			t.Errorf("%s: %s, want %s", c.place, got, c.want)
		}
	}
	if _, err := Open(nil).Below(".", 1); err != ErrNoContext {
		t.Errorf("without a context: %v", err)
	}
}

func TestIsArchive(t *testing.T) {
	files := newCounting(fstest.MapFS{
		"a.tar": file("x"), "gz": file("\x1f\x8b\x08x"), "lfs": file("version https://git-lfs.github.com/spec/v1"), "text": file("hello"),
		"zstd": file("\x50\x2a\x4d\x18"), "ustar": file(strings.Repeat("\x00", 257) + "ustar\x00"), "empty": file(""), "dir/a": file(""), "pipe": {Mode: fs.ModeNamedPipe},
		"locked": file(""),
	})
	files.bad["locked"] = fs.ErrPermission
	f := Open(files)
	for name, want := range map[string]string{
		"a.tar": "true <nil>", "gz": "true <nil>", "lfs": "true <nil>", "text": "false <nil>", "zstd": "true <nil>", "ustar": "true <nil>", "empty": "false <nil>",
		"dir": "false <nil>", "pipe": "false it is no regular file", "locked": "false permission denied", "nothing": "false it is not there",
	} {
		is, err := f.IsArchive(name)
		if got := fmt.Sprint(is, err); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if _, err := Open(nil).IsArchive("a"); err != ErrNoContext {
		t.Errorf("without a context: %v", err)
	}
}
