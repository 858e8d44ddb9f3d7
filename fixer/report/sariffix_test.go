package report

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dockmend/dockmend/fixer"
)

// sarifFixOf is the change of the file that its first result has, nil for none.
func sarifFixOf(t *testing.T, f *File) *sarif.ArtifactChange {
	t.Helper()
	log, _ := readSARIF(t, &Report{Files: []File{*f}})
	result := log.Runs[0].Results[0]
	if len(result.Fixes) == 0 {
		return nil
	}
	if len(result.Fixes) != 1 || len(result.Fixes[0].ArtifactChanges) != 1 {
		t.Fatalf("not one change of one file: %v", result.Fixes)
	}
	change := result.Fixes[0].ArtifactChanges[0]
	if !reflect.DeepEqual(change.ArtifactLocation, result.Locations[0].PhysicalLocation.ArtifactLocation) {
		t.Errorf("the fix is one of %v", change.ArtifactLocation)
	}
	return change
}

// checkFix applies the change as the standard says, and compares.
func checkFix(t *testing.T, before, after string, change *sarif.ArtifactChange) {
	t.Helper()
	mark := ""
	if strings.HasPrefix(before, "\ufeff") {
		mark, before = "\ufeff", strings.TrimPrefix(before, "\ufeff")
	}
	got, at := mark, 0
	for _, r := range change.Replacements {
		start := sarifOffset(t, before, *r.DeletedRegion.StartLine, *r.DeletedRegion.StartColumn)
		end := sarifOffset(t, before, *r.DeletedRegion.EndLine, *r.DeletedRegion.EndColumn)
		if start < at || end < start {
			t.Fatalf("from %d to %d, after %d", start, end, at)
		}
		got, at = got+before[at:start]+*r.InsertedContent.Text, end
	}
	if got += before[at:]; got != after {
		t.Errorf("got %q, want %q", got, after)
	}
}

// sarifOffset is the place of a line and a column of UTF-16 code units.
func sarifOffset(t *testing.T, text string, line, col int) int {
	t.Helper()
	all := strings.SplitAfter(text, "\n")
	if len(all) > 1 && all[len(all)-1] == "" {
		all = all[:len(all)-1] // a line end does not begin a line
	}
	if line < 1 || line > len(all) {
		t.Fatalf("line %d of %d", line, len(all))
	}
	offset := len(strings.Join(all[:line-1], ""))
	units, rest := col-1, all[line-1]
	for units > 0 && rest != "" {
		r, n := utf8.DecodeRuneInString(rest)
		units, offset, rest = units-len(utf16.Encode([]rune{r})), offset+n, rest[n:]
	}
	if units != 0 {
		t.Fatalf("column %d of %q", col, all[line-1])
	}
	return offset
}

func TestGoldenFixes(t *testing.T) {
	goldenChanges(t, func(t *testing.T, before, after string) {
		f := fixedFile(before, after)
		fix := sarifFixOf(t, &f)
		if fix == nil {
			t.Fatal("no fix")
		}
		checkFix(t, before, after, fix)
	})
}

func FuzzFix(f *testing.F) {
	for _, c := range oddChanges {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		file := fixedFile(before, after)
		fix := sarifFixOf(t, &file)
		if ok := file.offer().ok; (fix != nil) != ok {
			t.Fatalf("offered: %t, but SARIF has %v", ok, fix)
		}
		if fix != nil {
			checkFix(t, before, after, fix)
		}
	})
}

// TestSARIFAtEnd has changes that reach the end of the file. Only where the last
// line end itself changes is it part of the region.
func TestSARIFAtEnd(t *testing.T) {
	for _, c := range []struct {
		before, after string
		region        [4]int // start line and column, end line and column
		text          string
	}{
		{"a\nb\n", "a\nc\n", [4]int{2, 1, 2, 2}, "c"},
		{"a\nb", "a\nc", [4]int{2, 1, 2, 2}, "c"},
		{"a\nb\n", "a\nb\nc\n", [4]int{2, 2, 2, 2}, "\nc"},
		{"a\r\nb\r\n", "a\r\nb\r\nc\r\n", [4]int{2, 2, 2, 2}, "\r\nc"},
		{"a\nb\nc\n", "a\n", [4]int{1, 2, 3, 2}, ""},
		{"a\nb\n", "a\nb", [4]int{2, 1, 2, 3}, "b"},
		{"a\nb", "a\nb\n", [4]int{2, 1, 2, 2}, "b\n"},
		{"a\r\n", "b\n", [4]int{1, 1, 1, 4}, "b\n"},
	} {
		f := fixedFile(c.before, c.after)
		fix := sarifFixOf(t, &f)
		if len(fix.Replacements) != 1 {
			t.Fatalf("%q to %q: %v", c.before, c.after, fix.Replacements)
		}
		r, text := fix.Replacements[0].DeletedRegion, *fix.Replacements[0].InsertedContent.Text
		if region := [4]int{*r.StartLine, *r.StartColumn, *r.EndLine, *r.EndColumn}; region != c.region || text != c.text {
			t.Errorf("%q to %q: got %v and %q, want %v and %q", c.before, c.after, region, text, c.region, c.text)
		}
	}
}

// TestRefusedFix has a finding that a new file fixes, next to one that the change of
// the Dockerfile fixes.
func TestRefusedFix(t *testing.T) {
	f := fixedFile("FROM a\nCOPY . .\n", "FROM b\nCOPY . .\n")
	f.Result.Findings = append([]fixer.Finding{{ID: "dockerignore", Status: fixer.Fixed, Safety: fixer.Unsafe, Line: 1, Col: 1, Problem: "takes all along"}}, f.Result.Findings...)
	f.Result.Created = []fixer.NewFile{{ID: "dockerignore", Name: ".dockerignore", Text: []byte("node_modules\n")}}
	list := decodeSARIF(t, &Report{Files: []File{f}}).Runs[0].Results
	if len(list[0].Fixes) != 0 || list[0].Properties.Properties["noFix"] != "it adds a file" || len(list[1].Fixes) != 1 || list[1].Properties.Properties["noFix"] != nil {
		t.Errorf("got %v and %v", list[0], list[1])
	}
}

// TestSARIFBounds has a file of so many findings and changes that not all of them can
// carry the fix.
func TestSARIFBounds(t *testing.T) {
	const n = 1000
	f := fixedFile(strings.Repeat("ENV a b\nRUN c\n", n), strings.Repeat("ENV a=b\nRUN c\n", n))
	found := f.Result.Findings[0]
	f.Result.Findings = nil
	for i := range n {
		found.Line = 2*i + 1
		f.Result.Findings = append(f.Result.Findings, found)
	}
	log, text := readSARIF(t, &Report{Files: []File{f}})
	if len(text) > 20<<20 {
		t.Errorf("%d bytes", len(text))
	}
	for i, result := range log.Runs[0].Results {
		if reason := result.Properties.Properties["noFix"]; (len(result.Fixes) == 1) != (reason == nil) || i == 0 && reason != nil {
			t.Fatalf("result %d has %d fixes, and no other for %v", i, len(result.Fixes), reason)
		}
	}
}
