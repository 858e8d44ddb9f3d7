package lab_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	rddiff "github.com/reviewdog/reviewdog/diff"
	"github.com/reviewdog/reviewdog/filter"
	"github.com/reviewdog/reviewdog/parser"
	"github.com/reviewdog/reviewdog/proto/rdf"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/golden"
)

// TestReviewdogSuggests has reviewdog read dockmend's suggestion for each golden case,
// and compares the result of the suggestion with the expected one, byte for byte.
func TestReviewdogSuggests(t *testing.T) {
	dirs, err := golden.Cases(cases, "want.Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 40 {
		t.Fatalf("%d cases have a want.Dockerfile", len(dirs))
	}
	for _, dir := range dirs {
		before, after := string(readFile(t, dir, "Dockerfile")), string(readFile(t, dir, "want.Dockerfile"))
		for _, twin := range []struct {
			name string
			make func(string) string
		}{
			{"as it is", func(s string) string { return s }},
			{"crlf", func(s string) string {
				return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
			}},
			{"no last line end", func(s string) string {
				return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
			}},
		} {
			t.Run(caseID(dir)+"/"+twin.name, func(t *testing.T) { checkSuggested(t, twin.make(before), twin.make(after)) })
		}
	}
}

// checkSuggested has reviewdog read the change as the finding of one file, and checks
// what its reporters would do if a pull request adds that file.
func checkSuggested(t *testing.T, before, after string) {
	list := reviewdogReads(t, &report.Report{Files: []report.File{{Path: "Dockerfile", Result: fixer.Result{
		Before: []byte(before), After: []byte(after),
		Findings: []fixer.Finding{
			{ID: "base-image", Status: fixer.Stated, Line: 1, Col: 1, Problem: "is assumed"},
			{ID: "nonroot-user", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 1, Problem: "runs as root"},
			{ID: "tini-init", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 1, Problem: "hears nothing"},
		},
	}}}})
	if len(list) != 2 || len(list[0].Suggestions) != 1 || len(list[1].Suggestions) != 0 {
		t.Fatalf("not one suggestion at the first finding that is fixed: %v", list)
	}
	s := list[0].Suggestions[0]
	if got := suggested(t, before, s); got != after {
		t.Errorf("the suggestion makes\n%q\nand not\n%q", got, after)
	}
	// GitLab's reporter counts the lines from the location, GitHub's may refuse
	// what is elsewhere.
	if !proto.Equal(list[0].Location.Range, s.Range) {
		t.Errorf("the finding is at %v, its suggestion at %v", list[0].Location.Range, s.Range)
	}
	added, err := rddiff.ParseMultiFile(bytes.NewReader(diff.Created("Dockerfile", []byte(before))))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range filter.FilterCheck(list, added, 1, "", filter.ModeAdded) {
		if !c.ShouldReport || !c.InDiffContext || c.FirstSuggestionInDiffContext != (i == 0) {
			t.Errorf("reviewdog does not show %v", c.Diagnostic)
		}
	}
}

// suggested applies a suggestion as the comments of reviewdog.proto say: a range
// without columns is of whole lines, but the end of the last one stays.
func suggested(t *testing.T, before string, s *rdf.Suggestion) string {
	t.Helper()
	lines := strings.SplitAfter(before, "\n")
	first, last := int(s.Range.Start.Line)-1, int(s.Range.End.Line)
	if s.Range.Start.Column != 0 || s.Range.End.Column != 0 || s.Text == "" || first < 0 || first >= last || last > len(lines) {
		t.Fatalf("suggestion %v", s)
	}
	end := strings.TrimPrefix(lines[last-1], strings.TrimSuffix(strings.TrimSuffix(lines[last-1], "\n"), "\r"))
	return strings.Join(lines[:first], "") + s.Text + end + strings.Join(lines[last:], "")
}

// reviewdogReads returns the report as parsed by reviewdog, which must know all of it.
func reviewdogReads(t *testing.T, r *report.Report) []*rdf.Diagnostic {
	t.Helper()
	var b bytes.Buffer
	if err := report.RDJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if err := protojson.Unmarshal(b.Bytes(), new(rdf.DiagnosticResult)); err != nil {
		t.Fatalf("%v\n%s", err, &b)
	}
	p, err := parser.New(&parser.Option{FormatName: "rdjson"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReviewdogReads has reviewdog read each kind of finding, and names that JSON
// can't carry.
func TestReviewdogReads(t *testing.T) {
	type seen struct {
		path, message, code, source string
		severity                    rdf.Severity
		line, column                int32
	}
	var got []seen
	for _, d := range reviewdogReads(t, &report.Report{Files: []report.File{{
		Path: "a\n\xff/Dockerfile",
		Result: fixer.Result{Findings: []fixer.Finding{
			{ID: "one", Status: fixer.Fixed, Line: 1, Col: 2, Problem: "fixed", Safety: fixer.Safe},
			{ID: "two", Status: fixer.Offered, Line: 3, Col: 4, Problem: "not fixed", Safety: fixer.Unsafe},
			{ID: "three", Status: fixer.Refused, Line: 5, Col: 6, Problem: "left alone"},
			{ID: "four", Status: fixer.Failed, Line: 1, Col: 1, Problem: "panic"},
		}},
		Err: &document.Error{Name: "b", Msg: "not written"},
	}}}) {
		start := d.GetLocation().GetRange().GetStart()
		got = append(got, seen{d.Location.Path, d.Message, d.GetCode().GetValue(), d.Source.Name, d.Severity, start.GetLine(), start.GetColumn()})
	}
	const path = "a\n\ufffd/Dockerfile"
	want := []seen{
		{path, "fixed", "one", "dockmend", rdf.Severity_WARNING, 1, 2},
		{path, "not fixed; only with --unsafe", "two", "dockmend", rdf.Severity_INFO, 3, 4},
		{path, "panic", "four", "dockmend", rdf.Severity_ERROR, 1, 1},
		{"b", "not written", "", "dockmend", rdf.Severity_ERROR, 0, 0},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}
