// Package diff draws the change of one file, or a new file, as a unified diff.
package diff

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// context is the number of unchanged lines around a change.
const context = 3

// Unified returns the unified diff that turns before into after, nil when they
// are equal. The diff is minimal: no other removes and adds fewer lines (up to
// a million distinct lines; beyond that, a change may be larger).
//
// A line ends at "\n" alone; every other byte, a carriage return too, is part
// of the line and is kept. The names are quoted as git quotes them, and made relative,
// without "." and empty parts of the path, such as a leading "/" or "./". A ".."
// stays, and the tools below refuse to follow it.
//
// `git apply` and `patch -p1` make after from before, byte for byte. For CRLF
// files too they need no option: GNU patch takes the carriage returns out only
// if the headers end in one, and these never do. A quoted name needs GNU patch
// 2.7 or later.
func Unified(path string, before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	a, b := compare(before, after)
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", label("a/", path), label("b/", path))
	for rest := changes(a, b); len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].a0-rest[n-1].a1 <= 2*context {
			n++
		}
		writeHunk(&out, a, b, rest[:n])
		rest = rest[n:]
	}
	return out.Bytes()
}

// Replacement is one change of a file, by whole lines.
type Replacement struct {
	// Line is the first line that is replaced, from 1, and Lines is how many are:
	// 0 if text is inserted before Line, which is then at most the line after the
	// last one.
	Line, Lines int
	Text        []byte // with its line ends
}

// Replacements returns the changes that Unified shows, from top to bottom, nil if
// there are none. Applied from the last to the first, they make after from
// before, byte for byte.
func Replacements(before, after []byte) (list []Replacement) {
	if bytes.Equal(before, after) {
		return nil
	}
	a, b := compare(before, after)
	for _, c := range changes(a, b) {
		list = append(list, Replacement{c.a0 + 1, c.a1 - c.a0, []byte(strings.Join(b.lines[c.b0:c.b1], ""))})
	}
	return list
}

// compare matches the lines of two texts.
func compare(before, after []byte) (a, b *side) {
	a, b = newSide(before), newSide(after)
	match(a, b)
	a.settle(b)
	b.settle(a)
	return a, b
}

// Created returns the unified diff that makes a file of that text, nil for an
// empty one, which a diff can't express. `git apply` and `patch -p1` accept it, as
// they do that of Unified, and refuse if the file exists.
func Created(path string, text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	b := newSide(text)
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- /dev/null\n+++ %s\n", label("b/", path))
	writeHunk(&out, newSide(nil), b, []change{{0, 0, 0, len(b.lines)}})
	return out.Bytes()
}

// side is one version of the file. The kept lines of two matched sides are the
// same lines in the same order; the others are the change.
type side struct {
	lines []string // each with its "\n", if it has one
	kept  []bool
}

func newSide(text []byte) *side {
	lines := slices.Collect(strings.Lines(string(text)))
	return &side{lines, make([]bool, len(lines))}
}

// match marks a longest common subsequence of the lines as kept.
func match(a, b *side) {
	ids := shared(a, b)
	aIDs, aAt := a.encode(ids)
	bIDs, bAt := b.encode(ids)
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0 // a deadline would make the diff depend on the machine
	i, j := 0, 0
	for _, d := range dmp.DiffMainRunes(aIDs, bIDs, false) {
		n := utf8.RuneCountInString(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			i += n
		case diffmatchpatch.DiffInsert:
			j += n
		case diffmatchpatch.DiffEqual:
			for range n {
				a.kept[aAt[i]], b.kept[bAt[j]] = true, true
				i, j = i+1, j+1
			}
		}
	}
}

// shared gives each distinct line that is on both sides a rune of its own. The
// library's DiffLinesToRunes does so for all lines, and panics when it runs
// out of runes; here the lines without one count as changed.
func shared(a, b *side) map[string]rune {
	inA := make(map[string]bool, len(a.lines))
	for _, line := range a.lines {
		inA[line] = true
	}
	const surrogateMin, surrogateCount = 0xd800, 0x800 // no string can hold them
	ids := make(map[string]rune)
	for _, line := range b.lines {
		id := rune(len(ids))
		if id >= surrogateMin {
			id += surrogateCount
		}
		if _, ok := ids[line]; !ok && inA[line] && id <= utf8.MaxRune {
			ids[line] = id
		}
	}
	return ids
}

// encode returns the runes of the lines that have one, and the places of these
// lines. The others cannot be kept, and would make the comparison, which is
// quadratic in the number of changes, slow.
func (s *side) encode(ids map[string]rune) (runes []rune, at []int) {
	for i, line := range s.lines {
		if id, ok := ids[line]; ok {
			runes, at = append(runes, id), append(at, i)
		}
	}
	return runes, at
}

