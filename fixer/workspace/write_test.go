package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

const (
	textBefore = "FROM node:20-slim\n"
	textAfter  = "FROM node:20.19.5-bookworm-slim\n"

	twoNames = "it has 2 names (hard links), and a replacement would part them; cp -p FILE COPY && mv COPY FILE does so, for a file that may be replaced"
)

// put writes a file that the tests need, and the directories above it.
func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

// holdsText fails unless the file holds that text.
func holdsText(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%q holds %q, %v; want %q", path, got, err, want)
	}
}

// holdsNames fails unless the directory has these entries.
func holdsNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the directory has %q, want %q", got, want)
	}
}

// saysAbout fails unless err says that of the file.
func saysAbout(t *testing.T, err error, path, want string) {
	t.Helper()
	if want = filepath.ToSlash(path) + ": not written: " + want; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

func TestReplaceKeepsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	for _, mode := range []os.FileMode{0o600, 0o644, 0o640, 0o664, 0o755, 0o777, 0o200 | 0o444, 0o644 | os.ModeSetuid} {
		path := filepath.Join(t.TempDir(), "Dockerfile")
		put(t, path, textBefore, mode)
		if err := Replace(path, "", []byte(textBefore), []byte(textAfter)); err != nil {
			t.Errorf("%v: %v", mode, err)
		}
		holdsText(t, path, textAfter)
		if info, err := os.Stat(path); err != nil || info.Mode() != mode {
			t.Errorf("the mode was %v, and is %v, %v", mode, info.Mode(), err)
		}
	}
}

func TestReplaceNames(t *testing.T) {
	names := []string{"Dockerfile", "my Dockerfile", "Docker'file", "100%s.Dockerfile", "-w", strings.Repeat("x", 255)}
	if runtime.GOOS != "windows" {
		names = append(names, `Docker"file`, "Docker\nfile", `Docker\file`, "*.Dockerfile", ".Dockerfile.swp ")
	}
	if runtime.GOOS == "linux" {
		names = append(names, "Dockerfile.\xff\xfe")
	}
	for _, name := range names {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		put(t, path, textBefore, 0o644)
		for _, within := range []string{"", dir} {
			put(t, path, textBefore, 0o644)
			if err := Replace(path, within, []byte(textBefore), []byte(textAfter)); err != nil {
				t.Errorf("%q: %v", name, err)
			}
			holdsText(t, path, textAfter)
		}
		holdsNames(t, dir, name)
	}
}

func TestReplaceRefuses(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(path string) error
		now     string // what the file holds then, "" for no file
		want    string
	}{
		{"changed", func(path string) error { return os.WriteFile(path, []byte("FROM scratch\n"), 0o644) }, "FROM scratch\n", errChanged.Error()},
		{"grown", func(path string) error { return os.WriteFile(path, []byte(textBefore+"USER node\n"), 0o644) }, textBefore + "USER node\n", errChanged.Error()},
		{"emptied", func(path string) error { return os.Truncate(path, 0) }, "", errChanged.Error()},
		{"read-only", func(path string) error { return os.Chmod(path, 0o444) }, textBefore, "the file is read-only"},
		{"two names", func(path string) error { return os.Link(path, filepath.Join(filepath.Dir(path), "other")) }, textBefore, twoNames},
		{"a directory", func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) }, "", "not a regular file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "Dockerfile")
			put(t, path, textBefore, 0o644)
			if err := test.prepare(path); err != nil {
				t.Fatal(err)
			}
			saysAbout(t, Replace(path, "", []byte(textBefore), []byte(textAfter)), path, test.want)
			if now, err := os.ReadFile(path); string(now) != test.now {
				t.Errorf("it holds %q, %v", now, err)
			}
			if left, err := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
				t.Errorf("it left %q, %v", left, err)
			}
		})
	}

	gone := filepath.Join(t.TempDir(), "Dockerfile")
	if err := Replace(gone, "", []byte(textBefore), []byte(textAfter)); err == nil || !strings.HasPrefix(err.Error(), filepath.ToSlash(gone)+": not written: ") {
		t.Errorf("a file that is gone: %v", err)
	}
}

// TestReplaceDone: another dockmend may have been faster.
func TestReplaceDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Dockerfile")
	put(t, path, textAfter, 0o644)
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, "", []byte(textBefore), []byte(textAfter)); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced, %v", err)
	}
}

func TestCreate(t *testing.T) {
	const name, text = ".dockerignore", ".git\n"
	tests := []struct {
		there func(path string) error
		want  string // "" for success
	}{
		{func(string) error { return nil }, ""},
		{func(path string) error { return os.WriteFile(path, []byte(text), 0o644) }, ""},
		{func(path string) error { return os.WriteFile(path, []byte("node_modules\n"), 0o644) }, "it is there already"},
		{func(path string) error { return os.WriteFile(path, nil, 0o644) }, "it is there already"},
		{func(path string) error { return os.Mkdir(path, 0o755) }, "it is there already"},
		{func(path string) error { return os.Symlink("nowhere", path) }, "it is there already"},
		{func(path string) error { return os.Symlink(filepath.Base(path), path) }, "it is there already"},
	}
	for i, test := range tests {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := test.there(path); err != nil {
			t.Fatal(err)
		}
		err := Create(dir, fixer.NewFile{Name: name, Text: []byte(text)})
		if test.want != "" {
			saysAbout(t, err, path, test.want)
		} else if err != nil {
			t.Errorf("%d: %v", i, err)
		} else {
			holdsText(t, path, text)
		}
		holdsNames(t, dir, name)
	}

	nowhere := filepath.Join(t.TempDir(), "nowhere")
	if err := Create(nowhere, fixer.NewFile{Name: name}); err == nil {
		t.Error("a file was made in no directory")
	}
	if _, err := os.Lstat(nowhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory was made, %v", err)
	}
}
