package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// many repeats a report's files, each by a path of its own.
func many(r *Report, n int) *Report {
	all := &Report{Version: r.Version, Transforms: r.Transforms}
	for i := range n {
		for _, f := range r.Files {
			f.Path = fmt.Sprintf("%d/%s", i, f.Path)
			if f.Err != nil {
				f.Err = &document.Error{Name: f.Path, Line: f.Err.Line, Msg: f.Err.Msg}
			}
			all.Files = append(all.Files, f)
		}
	}
	return all
}

// wide repeats what a file has.
func wide(f File, n int) File {
	f.Known = nil
	f.Result.Findings = slices.Repeat(f.Result.Findings, n)
	f.Images = slices.Repeat(f.Images, n)
	f.Result.Created = slices.Repeat(f.Result.Created, n)
	f.Proofs = slices.Repeat(f.Proofs, n)
	for i := range f.Proofs {
		f.Proofs[i].Seen = slices.Repeat(f.Proofs[i].Seen, n)
		f.Proofs[i].Notes = slices.Repeat(f.Proofs[i].Notes, n)
	}
	return f
}

// TestMarkdownFits: whatever the report's size, GitHub accepts the body, no part of it
// is cut, and it is complete.
func TestMarkdownFits(t *testing.T) {
	long := func(word string) string { return word + strings.Repeat(" `é|", 2000) }
	var transforms []*fixer.Transform
	for i := range 200 {
		transforms = append(transforms, &fixer.Transform{ID: fmt.Sprintf("transform-%d", i), Title: long("title"), Doc: fixer.Doc{Why: long("why")}})
	}
	every := richFile(itself)
	every.Known, every.Result.Findings = nil, nil
	for _, tr := range transforms {
		every.Result.Findings = append(every.Result.Findings, fixer.Finding{ID: tr.ID, Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 1, Problem: long("message")})
	}
	written := many(partly(long), 300)
	for name, r := range map[string]*Report{
		"one":              rich(itself),
		"some":             many(rich(itself), 20),
		"very many":        many(rich(itself), 1000),
		"long":             rich(long),
		"many long":        many(rich(long), 40),
		"wide":             {Transforms: testTransforms, Files: []File{wide(richFile(itself), 100)}},
		"wide and long":    {Transforms: testTransforms, Files: []File{wide(richFile(long), 20)}},
		"all, in many":     many(&Report{Transforms: testTransforms, Files: []File{wide(richFile(long), 6)}}, 10),
		"many transforms":  {Transforms: transforms, Files: []File{every}},
		"partly written":   written,
		"no file":          {},
		"no transform":     {Files: rich(long).Files},
		"nothing but left": many(&Report{Files: rich(long).Files[2:]}, 200),
	} {
		t.Run(name, func(t *testing.T) {
			body := markdownOf(t, r)
			if len(body) > maxBody || !utf8.ValidString(body) {
				t.Errorf("%d bytes", len(body))
			}
			checkWhole(t, body)
			if refused := strings.Contains(body, "\n## How to refuse a change\n"); refused != (len(r.Transforms) > 0) {
				t.Errorf("how to refuse is there: %v", refused)
			}
		})
	}
}

// checkWhole checks that each part is complete.
func checkWhole(t *testing.T, body string) {
	t.Helper()
	open, closed := 0, 0
	for _, line := range outline(t, body) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, `HTMLBlock "<details>\n<summary>`) && strings.HasSuffix(line, `</summary>\n"`):
			open++
		case line == `HTMLBlock "</details>\n"`:
			closed++
		case strings.HasPrefix(line, "HTMLBlock"):
			t.Errorf("there is %.200s", line)
		}
		if strings.Contains(line, "**") {
			t.Errorf("asterisks are shown: %.200s", line)
		}
	}
	if open != closed {
		t.Errorf("%d parts are folded, and %d end", open, closed)
	}
}

var (
	sectionHead = regexp.MustCompile("(?m)^### `(\\d+)/Changedpath`$")
	briefLine   = regexp.MustCompile("(?m)^- `(\\d+)/Changedpath`: 3 changes, \\*\\*look at 1 of them\\*\\*, resting on \\*\\*what is assumed\\*\\*\\. \\*\\*Not proved\\*\\*$")
	filesLeft   = regexp.MustCompile(`(?m)^- (\d+) more files? (?:is|are) not shown here$`)
	moreFiles   = regexp.MustCompile(`(?m)^### (\d+) more files?$`)
)

// TestMarkdownLeavesOut: the first files are in full, those after them in
// a line, and the rest is counted.
func TestMarkdownLeavesOut(t *testing.T) {
	shortened, counted := false, false
	for _, n := range []int{1, 10, 20, 30, 60, 100, 300, 1000} {
		r := many(&Report{Transforms: testTransforms, Files: []File{richFile(itself), rich(itself).Files[2]}}, n)
		body := markdownOf(t, r)
		if !strings.Contains(body, "\n- `0/Leftpath`\n") {
			t.Errorf("%d files: none that stays as it is has a place", n)
		}
		full, brief := sectionHead.FindAllStringSubmatch(body, -1), briefLine.FindAllStringSubmatch(body, -1)
		for i, m := range append(full, brief...) {
			if m[1] != strconv.Itoa(i) {
				t.Fatalf("%d files: %s is where %d should be", n, m[1], i)
			}
		}
		_, tail, _ := strings.Cut(body, "\n## File by file\n")
		tail, _, _ = strings.Cut(tail, "<summary>Files that stay as they are")
		left := number(filesLeft.FindStringSubmatch(tail))
		if len(full)+len(brief)+left != n {
			t.Errorf("%d files: %d at length, %d in a line, %d left out", n, len(full), len(brief), left)
		}
		if more := number(moreFiles.FindStringSubmatch(tail)); more != n-len(full) {
			t.Errorf("%d files, %d at length, and %d more are spoken of", n, len(full), more)
		}
		shortened, counted = shortened || len(full) > 0 && len(brief) > 0 && left == 0, counted || left > 0
	}
	if !shortened || !counted {
		t.Error("not every case was there")
	}
}

// number is what the first group matched; 0 without a match.
func number(match []string) int {
	if match == nil {
		return 0
	}
	n, err := strconv.Atoi(match[1])
	if err != nil {
		return -1
	}
	return n
}
