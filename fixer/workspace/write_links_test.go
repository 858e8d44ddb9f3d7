package workspace

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestReplaceLinks: of a symbolic link the target is replaced, and the link
// stays; it leads out of no tree.
func TestReplaceLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links take a privilege")
	}
	tests := []struct {
		name         string
		links        [][2]string // name and target, "%" for the directory of all
		path, within string
		target       string // that is written, "" for none
		want         string // the error
	}{
		{"a file", nil, "tree/a/Dockerfile", "tree", "tree/a/Dockerfile", ""},
		{"deeper than the tree", nil, "tree/a/Dockerfile", "tree/b", "", "it leads out of tree/b"},
		{"a name with the tree's as its beginning", [][2]string{{"tree2", "tree"}, {"tree/l", "../outside/Dockerfile"}}, "tree2/l", "tree", "", "it leads out of tree"},
		{"a link", [][2]string{{"tree/l", "a/Dockerfile"}}, "tree/l", "tree", "tree/a/Dockerfile", ""},
		{"an absolute link", [][2]string{{"tree/l", "%/tree/a/Dockerfile"}}, "tree/l", "tree", "tree/a/Dockerfile", ""},
		{"out and in again", [][2]string{{"tree/l", "../tree/a/Dockerfile"}}, "tree/l", "tree", "tree/a/Dockerfile", ""},
		{"a chain", [][2]string{{"tree/l", "m"}, {"tree/m", "b/n"}, {"tree/b/n", "../a/Dockerfile"}}, "tree/l", "tree", "tree/a/Dockerfile", ""},
		{"a chain that goes out and comes back", [][2]string{{"tree/l", "../outside/m"}, {"outside/m", "../tree/a/Dockerfile"}}, "tree/l", "tree", "tree/a/Dockerfile", ""},
		{"a linked directory", [][2]string{{"tree/l", "a"}}, "tree/l/Dockerfile", "tree", "tree/a/Dockerfile", ""},
		{"a linked tree", [][2]string{{"t", "tree"}}, "t/a/Dockerfile", "t", "tree/a/Dockerfile", ""},
		{"a linked tree, by its real name", [][2]string{{"t", "tree"}}, "tree/a/Dockerfile", "t", "tree/a/Dockerfile", ""},
		{"an absolute tree", nil, "tree/a/Dockerfile", "%/tree", "tree/a/Dockerfile", ""},
		{"an absolute path", nil, "%/tree/a/Dockerfile", "tree", "tree/a/Dockerfile", ""},

		{"out", [][2]string{{"tree/l", "../outside/Dockerfile"}}, "tree/l", "tree", "", "it leads out of tree"},
		{"out, absolute", [][2]string{{"tree/l", "%/outside/Dockerfile"}}, "tree/l", "tree", "", "it leads out of tree"},
		{"out, by a chain", [][2]string{{"tree/l", "m"}, {"tree/m", "../outside/Dockerfile"}}, "tree/l", "tree", "", "it leads out of tree"},
		{"out, by a directory", [][2]string{{"tree/l", "../outside"}}, "tree/l/Dockerfile", "tree", "", "it leads out of tree"},
		{"out, where anywhere will do", [][2]string{{"tree/l", "../outside/Dockerfile"}}, "tree/l", "", "outside/Dockerfile", ""},

		{"a loop", [][2]string{{"tree/a/x", "y"}, {"tree/a/y", "x"}}, "tree/a/x", "tree", "", "too many levels of symbolic links"},
		{"a loop, anywhere", [][2]string{{"tree/a/x", "x"}}, "tree/a/x", "", "", "too many levels of symbolic links"},
		{"nowhere", [][2]string{{"tree/l", "nowhere"}}, "tree/l", "tree", "", "no such file or directory"},
		{"a directory", [][2]string{{"tree/l", "a"}}, "tree/l", "tree", "", "not a regular file"},
		{"no tree", nil, "tree/a/Dockerfile", "nowhere", "", "no such file or directory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			here := func(s string) string { return strings.ReplaceAll(s, "%", dir) }
			files := []string{"tree/a/Dockerfile", "tree/b/Dockerfile", "outside/Dockerfile"}
			for _, f := range files {
				put(t, f, textBefore, 0o644)
			}
			for _, l := range test.links {
				if err := os.Symlink(here(l[1]), l[0]); err != nil {
					t.Fatal(err)
				}
			}
			path := here(test.path)
			err := Replace(path, here(test.within), []byte(textBefore), []byte(textAfter))
			if test.want != "" {
				saysAbout(t, err, path, test.want)
			} else if err != nil {
				t.Error(err)
			}
			for _, f := range files {
				if f == test.target {
					holdsText(t, f, textAfter)
				} else {
					holdsText(t, f, textBefore)
				}
			}
			for _, l := range test.links {
				if to, err := os.Readlink(l[0]); err != nil || to != here(l[1]) {
					t.Errorf("the link %s leads to %s, %v", l[0], to, err)
				}
			}
		})
	}
}

// TestReplaceLinkedHere: the name of the current directory may have a link in
// it, which $PWD keeps.
func TestReplaceLinkedHere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links take a privilege")
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "real/a/Dockerfile"), textBefore, 0o644)
	for link, to := range map[string]string{"link": "real", "real/l": filepath.Join(dir, "real/a/Dockerfile")} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(dir, "link"))
	if err := Replace("l", ".", []byte(textBefore), []byte(textAfter)); err != nil {
		t.Error(err)
	}
	holdsText(t, "a/Dockerfile", textAfter)
}
