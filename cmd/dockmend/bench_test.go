package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/golden"
)

// manyFiles makes a tree of 1,000 Dockerfiles, the golden cases repeatedly,
// each with a build context of its own. It returns their texts.
func manyFiles(b *testing.B, root string) (texts [][]byte) {
	b.Helper()
	cases, err := golden.Cases("../../golden", "Dockerfile")
	if err != nil || len(cases) == 0 {
		b.Fatalf("no golden cases: %v", err)
	}
	for i := range 1000 {
		text, err := os.ReadFile(filepath.Join(cases[i%len(cases)], "Dockerfile"))
		if err != nil {
			b.Fatal(err)
		}
		dir := filepath.Join(root, fmt.Sprintf("r%03d", i))
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(cases[i%len(cases)], "context"))); err != nil && !os.IsNotExist(err) {
			b.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), text, 0o644); err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

// BenchmarkManyFiles is the whole command over a tree of 1,000 files, from the
// search to the report, with facts from a file; the floor is BuildKit's parser,
// once for each file.
func BenchmarkManyFiles(b *testing.B) {
	tree := b.TempDir()
	texts := manyFiles(b, tree)
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			for _, text := range texts {
				_, _ = parser.Parse(bytes.NewReader(text)) // some are not Dockerfiles
			}
		}
	})
	for _, form := range []string{"diff", "json", "sarif", "markdown"} {
		b.Run(form, func(b *testing.B) {
			for b.Loop() {
				// 2: some of the files are not Dockerfiles.
				if code := Run([]string{"--facts", "../../golden/images.json", "--format", form, tree}, nil, io.Discard, io.Discard); code != exitOK && code != exitError {
					b.Fatalf("exit code %d", code)
				}
			}
		})
	}
}