// settle slides each run of changed lines that could as well be higher or lower to
// where a person would put it: next to a change of the other side, or else where its
// first text is the least indented; of equal places the lowest.
func (s *side) settle(other *side) {
	meets, indents := other.gaps(), s.indents()
	kept := 0 // the kept lines above i
	for i := 0; i < len(s.lines); {
		n := s.run(i)
		if n == 0 {
			i, kept = i+1, kept+1
			continue
		}
		top := i
		for top > 0 && s.kept[top-1] && s.lines[top-1] == s.lines[top+n-1] {
			top--
		}
		best, bestRank := top, math.MaxInt
		for at := top; ; at++ {
			rank := indents[at]
			if meets[kept+at-i] {
				rank = -1
			}
			if rank <= bestRank {
				best, bestRank = at, rank
			}
			// The run leaves the lines above i+n as kept; below, another run stops it.
			if at+n == len(s.lines) || s.lines[at] != s.lines[at+n] || at >= i && !s.kept[at+n] {
				break
			}
		}
		for k := range n {
			s.kept[i+k] = true
		}
		for k := range n {
			s.kept[best+k] = false
		}
		i, kept = best+n, kept+best-i
	}
}

// run returns the number of changed lines from line i on.
func (s *side) run(i int) int {
	n := slices.Index(s.kept[i:], true)
	if n < 0 {
		return len(s.kept) - i
	}
	return n
}

// gaps reports, for each number of kept lines, whether a change follows them.
func (s *side) gaps() []bool {
	gaps := []bool{false}
	for _, kept := range s.kept {
		if kept {
			gaps = append(gaps, false)
		} else {
			gaps[len(gaps)-1] = true
		}
	}
	return gaps
}

// indents returns, for each line, the width of the indentation of the first
// text from there on, 0 if there is none.
func (s *side) indents() []int {
	indents, last := make([]int, len(s.lines)), 0
	for i, line := range slices.Backward(s.lines) {
		if text := strings.TrimSpace(line); text != "" {
			last = strings.Index(line, text)
		}
		indents[i] = last
	}
	return indents
}

// change replaces the lines a0 to a1 of one side by the lines b0 to b1 of the
// other; the ends are not included.
type change struct{ a0, a1, b0, b1 int }

// changes returns the changes between two matched sides, from top to bottom.
func changes(a, b *side) []change {
	var all []change
	for i, j := 0, 0; i < len(a.lines) || j < len(b.lines); {
		c := change{i, i + a.run(i), j, j + b.run(j)}
		if c.a0 == c.a1 && c.b0 == c.b1 {
			i, j = i+1, j+1
			continue
		}
		all = append(all, c)
		i, j = c.a1, c.b1
	}
	return all
}

// writeHunk writes the changes as one hunk.
func writeHunk(out *bytes.Buffer, a, b *side, cs []change) {
	first, last := cs[0], cs[len(cs)-1]
	above := min(context, first.a0)
	below := min(context, len(a.lines)-last.a1)
	fmt.Fprintf(out, "@@ -%s +%s @@\n",
		span(first.a0-above, last.a1+below), span(first.b0-above, last.b1+below))
	at := first.a0 - above
	for _, c := range cs {
		writeLines(out, ' ', a.lines[at:c.a0])
		writeLines(out, '-', a.lines[c.a0:c.a1])
		writeLines(out, '+', b.lines[c.b0:c.b1])
		at = c.a1
	}
	writeLines(out, ' ', a.lines[at:last.a1+below])
}

// span returns the lines from start to end, which is not included, as a hunk
// header names them: a single line without its count, no line as what it follows.
func span(start, end int) string {
	switch n := end - start; n {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	default:
		return fmt.Sprintf("%d,%d", start+1, n)
	}
}

func writeLines(out *bytes.Buffer, mark byte, lines []string) {
	for _, line := range lines {
		out.WriteByte(mark)
		out.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// label returns the name in a file header. A tab after it marks that a space is
// not its end.
func label(prefix, path string) string {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(part string) bool {
		return part == "" || part == "."
	})
	name := quote(prefix + strings.Join(parts, "/"))
	if strings.Contains(name, " ") {
		name += "\t"
	}
	return name
}

// quote returns the name as git writes it by default (core.quotePath): as a C
// string where it has a byte that is not printable ASCII, a quote or a backslash.
func quote(name string) string {
	var q strings.Builder
	for _, c := range []byte(name) {
		if i := strings.IndexByte("\a\b\t\n\v\f\r\"\\", c); i >= 0 {
			q.WriteByte('\\')
			q.WriteByte(`abtnvfr"\`[i])
		} else if c < ' ' || c > '~' {
			fmt.Fprintf(&q, `\%03o`, c)
		} else {
			q.WriteByte(c)
		}
	}
	if q.Len() == len(name) {
		return name
	}
	return `"` + q.String() + `"`
}
