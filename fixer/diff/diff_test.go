package diff

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const head = "--- a/Dockerfile\n+++ b/Dockerfile\n"

// numbered returns the lines 1 to n.
func numbered(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintln(&s, i+1)
	}
	return s.String()
}

func TestUnified(t *testing.T) {
	ten := numbered(10)
	for _, c := range []struct{ name, before, after, want string }{
		{"equal", "a\n", "a\n", ""},
		{"both empty", "", "", ""},
		{"before empty", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"after empty", "a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"one line", "a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"},
		{"at the top", ten, "0\n" + ten, "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n"},
		{"at the bottom", ten, ten + "11\n", "@@ -8,3 +8,4 @@\n 8\n 9\n 10\n+11\n"},
		{"in the middle", ten, strings.Replace(ten, "5\n", "x\ny\n", 1),
			"@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+x\n+y\n 6\n 7\n 8\n"},
		{"contexts touch", ten, strings.NewReplacer("2\n", "x\n", "9\n", "y\n").Replace(ten),
			"@@ -1,10 +1,10 @@\n 1\n-2\n+x\n 3\n 4\n 5\n 6\n 7\n 8\n-9\n+y\n 10\n"},
		{"contexts do not touch", ten, strings.NewReplacer("1\n2\n", "1\nx\n", "10\n", "").Replace(ten),
			"@@ -1,5 +1,5 @@\n 1\n-2\n+x\n 3\n 4\n 5\n@@ -7,4 +7,3 @@\n 7\n 8\n 9\n-10\n"},
		{"no final newline before", "a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{"no final newline after", "a\nb\n", "a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n"},
		{"no final newline, in the context", "a\nb", "x\nb", "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n"},
		{"no final newline, both changed", "a", "b", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"},
		{"no final newline, out of sight", ten + "x", "0\n" + ten + "x", "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n"},
		{"crlf", "a\r\nb\r\n", "a\r\nb\n", "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+b\n"},
		{"lone cr", "a\rb\rc\n", "a\rb\n", "@@ -1 +1 @@\n-a\rb\rc\n+a\rb\n"},
		{"not utf-8", "\xff\n\xfe\n", "\xff\n\xfd\n", "@@ -1,2 +1,2 @@\n \xff\n-\xfe\n+\xfd\n"},

		{"instruction starts the run", "RUN u \\\n  a\nRUN u \\\n  b\n", "RUN u \\\n  a\nRUN u \\\n  c\nRUN u \\\n  b\n",
			"@@ -1,4 +1,6 @@\n RUN u \\\n   a\n+RUN u \\\n+  c\n RUN u \\\n   b\n"},
		{"paragraph ends with its blank line", "A\n\nB\n\nC\n", "A\n\nX\n\nB\n\nC\n",
			"@@ -1,5 +1,7 @@\n A\n \n+X\n+\n B\n \n C\n"},
		{"paragraph at the bottom, same last line", "RUN a \\\n  c\n", "RUN a \\\n  c\n\nRUN b \\\n  c\n",
			"@@ -1,2 +1,5 @@\n RUN a \\\n   c\n+\n+RUN b \\\n+  c\n"},
		{"indented paragraph ends with its blank line", "A\n\nB\n", "A\n\n  x\nY\n\nB\n",
			"@@ -1,3 +1,6 @@\n A\n \n+  x\n+Y\n+\n B\n"},
		{"blank line", "A\n\nB\n", "A\n\n\nB\n", "@@ -1,3 +1,4 @@\n A\n \n+\n B\n"},
		{"lowest of equal lines", "A\nA\nB\n", "A\nA\nA\nB\n", "@@ -1,3 +1,4 @@\n A\n A\n+A\n B\n"},
		{"removed and added at one place", "A\nold\nA\nB\n", "new\nA\nB\n",
			"@@ -1,4 +1,3 @@\n-A\n-old\n+new\n A\n B\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Unified("Dockerfile", []byte(c.before), []byte(c.after))
			if c.want == "" {
				if got != nil {
					t.Fatalf("got %q, want nil", got)
				}
				return
			}
			if want := head + c.want; string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestReplacements(t *testing.T) {
	type list = []Replacement
	for _, c := range []struct {
		before, after string
		want          list
	}{
		{"a\n", "a\n", nil},
		{"", "", nil},
		{"", "a\nb", list{{1, 0, []byte("a\nb")}}},
		{"a\nb\n", "", list{{1, 2, []byte("")}}},
		{"a\nb\nc\n", "a\nx\ny\nc\n", list{{2, 1, []byte("x\ny\n")}}},
		{"a\nb\n", "x\na\nb\n", list{{1, 0, []byte("x\n")}}},
		{"a\nb\n", "a\nx\nb\n", list{{2, 0, []byte("x\n")}}},
		{"a\nb\n", "a\nb\nx\n", list{{3, 0, []byte("x\n")}}},
		{"a\nb\nc\n", "a\nc\n", list{{2, 1, []byte("")}}},
		{"a\nb\nc\nd\n", "x\nb\nc\ny\nz\n", list{{1, 1, []byte("x\n")}, {4, 1, []byte("y\nz\n")}}},
		{"a\nb", "a\nb\nx", list{{2, 1, []byte("b\nx")}}},
		{"a\nb", "a\nb\n", list{{2, 1, []byte("b\n")}}},
		{"a\r\nb\r\n", "a\r\nx\r\n", list{{2, 1, []byte("x\r\n")}}},
		{"a\rb\r", "a\rc\r", list{{1, 1, []byte("a\rc\r")}}},
		{"\xff\na\n", "\xff\n\xfe\n", list{{2, 1, []byte("\xfe\n")}}},
	} {
		if got := Replacements([]byte(c.before), []byte(c.after)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q to %q: got %v, want %v", c.before, c.after, got, c.want)
		}
	}
}

// TestReplacementsMake applies the replacements of each pair, from the last to the
// first.
func TestReplacementsMake(t *testing.T) {
	for name, c := range changed {
		if got := replaced(t, c[0], Replacements([]byte(c[0]), []byte(c[1]))); got != c[1] {
			t.Errorf("%s: got %q, want %q", name, got, c[1])
		}
	}
}

// replaced applies the replacements, each of which must be above the one that was
// applied before.
func replaced(t *testing.T, text string, list []Replacement) string {
	t.Helper()
	lines := newSide([]byte(text)).lines
	top := len(lines) + 1
	for _, r := range slices.Backward(list) {
		if r.Line < 1 || r.Lines < 0 || r.Line+r.Lines > top || r.Lines == 0 && len(r.Text) == 0 {
			t.Fatalf("replacement %v, above line %d", r, top)
		}
		top = r.Line
		lines = slices.Replace(lines, r.Line-1, r.Line-1+r.Lines, string(r.Text))
	}
	return strings.Join(lines, "")
}

func TestCreated(t *testing.T) {
	for _, c := range []struct{ path, text, want string }{
		{".dockerignore", "", ""},
		{".dockerignore", "a\n", "--- /dev/null\n+++ b/.dockerignore\n@@ -0,0 +1 @@\n+a\n"},
		{"/my app/./.dockerignore", "a\nb\r\n", "--- /dev/null\n+++ b/my app/.dockerignore\t\n@@ -0,0 +1,2 @@\n+a\n+b\r\n"},
		{"x", "a\nb", "--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n"},
	} {
		got := Created(c.path, []byte(c.text))
		if string(got) != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.path, got, c.want)
		}
		if got == nil {
			continue
		}
		for _, args := range [][]string{{"git", "apply", "-"}, {"patch", "-s", "-p1"}} {
			dir := t.TempDir()
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Dir, cmd.Stdin = dir, bytes.NewReader(got)
			cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", args, err, out)
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, filepath.Clean(c.path)))
			if err != nil || string(text) != c.text {
				t.Errorf("%v makes %q, error %v; want %q", args, text, err, c.text)
			}
		}
	}
}

// names are paths, and how git writes them after "a/".
var names = []struct{ path, want string }{
	{"Dockerfile", "a/Dockerfile"},
	{"sub/Dockerfile", "a/sub/Dockerfile"},
	{"my app/Dockerfile", "a/my app/Dockerfile\t"},
	{"with\ttab", `"a/with\ttab"`},
	{`quo"te and back\slash`, `"a/quo\"te and back\\slash"` + "\t"},
	{"Dockerfile.é", `"a/Dockerfile.\303\251"`},
	{"bell\a\b\v\f\r\x01\x7f", `"a/bell\a\b\v\f\r\001\177"`},
	{"new\nline", `"a/new\nline"`},
	{"it's $HOME*", "a/it's $HOME*\t"},
	{"not utf-8 \xff", `"a/not utf-8 \377"` + "\t"},
}

func TestNames(t *testing.T) {
	for _, c := range append(names, []struct{ path, want string }{
		{"new\nline", `"a/new\nline"`},
		{"/abs/Dockerfile", "a/abs/Dockerfile"},
		{"./Dockerfile", "a/Dockerfile"},
		{".//./x/./y", "a/x/y"},
		{".hidden", "a/.hidden"},
		{"../Dockerfile", "a/../Dockerfile"},
		{"", "a/"},
	}...) {
		want := "--- " + c.want + "\n+++ " + strings.Replace(c.want, "a/", "b/", 1) + "\n@@ -1 +1 @@\n-x\n+y\n"
		if got := Unified(c.path, []byte("x\n"), []byte("y\n")); string(got) != want {
			t.Errorf("%q: got\n%s\nwant\n%s", c.path, got, want)
		}
	}
}

// TestManyLines has lines whose number is that of a surrogate, which no string
// can hold, and lines whose number is past the last rune.
func TestManyLines(t *testing.T) {
	for _, c := range []struct{ lines, swap int }{{70_000, 56_000}, {1_200_000, 1_190_000}} {
		before := numbered(c.lines)
		lines := strings.SplitAfter(before, "\n")
		lines[c.swap], lines[c.swap+5] = lines[c.swap+5], lines[c.swap]
		after := strings.Join(lines, "")
		diff := Unified("Dockerfile", []byte(before), []byte(after))
		if got := apply(t, before, diff); got != after {
			t.Errorf("%d lines: the diff does not make the text", c.lines)
		}
	}
}

// changed are pairs of texts that tools may stumble over.
var changed = map[string][2]string{
	"plain":                   {"a\nb\n", "a\nc\n"},
	"no final newline before": {"a\nb", "a\nb\n"},
	"no final newline after":  {"a\nb\n", "a\nb"},
	"no final newline":        {"a\nb", "x\na\nc"},
	"no final newline, same":  {"a\nb", "x\nb"},
	"crlf":                    {"FROM a\r\nCMD b\r\n", "FROM a\r\nUSER c\r\nCMD b\r\n"},
	"crlf, no final newline":  {"FROM a\r\nCMD b", "FROM a\r\nUSER c\r\nCMD b\r\n"},
	"crlf to lf":              {"a\r\nb\r\n", "a\nb\n"},
	"mixed":                   {"a\r\nb\nc\rd\n\r\n", "a\r\nb\r\nc\rd\n\r\n\r"},
	"before empty":            {"", "a\nb\n"},
	"after empty":             {"a\nb\n", ""},
	"top":                     {numbered(9), "0\n" + numbered(9)},
	"bottom":                  {numbered(9), numbered(9) + "10\n"},
	"two hunks":               {"a\n" + numbered(30) + "b\n", "x\na\n" + numbered(30)},
	"looks like a header":     {"-- a/x\n++ b/x\n@@ -1 +1 @@\n", "-- a/y\n++ b/x\n@@ -1 +1 @@\n\\ x\n"},
	"leading spaces":          {" \n\t\n\n", "\n\t\n \n"},
}

// TestTools has the programs apply the diffs that are meant for them.
func TestTools(t *testing.T) {
	for _, tool := range [][]string{
		{"git", "apply"},
		{"patch", "-p1"},
	} {
		t.Run(tool[0], func(t *testing.T) {
			if _, err := exec.LookPath(tool[0]); err != nil {
				t.Skip(err)
			}
			for name, c := range changed {
				t.Run(name, func(t *testing.T) { runTool(t, tool, "Dockerfile", c[0], c[1]) })
			}
			for _, c := range names {
				t.Run(c.path, func(t *testing.T) { runTool(t, tool, c.path, "a\n", "b\n") })
			}
			t.Run("absolute", func(t *testing.T) { runTool(t, tool, "/my app/./Dockerfile", "a\n", "b\n") })
		})
	}
}

// command returns a command in the directory, isolated from the machine's own settings
// for git and from a repository around the directory.
func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	return cmd
}

// runTool has the tool apply the diff of the texts to a file of a new directory.
func runTool(t *testing.T, tool []string, path, before, after string) {
	dir := t.TempDir()
	file := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(before), 0o644); err != nil {
		t.Skip(err) // not a file name here
	}
	diff := Unified(path, []byte(before), []byte(after))
	cmd := command(dir, tool...)
	cmd.Stdin = bytes.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, diff)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != after {
		t.Errorf("got %q, want %q, by\n%s", got, after, diff)
	}
}

