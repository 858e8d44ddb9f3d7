package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/seccomp"
)

// TestSeccompExitCodes: 0 is for a profile with which nothing is wrong, notes or not; 1 is
// for one with faults, and 2 for what is not a profile.
func TestSeccompExitCodes(t *testing.T) {
	var node bytes.Buffer
	if code := Run([]string{"seccomp"}, nil, &node, io.Discard); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	for _, c := range []struct {
		name, profile string
		want          int
	}{
		{"the profile for Node.js", node.String(), exitOK},
		{"one that allows ptrace, which Docker's default does", strings.Replace(node.String(), `"accept",`, `"accept", "ptrace",`, 1), exitOK},
		{"one that allows mount", strings.Replace(node.String(), `"accept",`, `"accept", "mount",`, 1), exitChanges},
		{"one without futex", strings.Replace(node.String(), `"futex",`, "", 1), exitChanges},
		{"nothing", "", exitError},
		{"another file", `{"name": "app"}`, exitError},
		{"a large one", strings.Repeat(" ", seccomp.MaxBytes) + node.String(), exitError},
	} {
		var out, problems bytes.Buffer
		if code := Run([]string{"seccomp", "--check", "-"}, strings.NewReader(c.profile), &out, &problems); code != c.want {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.name, code, c.want, out.Bytes(), problems.Bytes())
		}
	}
}

// TestReadmeSeccomp: what the README says of the profiles is so.
func TestReadmeSeccomp(t *testing.T) {
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	count := func(profile func() (*seccomp.Profile, error), arch string) int {
		p, err := profile()
		if err != nil {
			t.Fatal(err)
		}
		calls, err := p.Calls(arch, nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(calls)
	}
	text := strings.Join(strings.Fields(string(readme)), " ")
	for _, want := range []string{
		"dockmend seccomp > " + seccomp.Name() + " ",
		fmt.Sprintf("Docker's default allows %d system calls on x86_64 and %d on aarch64, the profile %d and %d.",
			count(seccomp.Default, "amd64"), count(seccomp.Default, "arm64"), count(seccomp.Node, "amd64"), count(seccomp.Node, "arm64")),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("README.md lacks %q", want)
		}
	}
	const copied = "fixer/seccomp/testdata/copied.json"
	var out bytes.Buffer
	if code := Run([]string{"seccomp", "--check", copied}, nil, &out, io.Discard); code != exitChanges {
		t.Fatalf("exit code %d", code)
	}
	shown := 0
	for line := range strings.Lines(string(readme)) {
		if finding, ok := strings.CutPrefix(line, "    "); ok && strings.HasPrefix(finding, copied) {
			if shown++; !strings.Contains(out.String(), finding) {
				t.Errorf("README.md shows %q, and dockmend prints\n%s", finding, out.String())
			}
		}
	}
	if shown < 3 {
		t.Errorf("README.md shows %d findings", shown)
	}
}
