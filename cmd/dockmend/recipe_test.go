package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRenovateRecipe: the administrator allows the command of the recipe and no
// other; it repairs the directory that it is run in, and leaves versions alone.
func TestRenovateRecipe(t *testing.T) {
	var repository struct {
		PackageRules []struct{ PostUpgradeTasks struct{ Commands []string } }
	}
	var admin struct{ AllowedCommands []string }
	for name, v := range map[string]any{"renovate.json": &repository, "renovate-admin.json": &admin} {
		data, err := os.ReadFile(filepath.Join("..", "..", ".github", "examples", "fleet", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	command := repository.PackageRules[0].PostUpgradeTasks.Commands[0]
	for line, want := range map[string]bool{command: true, command + "; id": false, command + " --unsafe": false, "x" + command: false} {
		if got := regexp.MustCompile(admin.AllowedCommands[0]).MatchString(line); got != want {
			t.Errorf("%q is allowed: %t", line, got)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM node:20-slim\nCOPY . /app\nCMD [\"node\", \"/app/server.js\"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	args := append(strings.Fields(command)[1:], "--offline", "--no-cache")
	var stderr bytes.Buffer
	if code := Run(args, nil, io.Discard, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	got, err := os.ReadFile("Dockerfile")
	if err != nil || !bytes.HasPrefix(got, []byte("FROM node:20-slim\n")) || !bytes.Contains(got, []byte("\nUSER node\n")) {
		t.Errorf("%v, and the Dockerfile is\n%s%s", err, got, stderr.Bytes())
	}
}
