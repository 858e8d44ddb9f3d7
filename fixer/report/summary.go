package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Summary counts what became of the files.
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

// Count is how often something of one transform was found.
type Count struct {
	ID    string `json:"id"`
	Count int    `json:"count"`
}

// Summary counts.
func (r *Report) Summary() Summary {
	s := Summary{Files: len(r.Files), Fixes: []Count{}, Unsafe: []Count{}}
	fixes, unsafe := map[string]int{}, map[string]int{}
	for i := range r.Files {
		f := &r.Files[i]
		switch {
		case f.Err != nil:
			s.Failed++
		case f.Changed():
			s.Changed++
		default:
			s.LeftAlone++
		}
		for i, finding := range f.Result.Findings {
			kind := KindOf(finding)
			switch {
			case f.known(i):
				s.Known++
			case kind == Fixed && f.Err == nil:
				fixes[finding.ID]++
			case kind == NeedsUnsafe:
				unsafe[finding.ID]++
			}
		}
	}
	s.Fixes, s.Unsafe = r.counts(fixes), r.counts(unsafe)
	return s
}

// counts puts counts into the order of the transforms.
func (r *Report) counts(byID map[string]int) []Count {
	list := []Count{}
	for id, n := range byID {
		list = append(list, Count{id, n})
	}
	place := func(id string) int {
		for i, t := range r.Transforms {
			if t.ID == id {
				return i
			}
		}
		return len(r.Transforms)
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(place(a.ID)-place(b.ID), cmp.Compare(a.ID, b.ID)) })
	return list
}

// String is the summary for people, a line or two without the last line's end:
// verb says what became of the files that change ("would change", "changed").
func (s Summary) String(verb string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d %s, %d left alone, %d failed", counted(s.Files, "file"), s.Changed, verb, s.LeftAlone, s.Failed)
	if s.Known > 0 {
		fmt.Fprintf(&b, "; %s in the baseline", counted(s.Known, "finding"))
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

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
