package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// strangeNames are folders that real repositories have, and that attackers make.
var strangeNames = []string{
	"a b", `q'uo"te`, "new\nline", "per%0Acent", "non\xffutf", "::error::x", "@user", "<b>x", "`code`", "|pipe", "-dash",
	"$(touch pwned)", "--write", "C:colon", "#hash?q", `back\slash`, "\x1b[31mred", "*", "[a]",
}

const (
	rootDockerfile = "FROM node:20-slim\nWORKDIR /app\nCOPY --chown=node:node . .\nCMD [\"node\", \"a.js\"]\n"
	userDockerfile = "FROM node:20-slim\nWORKDIR /app\nCOPY --chown=node:node . .\nRUN chown node:node /app\nUSER node\nCMD [\"node\", \"a.js\"]\n"
)

// strangeTree makes a repository with such folders, and changes to it.
func strangeTree(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("its file systems have no such names")
	}
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	if out, err := exec.Command("git", "init", "-q", ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range strangeNames {
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Skipf("the file system has no %q: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(name, "Dockerfile"), []byte(rootDockerfile), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStrangeNames: in a folder of any name, a Dockerfile is found, the diff
// applies, and it is written.
func TestStrangeNames(t *testing.T) {
	strangeTree(t)
	var out, errs bytes.Buffer
	if code := Run([]string{"--offline", "--format", "diff"}, nil, &out, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	if n := strings.Count(errs.String(), "[nonroot-user]\n"); n != len(strangeNames) {
		t.Errorf("%d findings, want %d: %s", n, len(strangeNames), &errs)
	}
	apply := exec.Command("git", "apply")
	apply.Stdin = &out
	if text, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v: %s", err, text)
	}
	for _, name := range strangeNames {
		path := filepath.Join(name, "Dockerfile")
		expect(t, path, userDockerfile)
		if err := os.WriteFile(path, []byte(rootDockerfile), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	errs.Reset()
	if code := Run([]string{"--offline", "-w"}, nil, io.Discard, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	// Terminals and the logs of CI obey control characters.
	for line := range strings.Lines(errs.String()) {
		if strings.HasPrefix(line, "::") || strings.ContainsAny(line, "\x1b\r") {
			t.Errorf("it says %q", line)
		}
	}
	for _, name := range strangeNames {
		expect(t, filepath.Join(name, "Dockerfile"), userDockerfile)
	}
}

// TestStrangeArguments: such a folder can be named, and its file.
func TestStrangeArguments(t *testing.T) {
	strangeTree(t)
	for i, name := range strangeNames {
		path := "./" + name
		if i%2 == 0 {
			path += "/Dockerfile"
		}
		var errs bytes.Buffer
		if code := Run([]string{"--offline", "-w", path}, nil, io.Discard, &errs); code != exitOK {
			t.Errorf("%q: exit code %d: %s", path, code, &errs)
			continue
		}
		expect(t, filepath.Join(name, "Dockerfile"), userDockerfile)
	}
}

// ignoreStrangeNames keeps the folders out of the build context of their parent: files
// below a name that is not UTF-8 can't be read, and are a doubt.
func ignoreStrangeNames(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(".dockerignore", []byte("*\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestLinksOut: a target outside the tree is not read through a link, and never
// written, not even if the link is named.
func TestLinksOut(t *testing.T) {
	strangeTree(t)
	ignoreStrangeNames(t)
	outside := filepath.Join(t.TempDir(), "Dockerfile")
	if err := os.WriteFile(outside, []byte(rootDockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, "Dockerfile"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(outside), "out"); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := Run([]string{"--offline", "-w"}, nil, io.Discard, &errs); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	if !strings.Contains(errs.String(), "Dockerfile: left alone: a link ") {
		t.Errorf("the link is not reported: %s", &errs)
	}
	expect(t, outside, rootDockerfile)
	errs.Reset()
	if code := Run([]string{"--offline", "-w", "Dockerfile"}, nil, io.Discard, &errs); code != exitError || !strings.Contains(errs.String(), "leads out of") {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	expect(t, outside, rootDockerfile)
	if code := Run([]string{"--offline", "-w", outside}, nil, io.Discard, &errs); code != exitOK {
		t.Errorf("exit code %d: %s", code, &errs)
	}
	expect(t, outside, userDockerfile)
}

// TestRepositoriesApart: if several repositories are searched, none of them writes
// into another, and no link shows files of another.
func TestRepositoriesApart(t *testing.T) {
	strangeTree(t)
	for _, name := range []string{"fleet/A", "fleet/B"} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("git", "init", "-q", name).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if err := os.WriteFile("fleet/B/secret", []byte(rootDockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../B/secret", "fleet/A/Dockerfile"); err != nil {
		t.Fatal(err)
	}
	t.Chdir("fleet")
	for _, args := range [][]string{{"A"}, {"."}, {"-w", "A"}, {"-w", "."}, {"-w", "A/Dockerfile"}} {
		var out bytes.Buffer
		Run(append([]string{"--offline", "--format", "json"}, args...), nil, &out, io.Discard)
		if len(args) < 2 && strings.Contains(out.String(), "USER node") {
			t.Errorf("%q shows %s", args, &out)
		}
	}
	expect(t, "B/secret", rootDockerfile)
}

// TestTwoNames: a file is done once under any name, and a named file is included,
// whatever was found before.
func TestTwoNames(t *testing.T) {
	strangeTree(t)
	ignoreStrangeNames(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a b", "link"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("Dockerfile.j2", []byte(rootDockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"a b", here + "/a b", "link", "link/Dockerfile"}, 1},
		{[]string{".", "Dockerfile.j2"}, len(strangeNames) + 1},
		{[]string{"Dockerfile.j2", "."}, len(strangeNames) + 1},
	} {
		var out bytes.Buffer
		if code := Run(append([]string{"--offline", "-q"}, c.args...), nil, &out, io.Discard); code != exitOK || strings.Count(out.String(), "+USER node\n") != c.want {
			t.Errorf("%q: exit code %d,\n%s", c.args, code, &out)
		}
	}
}

// TestDiffOfLink: the diff in a report is that of the file, not of the link.
func TestDiffOfLink(t *testing.T) {
	strangeTree(t)
	ignoreStrangeNames(t)
	if err := os.WriteFile("app.txt", []byte(rootDockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("app.txt", "Dockerfile"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := Run([]string{"--offline", "-q", "--format", "json", "Dockerfile"}, nil, &out, io.Discard); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	var got struct{ Files []struct{ Path, Diff string } }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	apply := exec.Command("git", "apply")
	apply.Stdin = strings.NewReader(got.Files[0].Diff)
	if text, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("git apply: %v: %s", err, text)
	}
	expect(t, "app.txt", userDockerfile)
}

// TestUnread: what can't be read may hide something: it is reported, as an error.
func TestUnread(t *testing.T) {
	strangeTree(t)
	if err := os.RemoveAll(".git/info"); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(".git/info/exclude", 0o755); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := Run([]string{"--offline", "-q", "."}, nil, io.Discard, &errs); code != exitError || errs.String() != ".git/info/exclude: left alone: can't be read: it is not a regular file\n" {
		t.Errorf("exit code %d: %s", code, &errs)
	}
}

func expect(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	} else if string(got) != want {
		t.Errorf("%q is\n%s", path, got)
	}
}
