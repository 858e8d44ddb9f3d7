package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	readmeDiff    = regexp.MustCompile("(?s)```diff\n(.*?)```\n")
	readmeCommand = regexp.MustCompile(`(?m)^    go run \./cmd/dockmend (.*)$`)
)

// TestReadme runs the command at the top of the README: it prints the diff shown there.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, command := readmeDiff.FindSubmatch(readme), readmeCommand.FindSubmatch(readme)
	if want == nil || command == nil {
		t.Fatal("the README shows no diff, or no command")
	}
	var out, findings bytes.Buffer
	if code := Run(strings.Fields(string(command[1])), nil, &out, &findings); code != exitOK {
		t.Fatalf("exit code %d: %s", code, findings.Bytes())
	}
	if !bytes.Equal(out.Bytes(), want[1]) {
		t.Errorf("the command prints\n%s\nand the README shows\n%s", out.Bytes(), want[1])
	}
}
