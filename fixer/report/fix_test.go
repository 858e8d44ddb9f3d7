package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/golden"
)

// fixedFile is a file with one finding, at its first line, that the change fixes.
func fixedFile(before, after string) File {
	return File{Path: "Dockerfile", Result: fixer.Result{
		Before: []byte(before), After: []byte(after),
		Findings: []fixer.Finding{{ID: "nonroot-user", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 1, Problem: "runs as root"}},
		Steps:    []fixer.Step{{ID: "nonroot-user"}},
	}}
}

// goldenChanges calls do with the change of each golden case, and with variants:
// with other line ends, without the last one, with a byte order mark.
func goldenChanges(t *testing.T, do func(t *testing.T, before, after string)) {
	dirs, err := golden.Cases(goldenDir, "want.Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 40 {
		t.Fatalf("%d golden cases have a want.Dockerfile", len(dirs))
	}
	for _, dir := range dirs {
		after, before := readGolden(t, filepath.Join(dir, "want.Dockerfile")), readGolden(t, filepath.Join(dir, "Dockerfile"))
		for twin, make := range map[string]func(string) string{
			"as it is": func(s string) string { return s },
			"crlf":     func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n") },
			"no last line end": func(s string) string {
				return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
			},
			"byte order mark": func(s string) string { return "\ufeff" + strings.TrimPrefix(s, "\ufeff") },
		} {
			t.Run(filepath.Base(dir)+", "+twin, func(t *testing.T) { do(t, make(before), make(after)) })
		}
	}
}

func readGolden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// oddChanges are changes at the ends of a file, and of its line ends.
var oddChanges = [][2]string{
	{"FROM a\n", "FROM b\n"},
	{"FROM a", "FROM b"},
	{"FROM a\nCMD b\n", "FROM a\nUSER c\nCMD b\n"},
	{"FROM a\nCMD b\n", "FROM a\nCMD b\nUSER c\n"},
	{"FROM a\nCMD b", "FROM a\nCMD b\nUSER c"},
	{"FROM a\r\nCMD b", "FROM a\r\nCMD b\r\nUSER c"},
	{"FROM a\nCMD b\n", "# c\nFROM a\nCMD b\n"},
	{"FROM a\nUSER c\nCMD b\n", "FROM a\nCMD b\n"},
	{"FROM a\nCMD b\nUSER c\n", "FROM a\nCMD b\n"},
	{"FROM a\n\nCMD b\n", "FROM a\nCMD b\n"},
	{"FROM a\nx\nCMD b\n", "FROM a\n\nCMD b\n"},
	{"FROM a\nx\n", "FROM a\n\n"},
	{"FROM a\nCMD b\n", "FROM a\n\n\nCMD b\n\n"},
	{"FROM a\nCMD b", "FROM a\nCMD b\n"},
	{"FROM a\nCMD b\n", "FROM a\nCMD b"},
	{"FROM a\nCMD b\r\n", "FROM a\nCMD b\n"},
	{"FROM a\r\nCMD b\n", "FROM a\nCMD b\r\n"},
	{"FROM a\r\nb\n", "FROM a\nb\n"},
	{"FROM a\r\r\nb\n", "FROM a\r\r\nc\r\n"},
	{"FROM a\rb\r", "FROM a\rc\r"},
	{"FROM \U0001f600 é\nCMD \U0001f600é", "FROM \U0001f600 è\nCMD \U0001f600è"},
	{"\ufeffFROM a\nCMD b\n", "\ufeffFROM c\nCMD b\nUSER d\n"},
	{"FROM a\n", "\ufeffFROM a\n"},
	{"", "FROM a\n"},
	{"FROM a\n", ""},
	{"\n", "\n\n"},
	{"FROM a\n```\n", "FROM a\n````\n<b>\u2028&\n"},
}

func TestOffer(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*File)
		ok      bool
		refusal string
	}{
		{"a change", func(*File) {}, true, ""},
		{"no change", func(f *File) { f.Result.After = f.Result.Before }, false, ""},
		{"made already", func(f *File) { f.Written = true }, false, ""},
		{"an error", func(f *File) { f.Err = &document.Error{Name: "Dockerfile", Msg: "not written"} }, false, ""},
		{"not UTF-8 before", func(f *File) { f.Result.Before = []byte("FROM \xff\n") }, false, "the file is not UTF-8, and this report has to be"},
		{"not UTF-8 after", func(f *File) { f.Result.After = []byte("FROM \xff\n") }, false, "the file is not UTF-8, and this report has to be"},
		{"byte order mark", func(f *File) { f.Result.After = []byte("\ufeffFROM b\n") }, false, "it changes the byte order mark"},
		{"seen to break", func(f *File) { f.Proofs = []Proof{{Outcome: "proved"}, {Outcome: "broken by the fix"}} }, false, "the image was seen to break with it"},
		{"not seen to break", func(f *File) { f.Proofs = []Proof{{Outcome: "proved"}, {Outcome: "not proved"}} }, true, ""},
		{"a new file", func(f *File) {
			f.Result.Created, f.Result.Steps = []fixer.NewFile{{ID: "nonroot-user", Name: "x"}}, nil
		}, false, "it adds a file"},
		{"a new file and a change", func(f *File) { f.Result.Created = []fixer.NewFile{{ID: "nonroot-user", Name: "x"}} }, false, "it adds a file"},
		{"a new file and a change of another", func(f *File) {
			f.Result.Created, f.Result.Steps = []fixer.NewFile{{ID: "compose-seccomp", Name: "x"}}, append(f.Result.Steps, fixer.Step{ID: "compose-seccomp"})
		}, false, "it is part of a repair that adds a file"},
		{"one that is made alone, with these", func(f *File) {
			f.Result.Created, f.Result.Steps = []fixer.NewFile{{ID: "compose-seccomp", Name: "x"}}, append(f.Result.Steps, fixer.Step{ID: "compose-seccomp"})
			f.Result.Findings[0].Edits = []document.Edit{{Span: document.Span{Start: 5, End: 6}, Text: "b"}}
		}, true, ""},
		{"a new file of another", func(f *File) { f.Result.Created = []fixer.NewFile{{ID: "dockerignore", Name: "x"}} }, true, ""},
		{"not fixed", func(f *File) { f.Result.Findings[0].Status = fixer.Offered }, false, ""},
	} {
		f := fixedFile("FROM a\n", "FROM b\n")
		c.change(&f)
		o, found := f.offer(), f.Result.Findings[0]
		if o.mends(found) != c.ok || o.refuses(found) != c.refusal {
			t.Errorf("%s: the finding is fixed: %t, refused: %q", c.name, o.mends(found), o.refuses(found))
		}
	}
}

// checkWriter makes a form fail with its writer, and write the same again.
func checkWriter(t *testing.T, write func(io.Writer, *Report) error) {
	t.Helper()
	r := &Report{Files: []File{fixedFile("FROM a\n", "FROM b\n"), {Path: "x", Err: &document.Error{Name: "x", Msg: "bad"}}}}
	if err := write(failingWriter{}, r); !errors.Is(err, errWriter) {
		t.Errorf("error %v", err)
	}
	var one, two strings.Builder
	if err := errors.Join(write(&one, r), write(&two, r)); err != nil || one.String() != two.String() || !strings.HasSuffix(one.String(), "\n") {
		t.Errorf("error %v, first\n%s\nthen\n%s", err, &one, &two)
	}
}

var errWriter = errors.New("no space left")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errWriter }
