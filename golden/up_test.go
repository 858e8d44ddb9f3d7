package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUp checks that each up.json is as ReadUp wants it, in a case where a Compose file changes: by
// itself, or in a repository.
func TestUp(t *testing.T) {
	dirs, err := Cases(".", "up.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range append(dirs, filepath.Join("lab", "testdata", "hardened")) {
		if _, err := ReadUp(dir); err != nil {
			t.Error(err)
		}
		if read(t, dir, "want.compose.yaml") == nil && read(t, dir, "want/compose.yaml") == nil {
			t.Errorf("%s: up.json is for cases with a want.compose.yaml, or one in want/", dir)
		}
	}
}

func TestReadUpRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{}`, "no service"},
		{`{"services": {"app": {"user": "1000:1000", "uid": 1000}}}`, "unknown field"},
		{`{"services": {"app": {"user": "node"}}}`, "not UID:GID"},
		{`{"services": {"app": {}}}`, "not UID:GID"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "up.json"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadUp(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, and nothing about %q", c.text, err, c.want)
		}
	}
}
