package report

import (
	"bytes"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
)

// maxFixes bounds the size of the fixes of one file, in bytes. Each result has the
// whole fix, and a file of thousands of findings would make a report of gigabytes.
const maxFixes = 4 << 20

// sarifFixes makes the fixes of one file.
type sarifFixes struct {
	offer
	at   *sarif.ArtifactLocation
	text *sarifText
	room int // in bytes
	some bool
}

func (o offer) sarifFixes(at *sarif.ArtifactLocation, text *sarifText) *sarifFixes {
	return &sarifFixes{offer: o, at: at, text: text, room: maxFixes}
}

// of returns the fix of a finding: its change alone, or, where that can't be made, the
// whole change of the Dockerfile; nil where there is none to offer, or no room for it but
// for the first one. Files that are added are not part of it: a replacement names a
// region of a file that is there, and SARIF has no other way to change one.
func (x *sarifFixes) of(found fixer.Finding) *sarif.Fix {
	if !x.mends(found) {
		return nil
	}
	after, says := x.alone(found), "This change alone."
	if after == nil {
		after, says = x.file.Result.After, "The whole repair of this file: its changes rest on one another."
	}
	s := whole(x.text.src, bytes.TrimPrefix(after, byteOrderMark))
	const frame = 256 // around the text
	if x.room -= frame + len(s.text); x.room < 0 && x.some {
		return nil
	}
	x.some = true
	change := sarif.NewArtifactChange().WithArtifactLocation(x.at)
	change.AddReplacement(sarif.NewReplacement().
		WithDeletedRegion(x.text.region(s.start, s.end)).
		WithInsertedContent(sarif.NewArtifactContent().WithText(s.text)))
	return sarif.NewFix().WithDescription(sarif.NewTextMessage(says)).WithArtifactChanges([]*sarif.ArtifactChange{change})
}

// whole returns the change from its first changed byte to its last one: a single
// replacement, since some readers, reviewdog among them, offer each one separately.
func whole(before, after []byte) splice {
	list := splices(before, after)
	s := list[0]
	for _, next := range list[1:] {
		s.text += string(before[s.end:next.start]) + next.text
		s.end = next.end
	}
	return s
}

// splice replaces the bytes from start to end, which is not included.
type splice struct {
	start, end int
	text       string
}

// splices returns the changes, from top to bottom. If a change reaches the end of the
// file, its last line end is left out: by the standard it belongs to the last line,
// but in editors a line without text begins after it.
func splices(before, after []byte) (list []splice) {
	starts := []int{0}
	for _, line := range lines(before) {
		starts = append(starts, starts[len(starts)-1]+len(line))
	}
	for _, c := range diff.Replacements(before, after) {
		s := splice{starts[c.Line-1], starts[c.Line-1+c.Lines], string(c.Text)}
		if s.end == len(before) {
			s = s.withoutLastEnd(before)
		}
		list = append(list, s)
	}
	return list
}

// withoutLastEnd returns an equivalent of a splice up to the end of the file that
// leaves the last line end unchanged, if there is one.
func (s splice) withoutLastEnd(before []byte) splice {
	end := lineEnd(string(before))
	inside, above := string(before[s.start:s.end]), string(before[:s.start])
	switch {
	case end == "":
	case strings.HasSuffix(inside, end) && strings.HasSuffix(s.text, end):
		s.end -= len(end)
		s.text = strings.TrimSuffix(s.text, end)
	case strings.HasSuffix(above, end) && strings.HasSuffix(end+s.text, end):
		// Lines are only removed, or only added: the line end above them goes or comes
		// in place of their last.
		s.start, s.end = s.start-len(end), s.end-len(end)
		s.text = strings.TrimSuffix(end+s.text, end)
	}
	return s
}
