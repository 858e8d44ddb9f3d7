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

// TestReadme runs the commands of the README that have a diff: each prints the one that is
// shown next to it.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	diffs, commands := readmeDiff.FindAllSubmatch(readme, -1), readmeCommand.FindAllSubmatch(readme, -1)
	if len(diffs) != 2 || len(commands) != 2 {
		t.Fatalf("the README shows %d diffs and %d commands", len(diffs), len(commands))
	}
	for i, command := range commands {
		var out, findings bytes.Buffer
		if code := Run(strings.Fields(string(command[1])), nil, &out, &findings); code != exitOK {
			t.Fatalf("exit code %d: %s", code, findings.Bytes())
		}
		if !bytes.Equal(out.Bytes(), diffs[i][1]) {
			t.Errorf("%s prints\n%s\nand the README shows\n%s", command[1], out.Bytes(), diffs[i][1])
		}
	}
}
