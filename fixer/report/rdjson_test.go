package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// decodeRDJSON writes the report and reads it back, with nothing lost.
func decodeRDJSON(t *testing.T, r *Report) (result rdResult) {
	t.Helper()
	var b bytes.Buffer
	if err := RDJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&result); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("more than one document: %v", err)
	}
	return result
}

// suggestionOf is the suggestion of the file's first diagnostic, nil for none.
func suggestionOf(t *testing.T, f *File) *rdSuggestion {
	t.Helper()
	d := decodeRDJSON(t, &Report{Files: []File{*f}}).Diagnostics[0]
	if len(d.Suggestions) == 0 {
		return nil
	}
	if len(d.Suggestions) != 1 || !reflect.DeepEqual(&d.Suggestions[0].Range, d.Location.Range) {
		t.Fatalf("not one suggestion in the place of its diagnostic: %v", d)
	}
	return &d.Suggestions[0]
}

// checkSuggestion applies the suggestion as the comments of reviewdog.proto say: a
// range without columns is of whole lines, but the end of its last one stays.
func checkSuggestion(t *testing.T, before, after string, s *rdSuggestion) {
	t.Helper()
	all := lines([]byte(before))
	first, last := s.Range.Start.Line-1, s.Range.End.Line
	if s.Range.Start.Column != 0 || s.Range.End.Column != 0 || s.Text == "" || first < 0 || first >= last || last > len(all) {
		t.Fatalf("suggestion %v for %d lines", s, len(all))
	}
	end := lineEnd(all[last-1])
	if got := strings.Join(all[:first], "") + s.Text + end + strings.Join(all[last:], ""); got != after {
		t.Errorf("got %q by %v, want %q", got, s, after)
	}
	// GitHub replaces whole lines, by the text and a line end.
	if end == "\n" && !strings.Contains(before+after, "\r") {
		if got := strings.Join(all[:first], "") + s.Text + "\n" + strings.Join(all[last:], ""); got != after {
			t.Errorf("GitHub makes %q of %v, want %q", got, s, after)
		}
	}
}

func TestSuggestions(t *testing.T) {
	for _, c := range []struct {
		before, after string
		first, last   int // 0 for no suggestion
		text          string
	}{
		{"a\nb\nc\n", "a\nx\nc\n", 2, 2, "x"},
		{"a\nb\nc\nd\n", "x\nb\ny\nd\n", 1, 3, "x\nb\ny"},
		{"a\nb\n", "a\nx\nb\n", 2, 2, "x\nb"},
		{"a\nb\n", "a\nb\nx\n", 2, 2, "b\nx"},
		{"a\nb\nc\n", "a\nc\n", 2, 3, "c"},
		{"a\nb\n", "a\n", 1, 2, "a"},
		{"a\nx\nb\n", "a\n\nb\n", 2, 3, "\nb"},
		{"a\nb", "a\nc", 2, 2, "c"},
		{"a\nb", "a\nb\n", 2, 2, "b\n"},
		{"a\nb\n", "a\nb", 0, 0, ""},
		{"a\r\nb\r\nc\r\n", "a\r\nx\r\ny\r\nc\r\n", 2, 2, "x\r\ny"},
		{"a\r\nb\nc\n", "a\nb\nc\n", 1, 2, "a\nb"},
		{"a\r\n", "a\n", 0, 0, ""},
		{"a\n", "\n", 0, 0, ""},
		{"a\n", "", 0, 0, ""},
		{"", "a\n", 0, 0, ""},
	} {
		f := fixedFile(c.before, c.after)
		s := suggestionOf(t, &f)
		if s == nil {
			if c.first != 0 {
				t.Errorf("%q to %q: no suggestion", c.before, c.after)
			}
			continue
		}
		if s.Range.Start.Line != c.first || s.Range.End.Line != c.last || s.Text != c.text {
			t.Errorf("%q to %q: %d to %d, %q", c.before, c.after, s.Range.Start.Line, s.Range.End.Line, s.Text)
		}
	}
}

func TestGoldenSuggestions(t *testing.T) {
	goldenChanges(t, func(t *testing.T, before, after string) {
		f := fixedFile(before, after)
		s := suggestionOf(t, &f)
		if s == nil {
			t.Fatal("no suggestion")
		}
		checkSuggestion(t, before, after, s)
	})
}

func FuzzSuggestion(f *testing.F) {
	for _, c := range oddChanges {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		file := fixedFile(before, after)
		if s := suggestionOf(t, &file); s != nil {
			if checkSuggestion(t, before, after, s); !file.offer().ok {
				t.Errorf("a suggestion that is not offered: %v", s)
			}
		}
	})
}

