package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// writeArgs are a run that changes dockerfileBefore, without a network.
var writeArgs = []string{"--offline", "--no-cache", "--only", "nonroot-user", "-w", "."}

const dockerfileBefore = `FROM node:20-slim
WORKDIR /app
COPY --chown=1000:1000 . .
CMD ["node", "server.js"]
`

// put writes a file that the tests need, and the directories above it.
func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
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

// dockerfiles is a tree of Dockerfiles that all change, each with a different text,
// many in each directory.
type dockerfiles struct {
	dir           string
	before, after map[string]string // by path
}

func newDockerfiles(t *testing.T, n int) *dockerfiles {
	t.Helper()
	d := &dockerfiles{t.TempDir(), map[string]string{}, map[string]string{}}
	var out, errs bytes.Buffer
	args := append([]string{}, writeArgs[:len(writeArgs)-2]...)
	args = append(args, "--context", ".")
	if code := Run(append(args, "-"), strings.NewReader(dockerfileBefore), &out, &errs); code != exitOK || out.String() == dockerfileBefore {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	for i := range n {
		path := filepath.Join(d.dir, fmt.Sprint(i/20), fmt.Sprintf("%d.Dockerfile", i))
		text := func(s string) string { return strings.Replace(s, "server.js", fmt.Sprintf("server%d.js", i), 1) }
		d.before[path], d.after[path] = text(dockerfileBefore), text(out.String())
		put(t, path, d.before[path], 0o644)
	}
	return d
}

// check fails unless each file is in its old or its new state. It returns how
// many are the latter, and the names of all other files.
func (d *dockerfiles) check(t *testing.T) (done int, others []string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir():
			return err
		case d.before[path] == "":
			others = append(others, e.Name())
			return nil
		}
		seen++
		text, err := os.ReadFile(path)
		switch string(text) {
		case d.after[path]:
			done++
		case d.before[path]:
		default:
			t.Errorf("%s is neither old nor new: %q", path, text)
		}
		return err
	})
	if err != nil || seen != len(d.before) {
		t.Errorf("%d of %d files are there, %v", seen, len(d.before), err)
	}
	return done, others
}

// start starts dockmend in the tree, and returns when it has rewritten that many
// files. The rest of its output goes to the buffer, until it ends.
func (d *dockerfiles) start(t *testing.T, files int) (c *exec.Cmd, rest *bytes.Buffer, end func()) {
	t.Helper()
	c = exec.Command("dockmend", writeArgs...)
	c.Dir = d.dir
	pipe, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(pipe)
	for n := 0; n < files; {
		line, err := said.ReadString('\n')
		if err != nil {
			break // there are fewer
		}
		if strings.HasSuffix(line, ": rewritten\n") {
			n++
		}
	}
	rest = &bytes.Buffer{}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		rest.ReadFrom(said) // fails when the program is killed
	}()
	return c, rest, func() { <-copied; c.Wait() }
}

var leftover = regexp.MustCompile(`^\.dockmend-[0-9a-f]{16}\.tmp$`)

// TestKill: if dockmend is killed at any time, every file is old or new, and the next
// run cleans up.
func TestKill(t *testing.T) {
	const files, rounds = 500, 20
	d := newDockerfiles(t, files)
	last, left := 0, map[string]bool{}
	for round := range rounds {
		// Each round continues from the kill of the one before: from no file done,
		// even before it has begun, to almost all.
		var wait time.Duration
		n := 0
		if round < rounds/4 {
			wait = time.Duration(round) * 10 * time.Millisecond
		} else {
			n = files / rounds
			wait = time.Duration(round) * 37 * time.Microsecond
		}
		c, _, end := d.start(t, n)
		time.Sleep(wait)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		end()
		done, others := d.check(t)
		if done < last {
			t.Errorf("round %d: %d files are new, after %d", round, done, last)
		}
		last = done
		for _, name := range others {
			left[name] = true
			if !leftover.MatchString(name) {
				t.Errorf("round %d: it left %s", round, name)
			}
		}
		if round == rounds/4 && done == 0 {
			t.Errorf("round %d: nothing is written", round)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d files are new after %d kills, which left %d others", last, rounds, len(left))
	c, rest, end := d.start(t, files+1)
	end()
	if done, others := d.check(t); c.ProcessState.ExitCode() != exitOK || done != files || len(others) > 0 {
		t.Errorf("exit code %d, %d files are new, %q are left: %s", c.ProcessState.ExitCode(), done, others, rest)
	}
}

// TestInterrupt: after Ctrl-C the current file is finished, and nothing else is left.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals for other programs")
	}
	const files = 600
	d := newDockerfiles(t, files)
	for _, n := range []int{1, 50, 200} {
		c, rest, end := d.start(t, n)
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		end()
		done, others := d.check(t)
		if c.ProcessState.String() != "signal: interrupt" || !strings.HasSuffix(rest.String(), "dockmend: interrupted\n") {
			t.Errorf("%v: %s", c.ProcessState, rest)
		}
		if done < n || done == files || len(others) > 0 {
			t.Errorf("%d files are new, %q are left", done, others)
		}
	}
}

// TestWriteTwice: two dockmends over the same files.
func TestWriteTwice(t *testing.T) {
	d := newDockerfiles(t, 200)
	var all []*exec.Cmd
	var said []*bytes.Buffer
	for range 2 {
		c := exec.Command("dockmend", writeArgs...)
		out := &bytes.Buffer{}
		c.Dir, c.Stdout, c.Stderr = d.dir, out, out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		all, said = append(all, c), append(said, out)
	}
	for i, c := range all {
		if err := c.Wait(); err != nil || strings.Contains(said[i].String(), "not written") {
			t.Errorf("%v: %s", err, said[i])
		}
	}
	if done, others := d.check(t); done != 200 || len(others) > 0 {
		t.Errorf("%d files are new, %q are left", done, others)
	}
}