// TestNamesAsGit compares the names with those that git writes.
func TestNamesAsGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	for _, c := range names {
		dir := t.TempDir()
		for _, side := range []string{"a", "b"} {
			file := filepath.Join(dir, side, c.path)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(side), 0o644); err != nil {
				t.Skip(err)
			}
		}
		cmd := command(dir, "git", "diff", "--no-index", "--no-prefix", "a", "b")
		out, _ := cmd.Output() // it fails, since there are differences
		if want := "\n--- " + c.want + "\n"; !strings.Contains(string(out), want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

var hunkHeader = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n$`)

// apply applies the diff strictly: every line at its place, every count exact, every
// hunk apart from the one before.
func apply(t *testing.T, before string, diff []byte) string {
	t.Helper()
	old, at := strings.SplitAfter(before, "\n"), 0
	var out strings.Builder
	made := 0 // the lines of out
	lines := strings.SplitAfter(string(diff), "\n")[2:]
	for len(lines) > 0 && lines[0] != "" {
		m := hunkHeader.FindStringSubmatch(lines[0])
		if m == nil {
			t.Fatalf("hunk header %q", lines[0])
		}
		lines = lines[1:]
		oldStart, oldLeft := readSpan(t, m[1], m[2])
		newStart, newLeft := readSpan(t, m[3], m[4])
		for ; at < oldStart; at++ {
			out.WriteString(old[at])
			made++
		}
		if at != oldStart || made != newStart {
			t.Fatalf("hunk %q at %d and %d", m[0], at, made)
		}
		for oldLeft > 0 || newLeft > 0 {
			mark, line := lines[0][0], lines[0][1:]
			lines = lines[1:]
			if strings.HasPrefix(lines[0], "\\") {
				line, lines = strings.TrimSuffix(line, "\n"), lines[1:]
			}
			if mark != '+' {
				if old[at] != line {
					t.Fatalf("line %d is %q, not %q", at+1, old[at], line)
				}
				at, oldLeft = at+1, oldLeft-1
			}
			if mark != '-' {
				out.WriteString(line)
				made, newLeft = made+1, newLeft-1
			}
		}
	}
	return out.String() + strings.Join(old[at:], "")
}

// readSpan reads a range of a hunk header: the lines before it, and its lines.
func readSpan(t *testing.T, start, count string) (before, n int) {
	t.Helper()
	before, err := strconv.Atoi(start)
	if err != nil {
		t.Fatal(err)
	}
	if count == "" {
		return before - 1, 1
	}
	if n, err = strconv.Atoi(count); err != nil {
		t.Fatal(err)
	}
	if n > 0 {
		before--
	}
	return before, n
}

// leastChange returns the fewest lines that a diff of the texts can remove and add.
func leastChange(before, after string) int {
	a, b := newSide([]byte(before)).lines, newSide([]byte(after)).lines
	common := make([]int, len(b)+1) // of the lines of a so far, and those of b up to the index
	for _, line := range a {
		diagonal := 0
		for j := range b {
			above := common[j+1]
			common[j+1] = max(above, common[j])
			if b[j] == line {
				common[j+1] = diagonal + 1
			}
			diagonal = above
		}
	}
	return len(a) + len(b) - 2*common[len(b)]
}

func FuzzUnified(f *testing.F) {
	for _, c := range changed {
		f.Add(c[0], c[1])
	}
	f.Add("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n")
	f.Add("c\n\nc\n\n", "\n0")            // a run may slide up to another
	f.Add("7\n10\n28\n\n0", "\n\n\n10\n") // a run may slide down to another
	f.Add("\n\nRUN a\n b\n\nRUN a\n b\n", "RUN a\n b\n\nRUN a\n\n b\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		diff := Unified("Dockerfile", []byte(before), []byte(after))
		if before == after {
			if diff != nil {
				t.Fatalf("a diff of equal texts:\n%s", diff)
			}
			return
		}
		if got := replaced(t, before, Replacements([]byte(before), []byte(after))); got != after {
			t.Fatalf("the replacements make %q", got)
		}
		if got := apply(t, before, diff); got != after {
			t.Fatalf("got %q by\n%s", got, diff)
		}
		marks := 0
		for _, line := range bytes.Split(diff, []byte("\n"))[2:] {
			if bytes.HasPrefix(line, []byte("-")) || bytes.HasPrefix(line, []byte("+")) {
				marks++
			}
		}
		if least := leastChange(before, after); marks != least {
			t.Fatalf("%d lines changed, %d would do:\n%s", marks, least, diff)
		}
	})
}
