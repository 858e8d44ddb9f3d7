package discover

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestIgnoreBounds: git stores a file in many folders only once, so rules are bounded
// for all folders together. Rules that are not applied are reported.
func TestIgnoreBounds(t *testing.T) {
	large := []byte("*.x\n" + strings.Repeat("# comment\n", 100_000))
	tree := fstest.MapFS{}
	const folders = 2 * maxIgnoreFiles / maxIgnoreFile
	for i := range folders {
		tree[fmt.Sprintf("d%d/.gitignore", i)] = &fstest.MapFile{Data: large}
		tree[fmt.Sprintf("d%d/Dockerfile.x", i)] = &fstest.MapFile{}
	}
	r, err := Search(tree, ".", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Files) == 0 || len(r.Files) != len(r.LeftAlone) || len(r.Files) > folders/2+1 {
		t.Errorf("%d files, %d not heeded", len(r.Files), len(r.LeftAlone))
	}
	for _, s := range r.LeftAlone {
		if !s.Unread || !strings.HasSuffix(s.Path, "/.gitignore") {
			t.Errorf("%+v", s)
		}
	}
}

// TestLongPatterns: no path is as long as the text of such a pattern.
func TestLongPatterns(t *testing.T) {
	for pattern, hidden := range map[string]bool{
		"*" + strings.Repeat("a", maxPattern+1): false,
		strings.Repeat("*", maxPattern+1):       true,
	} {
		r, err := Search(fstest.MapFS{".gitignore": {Data: []byte(pattern)}, "Dockerfile": {}}, ".", Options{})
		if err != nil || (len(r.Files) == 0) != hidden || len(r.LeftAlone) > 0 {
			t.Errorf("%.9s…: %+v, %v", pattern, r, err)
		}
	}
}
