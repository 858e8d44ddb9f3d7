package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
)

// Summary counts the results for the files.
type Summary struct {
	Files     int     `json:"files"` // all of them
	Changed   int     `json:"changed"`
	LeftAlone int     `json:"leftAlone"`
	Failed    int     `json:"failed"`
	Fixes     []Count `json:"fixes"`  // that are made, by transform, in the order of the transforms
	Unsafe    []Count `json:"unsafe"` // that --unsafe would add
	// Known are the findings that a baseline has.
	Known int `json:"known,omitempty"`
}

// Count is the number of findings of one transform.
type Count struct {
	ID    string `json:"id"`
	Count int    `json:"count"`
}

// Summary returns the counts of the report's files.
func (r *Report) Summary() Summary {
	t := NewTally(r.Transforms)
	for i := range r.Files {
		t.Add(&r.Files[i])
	}
	return t.Summary()
}

// Tally counts files one by one, for runs that don't keep them. It must be made
// with NewTally.
type Tally struct {
	transforms    []*fixer.Transform
	summary       Summary // without its lists
	fixes, unsafe map[string]int
}

// NewTally returns a Tally that counts by these transforms, in their order.
func NewTally(ts []*fixer.Transform) *Tally {
	return &Tally{transforms: ts, fixes: map[string]int{}, unsafe: map[string]int{}}
}

// Add counts a file.
func (t *Tally) Add(f *File) {
	t.summary.Files++
	switch {
	case f.Err != nil:
		t.summary.Failed++
	case f.Changed():
		t.summary.Changed++
	default:
		t.summary.LeftAlone++
	}
	for i, finding := range f.Result.Findings {
		kind := finding.Status
		switch {
		case f.known(i):
			t.summary.Known++
		case kind == fixer.Fixed && f.Err == nil:
			t.fixes[finding.ID]++
		case kind == fixer.Offered:
			t.unsafe[finding.ID]++
		}
	}
}

// Summary returns the counts so far.
func (t *Tally) Summary() Summary {
	s := t.summary
	s.Fixes, s.Unsafe = t.counts(t.fixes), t.counts(t.unsafe)
	return s
}

// counts returns counts in the order of the transforms.
func (t *Tally) counts(byID map[string]int) []Count {
	list := []Count{}
	for id, n := range byID {
		list = append(list, Count{id, n})
	}
	place := func(id string) int {
		for i, transform := range t.transforms {
			if transform.ID == id {
				return i
			}
		}
		return len(t.transforms)
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(place(a.ID)-place(b.ID), cmp.Compare(a.ID, b.ID)) })
	return list
}

// String returns the summary for people, a line or two without the last line's end:
// verb is what happened to the files that change ("would change", "changed").
func (s Summary) String(verb string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d %s, %d left alone, %d failed", Counted(s.Files, "file"), s.Changed, verb, s.LeftAlone, s.Failed)
	if s.Known > 0 {
		fmt.Fprintf(&b, "; %s in the baseline", Counted(s.Known, "finding"))
	}
	for _, part := range []struct {
		title string
		list  []Count
	}{{"fixes", s.Fixes}, {"only with --unsafe", s.Unsafe}} {
		for i, c := range part.list {
			if i == 0 {
				fmt.Fprintf(&b, "\n%s: ", part.title)
			} else {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s %d", c.ID, c.Count)
		}
	}
	return b.String()
}

// Counted returns a number of things for people, as "1 file" and "2 files".
func Counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
