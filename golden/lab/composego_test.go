package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab/judge"
)

// TestComposeFilesAreMeant has Compose's own code read what the golden cases make of Compose
// files: each service is what it was, with what is meant to be added.
func TestComposeFilesAreMeant(t *testing.T) {
	dirs, err := golden.Cases("..", "want.compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 15 {
		t.Fatalf("%d cases found", len(dirs))
	}
	hardened := 0
	for _, dir := range dirs {
		t.Run(strings.TrimPrefix(filepath.ToSlash(dir), "../"), func(t *testing.T) {
			names, err := judge.Added(projectOf(t, dir, "compose.yaml"), projectOf(t, dir, "want.compose.yaml"))
			if err != nil {
				t.Error(err)
			}
			hardened += len(names)
		})
	}
	if hardened < 40 {
		t.Errorf("%d services got something", hardened)
	}
}

func projectOf(t *testing.T, dir, name string) *types.Project {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := judge.Project(filepath.Join(dir, "compose.yaml"), text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
