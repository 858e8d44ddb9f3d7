package imagebuild

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/stage"
)

// TestFingerprint: what an image is built from changes its fingerprint, and nothing else does.
func TestFingerprint(t *testing.T) {
	const text = "FROM node:22 AS base\nCOPY . .\nFROM base AS prod\nCMD [\"node\", \"a.js\"]\n"
	files := fstest.MapFS{"a.js": {Data: []byte("1"), Mode: 0o644}, "lib/b.js": {Data: []byte("2"), Mode: 0o644}, "l": {Data: []byte("a.js"), Mode: fs.ModeSymlink}, "log/x": {Data: []byte("3"), Mode: 0o644}, ".dockerignore": {Data: []byte("log\n")}}
	leave := func(name string, read func() ([]byte, error)) bool {
		text, err := read()
		return name == "docker-compose.yml" && err == nil && string(text) == "x"
	}
	of := func(text string, o stage.Options, changes fstest.MapFS) string {
		all := maps.Clone(files)
		maps.Copy(all, changes)
		sum, err := Fingerprint(Source{Name: "Dockerfile", Src: []byte(text), Context: all, Options: o}, leave)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	first := of(text, stage.Options{}, nil)
	if !strings.HasPrefix(first, "sha256:") || len(first) != len("sha256:")+64 {
		t.Errorf("%q", first)
	}
	for name, got := range map[string]string{
		"again":                     of(text, stage.Options{}, nil),
		"the default platform":      of(text, stage.Options{Platform: stage.DefaultPlatform}, nil),
		"the last stage by name":    of(text, stage.Options{Target: "prod"}, nil),
		"a file that is ignored":    of(text, stage.Options{}, fstest.MapFS{"log/x": {Data: []byte("4"), Mode: 0o644}}),
		"a file that is left out":   of(text, stage.Options{}, fstest.MapFS{"docker-compose.yml": {Data: []byte("x")}}),
		"what git keeps":            of(text, stage.Options{}, fstest.MapFS{".git/HEAD": {Data: []byte("x")}}),
		"a group that may write it": of(text, stage.Options{}, fstest.MapFS{"a.js": {Data: []byte("1"), Mode: 0o664}}),
	} {
		if got != first {
			t.Errorf("%s changes it", name)
		}
	}
	for name, got := range map[string]string{
		"the text":             of(text+"# x\n", stage.Options{}, nil),
		"another stage":        of(text, stage.Options{Target: "base"}, nil),
		"an argument":          of(text, stage.Options{BuildArgs: map[string]string{"A": "1"}}, nil),
		"a file":               of(text, stage.Options{}, fstest.MapFS{"a.js": {Data: []byte("2"), Mode: 0o644}}),
		"a new file":           of(text, stage.Options{}, fstest.MapFS{"c.js": {Data: []byte("2"), Mode: 0o644}}),
		"one that is executed": of(text, stage.Options{}, fstest.MapFS{"a.js": {Data: []byte("1"), Mode: 0o755}}),
		"a file, named alike":  of(text, stage.Options{}, fstest.MapFS{"docker-compose.yml": {Data: []byte("y")}}),
		"an empty directory":   of(text, stage.Options{}, fstest.MapFS{"cache": {Mode: fs.ModeDir | 0o755}}),
		"a platform":           of(text, stage.Options{Platform: "linux/arm64"}, nil),
		"another ignore file":  of(text, stage.Options{}, fstest.MapFS{"lib/.dockerignore": {Data: []byte("x")}}),
		"where a link leads":   of(text, stage.Options{}, fstest.MapFS{"l": {Data: []byte("lib"), Mode: fs.ModeSymlink}}),
		"what is ignored":      of(text, stage.Options{}, fstest.MapFS{".dockerignore": {Data: []byte("lib\n")}}),
	} {
		if got == first {
			t.Errorf("%s does not change it", name)
		}
	}
	// An ignore file that a repair adds does what it does on disk.
	delete(files, ".dockerignore")
	added, err := Fingerprint(Source{Name: "Dockerfile", Src: []byte(text), Context: buildcontext.With(files, ".dockerignore", []byte("log\n"))}, leave)
	if err != nil || added != first {
		t.Errorf("%q, %v", added, err)
	}
}
