package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBuild checks that build.json describes exactly the existing Dockerfiles.
func TestBuild(t *testing.T) {
	dirs, err := Cases(".", "build.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		b, err := ReadBuild(dir)
		if err != nil {
			t.Error(err)
			continue
		}
		if changes := read(t, dir, "want.Dockerfile") != nil; changes != (b.After != nil) {
			t.Errorf("%s: after is for cases with a want.Dockerfile, and for all of them", dir)
		}
	}
}

func TestReadBuildRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"before": {"uid": 0, "stops": true}, "port": 3000}`, "unknown field"},
		{`{"app": "express"}`, "before"},
		{`{"before": {"uid": 0}}`, "stops or does not"},
		{`{"before": {"buildFails": "x", "startFails": "y"}}`, "does not start"},
		{`{"before": {"buildFails": "x", "uid": 0}}`, "stays up"},
		{`{"before": {"uid": 0, "stops": true}, "after": {}}`, "stops or does not"},
		{`{"before": {"uid": 0, "stops": true, "within": "fast"}}`, "duration"},
		{`{"before": {"uid": 0, "stops": true, "hardenedLacks": "x"}}`, "before does not run hardened"},
		{`{"before": {"uid": 0, "stops": true}, "after": {"buildFails": "x", "hardenedLacks": "x"}}`, "fails does not run hardened"},
		{`{"before": {"uid": 0, "stops": true}, "after": {"startFails": "x", "hardenedLacks": "x"}}`, "fails does not run hardened"},
		{`{"before": {"uid": 0, "stops": true}, "after": {"uid": 0, "stops": true, "hardened": "up"}}`, "unknown field"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "build.json"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBuild(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, and nothing about %q", c.text, err, c.want)
		}
	}
}
