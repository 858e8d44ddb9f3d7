package fixer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestImports keeps the house in order: imports run one way, cmd → transforms →
// fixer; a transform's world is its Pass, so it opens no connection and no file;
// what only the registry needs, or only a proof, never reaches the engine. Only
// the command line and fixer/workspace touch files.
func TestImports(t *testing.T) {
	const module = "github.com/dockmend/dockmend/"
	readSources(t)
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	checked := 0
	for dec := json.NewDecoder(bytes.NewReader(out)); ; checked++ {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		forbid := func(list []string, what, why string) {
			if i := slices.IndexFunc(list, func(d string) bool { return d == what || strings.HasPrefix(d, what+"/") }); i >= 0 {
				t.Errorf("%s imports %s: %s", name, list[i], why)
			}
		}
		if strings.HasPrefix(name, "cmd/") {
			continue
		}
		forbid(p.Imports, module+"cmd", "the command line is the outermost room")
		forbid(p.Imports, module+"fixer/report", "only the command line writes reports")
		if strings.HasPrefix(name, "fixer") {
			forbid(p.Deps, module+"transforms", "the engine names no transform")
		}
		switch name {
		case "fixer":
			for _, room := range p.Deps {
				if within, ok := strings.CutPrefix(room, module+"fixer/"); ok && !slices.Contains([]string{"document", "escape", "lazyregexp", "internal/clip"}, within) {
					t.Errorf("fixer imports %s: the engine knows documents, and no kind of them", room)
				}
			}
		case "fixer/document", "fixer/escape":
			forbid(p.Deps, module+"fixer/dockerfile", "what all kinds of documents have knows none")
			forbid(p.Deps, "github.com/moby", "what all kinds of documents have knows none")
		}
		switch name {
		case "fixer/proof":
		case "fixer/proof/observer":
			forbid(p.Deps, "github.com/moby/buildkit", "the observer is mounted into containers, and is small")
		default:
			forbid(p.Deps, module+"fixer/proof", "only the command line builds and runs what it changed")
			forbid(p.Deps, "github.com/moby/buildkit/client", "only fixer/proof speaks to BuildKit")
			forbid(p.Deps, "google.golang.org/grpc", "only fixer/proof speaks to BuildKit")
		}
		if name == "fixer/baseimage/history" {
			forbid(p.Deps, "net", "what an image says of itself is read from data at hand")
			p.Deps = slices.DeleteFunc(p.Deps, isImageData)
		}
		if strings.HasPrefix(name, "fixer/registry/") {
			forbid(p.Deps, module+"fixer/registry/store", "a source knows of no other source")
			if name != "fixer/registry/transport" {
				forbid(p.Imports, "net", "only fixer/registry/transport opens connections")
				forbid(p.Deps, module+"fixer/registry/transport", "a source knows of no other source")
			}
		}
		if name != "fixer/registry/transport" {
			forbid(p.Imports, "github.com/google/go-containerregistry/pkg/v1/remote", "only fixer/registry/transport speaks to registries")
		}
		if name == "fixer/registry" {
			forbid(p.Deps, module+"fixer/registry/store", "a source is handed to the Inspector")
		}
		if name != "fixer/registry" && !strings.HasPrefix(name, "fixer/registry/") {
			forbid(p.Deps, module+"fixer/registry", "only the command line asks registries")
			forbid(p.Deps, "github.com/google/go-containerregistry", "only fixer/registry and what is below it know the forms of registries")
			if strings.HasPrefix(name, "fixer/proof") {
				continue // it is at the edge, as the command line is
			}
			forbid(p.Imports, "net", "only fixer/registry and fixer/proof open connections")
			if name != "fixer/internal/diskcache" {
				switch name {
				case "golden": // which is read from where it stands
				case "fixer/workspace":
					forbid(p.Deps, "github.com/alecthomas/kong", "flags are the command line's")
				default:
					forbid(p.Imports, "os", "only the command line and fixer/workspace touch files")
					forbid(p.Deps, module+"fixer/workspace", "what is done to files is decided by whoever calls the engine")
				}
				forbid(p.Deps, module+"fixer/internal/diskcache", "only fixer/registry keeps answers")
			}
		}
	}
	if checked < 8 {
		t.Errorf("%d packages looked at", checked)
	}
}

// isImageData reports whether a package declares the documents of an image, and
// fetches none.
func isImageData(path string) bool {
	const data = "github.com/google/go-containerregistry/pkg/v1"
	return path == data || path == data+"/types"
}

// readSources opens the sources of the module: what a command reads that a test runs, the
// cache of go test does not know, and it would call a violation "ok (cached)".
func readSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(name) == ".go" {
			_, err = os.ReadFile(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
