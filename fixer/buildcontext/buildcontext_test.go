package buildcontext

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestContext(t *testing.T) {
	for _, c := range []struct {
		name   string
		ignore map[string]string // ignore files
		want   string            // the files that are left
	}{
		{"no ignore file", nil, ".env .git/HEAD node_modules/a/index.js package.json src/a.js src/b.md"},
		{"the usual", map[string]string{".dockerignore": "# c\n.git\nnode_modules\n*.md\n.env\n"}, ".dockerignore package.json src/a.js src/b.md"},
		{"anywhere", map[string]string{".dockerignore": "**/*.md\n.*\nnode_modules/\n"}, "package.json src/a.js"},
		{"all but", map[string]string{".dockerignore": "*\n!src\n!package.json\nsrc/*.md\n"}, "package.json src/a.js"},
		{"of its own", map[string]string{".dockerignore": "*", "Dockerfile.dockerignore": ".*\nDocker*\n/src\nnode_modules"}, "package.json"},
		{"empty", map[string]string{".dockerignore": "\n\n# c\n"}, ".dockerignore .env .git/HEAD node_modules/a/index.js package.json src/a.js src/b.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, name := range []string{".env", ".git/HEAD", "node_modules/a/index.js", "package.json", "src/a.js", "src/b.md"} {
				files[name] = &fstest.MapFile{Data: []byte("x"), Mode: 0o644}
			}
			for name, text := range c.ignore {
				files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
			}
			context := Open(files, "deploy/Dockerfile")
			var walked, opened []string
			err := fs.WalkDir(context, ".", func(name string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					walked = append(walked, name)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for name := range files {
				switch _, err := fs.ReadFile(context, name); {
				case err == nil:
					opened = append(opened, name)
				case !errors.Is(err, fs.ErrNotExist):
					t.Error(err)
				}
			}
			slices.Sort(opened)
			if got := strings.Join(walked, " "); got != c.want {
				t.Errorf("walking finds %s\nwant %s", got, c.want)
			}
			if !slices.Equal(walked, opened) {
				t.Errorf("walking finds %v, opening %v", walked, opened)
			}
		})
	}
}

func TestBadIgnoreFile(t *testing.T) {
	files := fstest.MapFS{"a": {Mode: 0o644}, ".dockerignore": {Data: []byte("[a\n"), Mode: 0o644}}
	if _, err := fs.ReadFile(Open(files, "Dockerfile"), "a"); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), ".dockerignore") {
		t.Errorf("%v, want an error about .dockerignore", err)
	}
	files[".dockerignore"] = &fstest.MapFile{Data: []byte("[b-a]\n"), Mode: 0o644} // patternmatcher.New takes it, no match does
	if _, err := fs.Stat(Open(files, "Dockerfile"), "a"); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), ".dockerignore") {
		t.Errorf("%v, want an error about .dockerignore", err)
	}
	files[".dockerignore"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	if _, err := fs.ReadFile(Open(files, "Dockerfile"), "a"); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("%v, want an error about .dockerignore", err)
	}
	for lines, want := range map[int]string{maxPatterns: "", maxPatterns + 1: "more than 2000 patterns"} {
		files[".dockerignore"] = &fstest.MapFile{Data: []byte(strings.Repeat("b\n", lines)), Mode: 0o644}
		if _, err := fs.ReadFile(Open(files, "Dockerfile"), "a"); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d patterns: %v, want %q", lines, err, want)
		}
	}
}

// TestOpenWith: the ignore file next to a Dockerfile replaces the context's,
// and a file of its name in the context's root is another Dockerfile's.
func TestOpenWith(t *testing.T) {
	files := fstest.MapFS{".dockerignore": {Data: []byte("a\n")}, "Dockerfile.dockerignore": {Data: []byte("*\n")}, "a": {}, "b": {}}
	for _, c := range []struct {
		context *Context
		a, b    bool
	}{
		{OpenWith(files, "Dockerfile.dockerignore", []byte("b\n")), true, false},
		{OpenWith(files, "Dockerfile.dockerignore", nil), true, true},
		{OpenWith(files, "", nil), false, true},
		{Open(files, "x/Other"), false, true},
		{Open(files, "Dockerfile"), false, false},
	} {
		_, errA := c.context.Stat("a")
		_, errB := c.context.Stat("b")
		if (errA == nil) != c.a || (errB == nil) != c.b {
			t.Errorf("with %q: a %v, b %v", c.context.IgnoreFile, errA, errB)
		}
	}
}
