package workload

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func file(text string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(text), Mode: 0o644}
}

func TestCallsGit(t *testing.T) {
	for text, want := range map[string]bool{
		`"build": "git rev-parse HEAD > v && tsc"`: true, `execSync('git describe --tags')`: true, `spawn("git", ["log"])`: true,
		`"prepare": "husky install"`: true, `import x from 'git-rev-sync'`: true,
		`"url": "git+https://example.com/x.git"`: false, `"homepage": "https://github.com/x"`: false, `digits`: false, `.gitignore`: false,
	} {
		if got := callsGit.first(text) >= 0; got != want {
			t.Errorf("%q calls git: %v", text, got)
		}
	}
}

func TestGitCall(t *testing.T) {
	const call = "x\nexecSync('git log')\n"
	many := fstest.MapFS{}
	for i := range maxGitFiles + 1 {
		many[fmt.Sprintf("%04d.js", i)] = file("x")
	}
	for _, c := range []struct {
		name  string
		files fstest.MapFS
		bad   string
		want  string // file:line, or file and gap
	}{
		{"in the root", fstest.MapFS{"build.js": file(call)}, "", "build.js:2 execSync('git log')"},
		{"in a folder of scripts", fstest.MapFS{"scripts/a/version.sh": file(call)}, "", "scripts/a/version.sh:2 execSync('git log')"},
		{"too deep in one", fstest.MapFS{"scripts/a/b/version.sh": file(call)}, "", ""},
		{"deeper by names of such folders", fstest.MapFS{"scripts/a/bin/version.sh": file(call)}, "", "scripts/a/bin/version.sh:2 execSync('git log')"},
		{"without end", fstest.MapFS{strings.Repeat("bin/", 20) + "a.sh": file("")}, "", strings.TrimSuffix(strings.Repeat("bin/", 12), "/") + " directories below 11 others are not looked at"},
		{"in another folder", fstest.MapFS{"src/a.js": file(call)}, "", ""},
		{"in a lock file", fstest.MapFS{"package-lock.json": file(call)}, "", ""},
		{"in another kind of file", fstest.MapFS{"README.md": file(call)}, "", ""},
		{"none", fstest.MapFS{"package.json": file("{}")}, "", ""},
		{"not to be read", fstest.MapFS{"a.js": file("")}, "a.js", "a.js it can't be read: permission denied"},
		{"a folder that is not", fstest.MapFS{"bin/a.js": file("")}, "bin", "bin it can't be read: permission denied"},
		{"too many files", many, "", "0400.js there are more than 400 files that may call git"},
		{"too much", fstest.MapFS{"a.js": file(strings.Repeat("x", 1<<20)), "b.js": file(strings.Repeat("x", 1<<20)), "c.js": file("x")}, "", "c.js the files that may call git have more than 2 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := newCounting(c.files)
			if c.bad != "" {
				files.bad[c.bad] = fs.ErrPermission
			}
			f := Open(files)
			if got := says(f.GitCall()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			opened := len(files.opened)
			f.GitCall()
			if len(files.opened) != opened {
				t.Error("it looks again")
			}
		})
	}
	if got := says(Open(nil).GitCall()); got != " there is no build context to look at" {
		t.Errorf("without a context: %q", got)
	}
}

// says returns an Answer as one line.
func says(a Answer) string {
	switch {
	case a.None():
		return ""
	case a.Gap.What != "":
		return a.Gap.Place.String() + " " + a.Gap.What
	}
	return a.Evidence.Place.String() + " " + a.Evidence.Text
}
