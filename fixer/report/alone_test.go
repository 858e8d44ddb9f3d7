package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// twoChanges is a file with a change that can be made alone, in line 2, and one, in
// line 4, that rests on another. The first has evidence in a file.
func twoChanges(prefix string) File {
	before := prefix + "FROM a\nADD b c\nRUN d\nCMD e\n"
	after := prefix + "FROM a\nCOPY b c\nRUN d\nUSER x\nCMD e\n"
	add, cmd := strings.Index(before, "ADD"), strings.Index(before, "CMD")
	return File{Path: "api/Dockerfile", Directory: "api", Result: fixer.Result{
		Before: []byte(before), After: []byte(after),
		Findings: []fixer.Finding{
			{ID: "add-copy", Status: fixer.Fixed, Severity: fixer.Low, Safety: fixer.Safe, Line: 2, Col: 1, EndLine: 2, EndCol: 4, Problem: "ADD",
				Evidence: []fixer.Evidence{{File: "b", Root: fixer.Directory, What: "a plain file"}, {File: "compose.yml", Root: fixer.Repository, Line: 7, What: "build"}, {Image: "a", Source: "config", What: "its user"}},
				Touched:  []document.Span{{Start: add, End: add + 3}},
				Edits:    []document.Edit{{Span: document.Span{Start: add, End: add + 3}, Text: "COPY"}}},
			{ID: "nonroot-user", Status: fixer.Fixed, Severity: fixer.High, Safety: fixer.Safe, Line: 4, Col: 1, EndLine: 4, EndCol: 4, Problem: "root", Touched: []document.Span{{Start: cmd, End: cmd}}},
		},
		Steps: []fixer.Step{{ID: "add-copy"}, {ID: "nonroot-user"}},
	}}
}

// TestAlone: a change that can be made alone is the fix of its finding; one that can't
// has the whole change.
func TestAlone(t *testing.T) {
	for _, mark := range []string{"", "\ufeff"} {
		f := twoChanges(mark)
		before, whole := string(f.Result.Before), string(f.Result.After)
		alone := strings.Replace(before, "ADD", "COPY", 1)

		log, _ := readSARIF(t, &Report{Files: []File{f}})
		for i, want := range []string{alone, whole} {
			fixes := log.Runs[0].Results[i].Fixes
			if len(fixes) != 1 {
				t.Fatalf("SARIF: %d fixes", len(fixes))
			}
			checkFix(t, before, want, fixes[0].ArtifactChanges[0])
		}

		list := decodeRDJSON(t, &Report{Files: []File{f}}).Diagnostics
		for i, want := range []string{alone, whole} {
			if len(list[i].Suggestions) != 1 {
				t.Fatalf("rdjson: %d suggestions", len(list[i].Suggestions))
			}
			checkSuggestion(t, before, want, &list[i].Suggestions[0])
		}
		if got := list[0].Message; !strings.HasSuffix(got, "; the suggestion makes this change alone") {
			t.Errorf("rdjson says %q", got)
		}
	}
}

// TestHunks: each run of changed lines names the findings that it is of.
func TestHunks(t *testing.T) {
	f := twoChanges("")
	got := f.hunks()
	want := []hunk{{2, 1, 2, 1, []int{0}}, {4, 0, 4, 1, []int{1}}}
	if !slices.EqualFunc(got, want, func(a, b hunk) bool {
		return a.line == b.line && a.lines == b.lines && a.newLine == b.newLine && a.newLines == b.newLines && slices.Equal(a.findings, b.findings)
	}) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestEvidence: what a decision rests on is named in each form that has a place for it.
func TestEvidence(t *testing.T) {
	f := twoChanges("")
	log, _ := readSARIF(t, &Report{Files: []File{f}})
	var places []string
	for _, at := range log.Runs[0].Results[0].RelatedLocations {
		places = append(places, *at.PhysicalLocation.ArtifactLocation.URI+" "+*at.Message.Text)
	}
	if !slices.Equal(places, []string{"api/b a plain file", "compose.yml build"}) {
		t.Errorf("SARIF: %q", places)
	}
	related := decodeRDJSON(t, &Report{Files: []File{f}}).Diagnostics[0].Related
	if len(related) != 2 || related[0].Location.Path != "api/b" || related[0].Location.Range != nil || related[1].Location.Range.Start.Line != 7 {
		t.Errorf("rdjson: %+v", related)
	}
	in := f.findingInJSON(f.Result.Findings[0], false)
	if len(in.Evidence) != 3 || in.Evidence[0].Path != "api/b" || in.Evidence[2].Image != "a" || in.Severity != "low" {
		t.Errorf("JSON: %+v", in)
	}
	if len(in.Edits) != 1 || in.Edits[0] != (documentEdit{2, 1, 2, 4, "COPY"}) {
		t.Errorf("JSON edits: %+v", in.Edits)
	}
}
