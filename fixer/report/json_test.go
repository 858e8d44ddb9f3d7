package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

func jsonOf(t *testing.T, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// decoded is what a reader gets.
func decoded(t *testing.T, text []byte) (d jsonDocument) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestJSON(t *testing.T) {
	text := jsonOf(t, rich(func(word string) string { return word + " <&> \xff" }))
	for _, part := range []string{"\n  \"version\": 1,\n", `Fixedmessage <&> `, `"error": null`} {
		if !bytes.Contains(text, []byte(part)) {
			t.Errorf("it lacks %q", part)
		}
	}
	d := decoded(t, jsonOf(t, rich(itself)))
	if d.Dockmend != "Versionword" || len(d.Files) != 4 || d.Summary.Files != 4 || d.Summary.Known != 2 {
		t.Errorf("it says %+v", d)
	}
	f := d.Files[0]
	var statuses []fixer.Status
	var known []bool
	for _, found := range f.Findings {
		statuses, known = append(statuses, found.Status), append(known, found.Known)
	}
	if want := []fixer.Status{fixer.Fixed, fixer.Fixed, fixer.Fixed, fixer.Refused, fixer.Refused, fixer.Offered, fixer.Failed}; !slices.Equal(statuses, want) {
		t.Errorf("the statuses are %v, want %v", statuses, want)
	}
	if want := []bool{false, false, true, true, false, false, false}; !slices.Equal(known, want) {
		t.Errorf("known are %v, want %v", known, want)
	}
	if want := []string{"first-one", "second-one"}; !slices.Equal(f.Steps, want) {
		t.Errorf("the steps are %v, want %v", f.Steps, want)
	}
	if !f.Changed || f.Written || f.Error != nil || f.Directory != "Directoryword" {
		t.Errorf("it says %+v", f)
	}
	if got := f.Findings[1]; got.ID != "second-one" || got.Status != fixer.Fixed || got.Safety != "unsafe" || got.Line != 2 || got.Column != 1 || got.Message != "Lookmessage" || got.Problem != "Lookmessage" || got.Known {
		t.Errorf("the second finding is %+v", got)
	}
	if len(f.Proofs) != 4 || f.Proofs[0].Outcome != "proved" || f.Proofs[0].Details != nil || f.Proofs[2].Details == nil || len(f.Proofs[0].Notes) != 2 {
		t.Errorf("the proofs are %+v", f.Proofs)
	}
	if e := d.Files[1].Error; e == nil || *e != (documentError{documentPath{Path: "Failedname"}, 3, 7, "Failedmessage"}) {
		t.Errorf("the error is %+v", e)
	}
}

// TestJSONBytes: text that is not UTF-8 is in base64, byte for byte, and other text is
// unchanged.
func TestJSONBytes(t *testing.T) {
	const bad = "a\xff\n"
	f := File{
		Path: bad, Directory: bad, Err: &document.Error{Name: bad, Msg: "no"},
		Result: fixer.Result{After: []byte(bad), Created: []fixer.NewFile{{Name: "x", Text: []byte(bad)}, {Name: "y", Text: []byte("é\n")}}},
	}
	got := decoded(t, jsonOf(t, &Report{Files: []File{f}})).Files[0]
	for what, code := range map[string]string{
		"path": got.PathBase64, "directory": got.DirectoryBase64, "error": got.Error.PathBase64, "text": got.Created[0].TextBase64,
	} {
		if b, err := base64.StdEncoding.DecodeString(code); err != nil || string(b) != bad {
			t.Errorf("%s is %q (error %v)", what, b, err)
		}
	}
	if got.Path != "a\ufffd\n" || got.Diff != nil || got.Created[0].Text != nil {
		t.Errorf("it says %+v", got)
	}
	if b, err := base64.StdEncoding.DecodeString(got.DiffBase64); err != nil || !bytes.Contains(b, []byte("\n+a\xff\n")) {
		t.Errorf("the diff is %q (error %v)", b, err)
	}
	if c := got.Created[1]; c.Text == nil || *c.Text != "é\n" || c.TextBase64 != "" {
		t.Errorf("the text is %+v", c)
	}
}

// TestJSONDiff: git apply makes the same of the diff as the fix.
func TestJSONDiff(t *testing.T) {
	result := fixer.Result{Before: []byte("FROM a\n"), After: []byte("FROM b\n"), Created: []fixer.NewFile{{ID: "x", Name: ".dockerignore", Text: []byte(".git\n")}}}
	for name, test := range map[string]struct {
		file File
		want map[string]string
	}{
		"a file":         {File{Path: "a b/Dockerfile", Directory: "a b", Result: result}, map[string]string{"a b/Dockerfile": "FROM b\n", "a b/.dockerignore": ".git\n"}},
		"standard input": {File{Path: "<stdin>", Result: fixer.Result{Before: result.Before, After: result.After}}, map[string]string{"Dockerfile": "FROM b\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decoded(t, jsonOf(t, &Report{Files: []File{test.file}})).Files[0]
			dir := t.TempDir()
			for name := range test.want {
				if filepath.Base(name) == "Dockerfile" {
					writeTestFile(t, filepath.Join(dir, name), test.file.Result.Before)
				}
			}
			cmd := exec.Command("git", "apply", "-")
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(*got.Diff)
			cmd.Env = append(cmd.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s%s", err, out, *got.Diff)
			}
			have := map[string]string{}
			for name := range test.want {
				have[name] = string(readTestFile(t, filepath.Join(dir, name)))
			}
			if !maps.Equal(have, test.want) {
				t.Errorf("it makes %q, want %q", have, test.want)
			}
		})
	}
}

var errFull = errors.New("the disk is full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriterFails(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *Report) error{"json": JSON, "markdown": Markdown} {
		if err := write(fullDisk{}, rich(itself)); !errors.Is(err, errFull) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func writeTestFile(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func readTestFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