// TestRefusedSuggestion has a finding that a new file fixes, next to one that the
// change of the Dockerfile fixes.
func TestRefusedSuggestion(t *testing.T) {
	f := fixedFile("FROM a\nCOPY . .\n", "FROM b\nCOPY . .\n")
	f.Result.Findings = append([]fixer.Finding{{ID: "dockerignore", Status: fixer.Fixed, Safety: fixer.Unsafe, Line: 1, Col: 1, Problem: "takes all along"}}, f.Result.Findings...)
	f.Result.Created = []fixer.NewFile{{ID: "dockerignore", Name: ".dockerignore", Text: []byte("node_modules\n")}}
	list := decodeRDJSON(t, &Report{Files: []File{f}}).Diagnostics
	if len(list[0].Suggestions) != 0 || list[0].Message != "takes all along; no suggestion: it adds a file" || len(list[1].Suggestions) != 1 {
		t.Errorf("got %v", list)
	}
}

func TestRDJSONWriter(t *testing.T) { checkWriter(t, RDJSON) }

func TestRDJSON(t *testing.T) {
	var b bytes.Buffer
	err := RDJSON(&b, &Report{Transforms: []*fixer.Transform{
		{ID: "nonroot-user", Doc: fixer.Doc{See: []string{"https://example.com/a", "https://example.com/b"}}}, {ID: "tini-init"},
	}, Files: []File{
		{Path: "a <b>/Dockerfile", Known: []bool{false, true, false, false, false, false}, Result: fixer.Result{
			Before: []byte("FROM a\nRUN b\nCMD c\n"), After: []byte("FROM a\nRUN b\nUSER d\nCMD c\n"),
			Findings: []fixer.Finding{
				{ID: "base-image", Status: fixer.Stated, Line: 1, Col: 6, Problem: "left\x1b alone"},
				{ID: "nonroot-user", Status: fixer.Fixed, Line: 2, Col: 1, Problem: "in the baseline", Safety: fixer.Safe},
				{ID: "nonroot-user", Status: fixer.Fixed, Line: 2, Col: 1, Problem: "runs as root", Safety: fixer.Safe},
				{ID: "tini-init", Status: fixer.Offered, Line: 3, Col: 1, Problem: "not fixed", Safety: fixer.Unsafe},
				{ID: "npm-ci", Status: fixer.Fixed, Line: 3, Col: 5, Problem: "fixed", Safety: fixer.Safe},
				{ID: "npm-ci", Status: fixer.Failed, Line: 1, Col: 1, Problem: "panic"},
			},
		}},
		{Path: "\xff", Err: &document.Error{Name: "\xff", Line: 9, Col: 1, Msg: "bad"}},
		{Path: "gone", Err: &document.Error{Name: "gone", Msg: "no such file"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(wantRDJSON), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", &b, wantRDJSON)
	}
}

// wantRDJSON has the names that protobuf's mapping to JSON gives the fields of
// reviewdog.proto.
const wantRDJSON = `{
  "source": {"name": "dockmend", "url": "https://github.com/dockmend/dockmend"},
  "diagnostics": [
    {
      "message": "line 2: runs as root; the suggestion is the whole repair of this file",
      "location": {"path": "a <b>/Dockerfile", "range": {"start": {"line": 3}, "end": {"line": 3}}},
      "severity": "WARNING",
      "code": {"value": "nonroot-user", "url": "https://example.com/a"},
      "suggestions": [{"range": {"start": {"line": 3}, "end": {"line": 3}}, "text": "USER d\nCMD c"}]
    },
    {
      "message": "not fixed; only with --unsafe",
      "location": {"path": "a <b>/Dockerfile", "range": {"start": {"line": 3, "column": 1}}},
      "severity": "INFO",
      "code": {"value": "tini-init"}
    },
    {
      "message": "fixed",
      "location": {"path": "a <b>/Dockerfile", "range": {"start": {"line": 3, "column": 5}}},
      "severity": "WARNING",
      "code": {"value": "npm-ci"}
    },
    {
      "message": "panic",
      "location": {"path": "a <b>/Dockerfile", "range": {"start": {"line": 1, "column": 1}}},
      "severity": "ERROR",
      "code": {"value": "npm-ci"}
    },
    {
      "message": "bad",
      "location": {"path": "\ufffd", "range": {"start": {"line": 9, "column": 1}}},
      "severity": "ERROR"
    },
    {
      "message": "no such file",
      "location": {"path": "gone"},
      "severity": "ERROR"
    }
  ]
}`
