package discover

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// asker asks git what it ignores.
type asker struct{ repository string }

func newAsker(t *testing.T) *asker {
	a := &asker{t.TempDir()}
	// git init would take longer than all the rest.
	write(t, a.repository, map[string]string{"HEAD": "ref: refs/heads/main\n", "objects/x": "", "refs/x": ""})
	return a
}

// ignored returns those of the files that git ignores. Only the files with rules
// have to exist.
func (a *asker) ignored(t *testing.T, files map[string]string, paths []string) []string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if strings.HasSuffix(name, ".gitignore") {
			write(t, dir, map[string]string{name: text})
		}
	}
	write(t, a.repository, map[string]string{"info/exclude": files[".git/info/exclude"]})
	cmd := exec.Command("git", "check-ignore", "-z", "--stdin", "--no-index")
	cmd.Dir = dir
	// Without the dot, a colon at the beginning would be magic.
	cmd.Stdin = strings.NewReader("./" + strings.Join(paths, "\x00./") + "\x00")
	cmd.Env = append(os.Environ(), "GIT_DIR="+a.repository, "GIT_WORK_TREE="+dir,
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "XDG_CONFIG_HOME="+a.repository)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if nothing := errors.As(err, &exit) && exit.ExitCode() == 1; err != nil && !nothing {
		t.Fatalf("git check-ignore: %v\n%s", err, &stderr)
	}
	var list []string
	for p := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		list = append(list, strings.TrimPrefix(p, "./"))
	}
	return list
}

// compare searches a tree for all files, and compares the result with git's.
func (a *asker) compare(t *testing.T, files map[string]string) (ignored int) {
	t.Helper()
	m := fstest.MapFS{}
	var paths []string
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
		if !strings.HasPrefix(name, ".git/") {
			paths = append(paths, name)
		}
	}
	slices.Sort(paths)
	hidden := a.ignored(t, files, paths)
	got := found(t, m, ".", Options{Include: []string{"*"}})
	for _, p := range paths {
		want := !slices.Contains(hidden, p)
		if !want {
			ignored++
		}
		if taken := slices.Contains(got, p); taken != want {
			t.Errorf("%q: taken %t, for git %t", p, taken, want)
		}
	}
	if t.Failed() {
		for _, p := range slices.Sorted(maps.Keys(files)) {
			if files[p] != "" {
				t.Logf("%s: %q", p, files[p])
			}
		}
	}
	return ignored
}

// some returns a tree of empty files next to a .gitignore.
func some(ignore string, names ...string) map[string]string {
	files := map[string]string{".gitignore": ignore}
	for _, n := range names {
		files[n] = ""
	}
	return files
}

