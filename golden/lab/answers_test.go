package lab_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab"
)

// TestAnswers runs dockmend itself on each case that is built, with the lab's
// registry instead of the facts of the cases. The answer must be the same,
// or the facts are not those of the images.
func TestAnswers(t *testing.T) {
	dockmend := program(t, filepath.Join("..", ".."), "./cmd/dockmend")
	cache := t.TempDir()
	for _, dir := range caseDirs(t) {
		t.Run(caseID(dir), func(t *testing.T) {
			want := readFile(t, dir, "want.Dockerfile")
			if want == nil {
				want = readFile(t, dir, "Dockerfile")
			}
			promise, err := golden.ReadBuild(dir)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(dockmend, slices.Concat([]string{"--cache-dir", cache}, mirrors(current), options(t, dir), []string{"--context", layOut(t, dir, promise), "-"})...)
			var stdout, stderr bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(readFile(t, dir, "Dockerfile")), &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, stderr.Bytes())
			}
			if !bytes.Equal(stdout.Bytes(), want) {
				t.Errorf("the answer is\n%s\n%s\nand not\n%s", stdout.Bytes(), stderr.Bytes(), want)
			}
		})
	}
}

// mirrors returns the flags that direct dockmend to the lab.
func mirrors(l *lab.Lab) []string {
	flags := []string{"--plain-http", l.Registry}
	for _, host := range l.Mirrored {
		flags = append(flags, "--mirror", host+"="+l.Registry)
	}
	return flags
}

// options returns the flags for the case's options.json, and for the transform of the
// case.
func options(t *testing.T, dir string) []string {
	t.Helper()
	var flags []string
	if id, _, _ := strings.Cut(caseID(dir), "/"); id != "all" {
		flags = append(flags, "--only", id)
	}
	var set map[string]json.RawMessage
	if data := readFile(t, dir, "options.json"); data != nil {
		if err := json.Unmarshal(data, &set); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range set {
		switch name {
		case "Unsafe":
			flags = append(flags, "--unsafe")
		case "Target", "Platform":
			flags = append(flags, "--"+strings.ToLower(name), unquote(t, value))
		case "Flags":
			var set map[string]string
			if err := json.Unmarshal(value, &set); err != nil {
				t.Fatal(err)
			}
			for k, v := range set {
				flags = append(flags, "--"+k, v)
			}
		case "BuildArgs":
			var args map[string]json.RawMessage
			if err := json.Unmarshal(value, &args); err != nil {
				t.Fatal(err)
			}
			for k, v := range args {
				flags = append(flags, "--build-arg", k+"="+unquote(t, v))
			}
		default:
			t.Fatalf("options.json: %s is not a flag", name)
		}
	}
	return flags
}

func unquote(t *testing.T, value json.RawMessage) (s string) {
	t.Helper()
	if err := json.Unmarshal(value, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// program builds a program of the module in dir that runs in any container.
func program(t *testing.T, dir, pkg string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-o", name, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

// readFile returns nil if there is no such file.
func readFile(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return data
}