func TestSameAsGit(t *testing.T) {
	a := newAsker(t)
	for _, c := range []struct {
		name  string
		files map[string]string
	}{
		{"a name at any depth", some("Dockerfile.dev\n", "Dockerfile", "Dockerfile.dev", "a/Dockerfile.dev", "a/b/Dockerfile.dev")},
		{"anchored", some("/a\nb/c\n", "a", "x/a", "b/c", "x/b/c")},
		{"folders only", some("a/\nb/c/\n", "a/f", "x/a", "x/y/a/f", "b/c/f", "x/b/c/f")},
		{"nothing comes back from a hidden folder", some("a/\n!a/f\n!f\n", "a/f", "f", "b/f")},
		{"the content of a folder, but for one", some("a/*\n!a/f\n", "a/f", "a/g", "b/a/f")},
		{"all below a folder, but for one", some("a/**\n!a/f\n!a/b/\n", "a/f", "a/g", "a/b/f", "a/b/c/f")},
		{"a folder taken back does not take back what is in it", some("f\n!docker/\n!docker\n", "docker/f", "docker/x/f", "f")},
		{"a file taken back, and its folder hidden by its name", some("*\n!f\n!a\n", "a/f", "a/g", "f", "b/f")},
		{"all but", some("/*\n!/a\n/a/*\n!/a/b\n", "a/b/f", "a/f", "f")},
		{"the last rule decides", some("f\n!f\nf\n", "f", "a/f")},
		{"double stars", some("**/f\na/**/g\nh/**\n/**/i/j\n", "f", "x/f", "x/y/f", "a/g", "a/b/g", "a/b/c/g", "x/a/g", "h/k/l", "i/j", "x/i/j", "x/i/k")},
		{"double stars that are none", some("a**b\nc**/d\n/e**\n**f/g\n", "ab", "axb", "a/b", "c/d", "cx/d", "c/x/d", "cx/y/d", "e/f", "ef/g", "x/f/g", "xf/g", "y/xf/g")},
		{"more than two stars", some("a/***/b\n***\n!*/\n!a/**/b\n", "a/b", "a/x/b", "c", "d/e")},
		{"stars in front of a slash with a backslash", some("**\\/f\na/**\\/g\n", "f", "x/f", "a/g", "a/x/g", "a/x/y/g")},
		{"a question mark is one byte", some("a?\n?\xa4\n/x?y\n", "ab", "a\u00e4", "a", "\u00e4", "x/y", "xzy")},
		{"a backslash", some("\\a\n\\#b\n\\!c\nd\\*\n\\\\e\nf\\\n", "a", "#b", "!c", "d*", "dx", "\\e", "f", "f\\")},
		{"a backslash in a folder's name", some("a\\*/\nb\\/c\n/d\\ \n", "a*/f", "ax/f", "b/c", "d ", "d")},
		{"comments", some("#a\n # b\n\\# c\n", "#a", "# b", " # b", "# c")},
		{"spaces at the end", some("a  \nb\\ \nc\\  \nd \\ \ne\\\\ \n \nf\t\n", "a", "a  ", "b ", "b", "c ", "c  ", "d  ", "d", "e\\", " ", "f", "f\t")},
		{"spaces before", some(" a\n", "a", " a")},
		{"carriage returns", some("a\r\nb\r\r\nc \r\n\r\n#d\r\n!e\r\nf/\r\n", "a", "a\r", "b", "b\r", "c", "c ", "e", "f/g")},
		{"a carriage return at the end of the file", some("a\r", "a", "a\r")},
		{"a byte order mark", some("\ufeffa\n", "a", "\ufeffa")},
		{"two byte order marks", some("\ufeff\ufeffa\n", "a", "\ufeffa")},
		{"no line feed at the end", some("a\nb", "a", "b")},
		{"a NUL byte", some("a\x00b\nc\n", "a", "ab", "c")},
		{"nothing", some("/\n!\n//\n!/\n\n/ \n", "a", " ", "b/c")},
		{"slashes at the end", some("a//\nb/\n/c//\n", "a/f", "b/f", "c/f")},
		{"two bangs", some("a\n!!a\n!b\n", "a", "!a", "b")},
		{"sets", some("[ab]\n[!c]d\n[^e]f\n[g-i]\n[k-j]\n[l-]\n[-m]\n[]n]\n[!]o]\n", "a", "b", "cd", "xd", "ef", "xf", "h", "j", "k", "l", "-", "m", "]", "n", "o", "p")},
		{"sets with a backslash", some("[\\]]\n[a\\-c]\n[x-\\z]\n[\\\\]q\n", "]", "a", "b", "c", "-", "y", "\\q")},
		{"sets without an end", some("[a\nb[\n!c\n[[:alpha:]\n[\\]\n[a-\n[]\n[[:a\n", "[a", "a", "b[", "x", "]", "[]")},
		{"sets and slashes", some("a[/]b\na[!x]c\nd[.-0]e\n", "a/b", "a/c", "axc", "ayc", "d/e", "d.e", "d0e")},
		{"named sets", some("[[:digit:]]a\n[[:upper:]-z]b\n[[:nope:]]c\n[[:space:][:punct:]]d\n[[:alpha]e\n[[:]]f\n[[:xdigit:]]g\n", "1a", "xa", "Ab", "-b", "yb", "zb", "xc", " d", "\vd", "!d", "xd", "[e", ":e", "ae", "xe", "[]f", ":]f", "Fg", "Gg")},
		{"sets of bytes", some("[\x80-\xff]\n[\u00e4]x\n?\u00f6\n", "\xe9", "\u00e4", "\xc3x", "\u00e4x", "a\u00f6", "a")},
		{"case", some("dockerfile\nNODE/\n", "Dockerfile", "dockerfile", "node/f", "NODE/f")},
		{"line feeds in names", some("a*b\n?c\n", "a\nb", "\nc", "a/b")},
		{"braces are nothing special", some("{a,b}\n", "a", "b", "{a,b}")},
		{"dots", some(".\n..\n./a\na/../b\n.*\n!.gitignore\n", "a", "b", ".x", ".y/z")},
		{"a pattern longer than any name", some(strings.Repeat("a", 5000)+"\n"+strings.Repeat("*", 5000)+"b\n", "a", "ab")},
		{"deeper files first", map[string]string{".gitignore": "f\n!g\n", "a/.gitignore": "!f\ng\n", "a/b/.gitignore": "f\n", "f": "", "g": "", "a/f": "", "a/g": "", "a/b/f": "", "a/b/g": "", "c/f": ""}},
		{"a nested file is anchored to its folder", map[string]string{"a/.gitignore": "/f\nb/g\n../h\n", "f": "", "a/f": "", "a/b/f": "", "b/g": "", "a/b/g": "", "h": ""}},
		{"a nested file in a hidden folder", map[string]string{".gitignore": "a/\n", "a/.gitignore": "!*\n", "a/f": ""}},
		{"a folder that ends as another begins", map[string]string{"a/.gitignore": "f\n", "ab/f": "", "a/f": "", "a/ab/f": ""}},
		{"a folder with characters of a glob", map[string]string{"[a]*/.gitignore": "f\n/g\n", "[a]*/f": "", "[a]*/b/g": "", "[a]*/g": "", "a/f": ""}},
		{"a folder with an umlaut", map[string]string{"\u00e4/.gitignore": "/f\nb/g\n", "\u00e4/f": "", "\u00e4/b/g": "", "\u00e4/b/f": ""}},
		{"info/exclude", map[string]string{".git/info/exclude": "f\n/a\ng\n", ".gitignore": "!g\n", "f": "", "a/x": "", "b/a": "", "g": "", "b/.gitignore": "!f\n", "b/f": ""}},
	} {
		t.Run(c.name, func(t *testing.T) { a.compare(t, c.files) })
	}
}

// TestNamedSets asks git about each byte that a name may have.
func TestNamedSets(t *testing.T) {
	files := map[string]string{}
	for i, class := range slices.Sorted(maps.Keys(classes)) {
		files[".gitignore"] += fmt.Sprintf("[[:%s:]]%d\n", class, i)
		for c := 1; c < 256; c++ {
			if c != '/' {
				files[fmt.Sprintf("%s%d", []byte{byte(c)}, i)] = ""
			}
		}
	}
	newAsker(t).compare(t, files)
}

// TestSameAsGitAtRandom asks git about random trees and rules.
func TestSameAsGitAtRandom(t *testing.T) {
	a := newAsker(t)
	files, ignored := 0, 0
	for seed := range 200 {
		g := &generator{rand.New(rand.NewPCG(uint64(seed), 1))}
		tree := g.tree()
		t.Run(fmt.Sprint(seed), func(t *testing.T) { ignored += a.compare(t, tree) })
		files += len(tree)
	}
	if part := 100 * ignored / files; part < 20 || part > 80 {
		t.Errorf("%d of %d files are ignored: the rules say little", ignored, files)
	}
}
