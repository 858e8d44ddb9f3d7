package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
)

// maxBody is the longest body, in bytes. GitHub accepts 65,536 characters; the rest is
// for text that callers add.
const maxBody = 60_000

// The parts of the body that grow with the report have bounds of their own, in
// bytes. What does not fit is counted.
const (
	maxOverview  = 10_000
	maxUnwritten = 4000
	maxFailures  = 4000
	minLeft      = 1500 // for the files that stay unchanged
)

const home = "[dockmend](https://github.com/dockmend/dockmend)"

// Markdown writes the body of a pull request: what changes and why, file by file,
// with its assumptions and what was proved. It is for readers who do not know
// dockmend. GitHub accepts it whatever the report's size: if it would be too long, the
// details of later files are left out, and counted. Untrusted text is quoted, and
// without effect.
func Markdown(w io.Writer, r *Report) error {
	b := sorted(r)
	head := join(b.opening(), b.warnings(), b.overview(), b.identities(), b.toDo(), b.unwrittenFiles(), b.failures())
	tail := b.refusal()
	room := maxBody - len(join(head, tail)) - 2*len("\n\n") - len("\n")
	changed := b.changedFiles(room - minLeft)
	left := b.leftFiles(room - len(changed))
	_, err := io.WriteString(w, join(head, changed, left, tail)+"\n")
	return err
}

// body is a report, with its files by their role in a pull request.
type body struct {
	*Report
	changed   []*File
	unwritten []*File // their change is not part of it
	left      []*File // they stay unchanged
	failed    []*File
	fixes     []Count // of the changed ones
	look      int     // how many of these need a person to check them
	built     bool    // something was proved of one of the changed ones, or was to be
	known     int     // findings that a baseline has
}

// sorted sorts the files. If one has been written, an unwritten change is not part of
// the pull request.
func sorted(r *Report) *body {
	b := &body{Report: r, known: r.Summary().Known}
	writing := false
	for i := range r.Files {
		writing = writing || r.Files[i].Written
	}
	changed := &Report{Transforms: r.Transforms}
	for i := range r.Files {
		switch f := &r.Files[i]; {
		case f.Err != nil:
			b.failed = append(b.failed, f)
		case !f.Changed():
			b.left = append(b.left, f)
		case writing && !f.Written:
			b.unwritten = append(b.unwritten, f)
		default:
			b.changed = append(b.changed, f)
			changed.Files = append(changed.Files, *f)
			b.look += f.toLookAt()
			b.built = b.built || len(f.Proofs) > 0
		}
	}
	b.fixes = changed.Summary().Fixes
	return b
}

// kinds counts files by their kind, in the order in which the kinds come.
func kinds(files []*File) string {
	var order []document.Kind
	count := map[document.Kind]int{}
	for _, f := range files {
		kind := cmp.Or(f.Kind, dockerfile.Kind)
		if count[kind]++; count[kind] == 1 {
			order = append(order, kind)
		}
	}
	var parts []string
	for _, kind := range order {
		parts = append(parts, Counted(count[kind], string(kind)))
	}
	return enumerated(parts)
}

// opening returns the introduction.
func (b *body) opening() string {
	var text string
	if len(b.changed) > 0 {
		text = fmt.Sprintf("This pull request repairs %s. It was made by %s %s: small named changes, "+
			"made where the image works as before, as far as the Dockerfile, the build context and the base image tell.",
			kinds(b.changed), home, prose(b.Version))
	} else {
		text = fmt.Sprintf("%s %s, which repairs how containers are built and run, has nothing to change here.", home, prose(b.Version))
	}
	var others []string
	for _, part := range []struct {
		n            int
		one, several string
	}{
		{len(b.left), "stays as it is", "stay as they are"},
		{len(b.unwritten), "is not part of it", "are not part of it"},
		{len(b.failed), "could not be repaired", "could not be repaired"},
	} {
		switch part.n {
		case 0:
		case 1:
			others = append(others, "1 "+part.one)
		default:
			others = append(others, fmt.Sprintf("%d %s", part.n, part.several))
		}
	}
	if others != nil && len(b.changed) > 0 {
		text += " Of the other files, " + strings.Join(others, ", ") + "."
	} else if others != nil {
		text += " Of the files, " + strings.Join(others, ", ") + "."
	}
	if b.known > 0 {
		text += fmt.Sprintf(" %s in the baseline, and not listed here.", are(b.known, "finding"))
	}
	return text
}

// are returns counts with the verb.
func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return Counted(n, what) + " are"
}

// overview returns for each transform, once, what it does and why.
func (b *body) overview() string {
	return titled("## What changes", bullets(b.fixes, maxOverview, "kind", func(c Count) string {
		places := Counted(c.Count, "place")
		if t := b.transform(c.ID); t != nil {
			return fmt.Sprintf("**%s** (%s, %s). %s", prose(capitalized(t.Title)), codeSpan(c.ID), places, prose(reason(t.Doc.Why)))
		}
		return fmt.Sprintf("%s (%s)", codeSpan(c.ID), places)
	}))
}

// unwrittenFiles lists the changes that were not made, and why where that was a
// proof.
func (b *body) unwrittenFiles() string {
	return titled(join("## Not part of this pull request", "These would change too, and were not written."),
		bullets(b.unwritten, maxUnwritten, "file", func(f *File) string {
			for i := range f.Proofs {
				if p := &f.Proofs[i]; verdictOf(p.Outcome) != proved {
					return fmt.Sprintf("%s: %s: %s", stageName(f, p), strings.ToLower(string(verdictOf(p.Outcome))), prose(p.Reason))
				}
			}
			return codeSpan(f.Path)
		}))
}

// failures lists the files of which nothing is known, or that were not written.
func (b *body) failures() string {
	return titled("## Not repaired", bullets(b.failed, maxFailures, "file", func(f *File) string {
		where := codeSpan(f.Path)
		if f.Err.Name != f.Path {
			where += ", " + codeSpan(f.Err.Name)
		}
		if f.Err.Line > 0 {
			where += fmt.Sprintf(", line %d", f.Err.Line)
		}
		return where + ": " + prose(f.Err.Msg)
	}))
}

// refusal returns how to suppress a change.
func (b *body) refusal() string {
	fixes := slices.DeleteFunc(slices.Clone(b.fixes), func(c Count) bool { return b.transform(c.ID) == nil })
	if len(fixes) == 0 {
		return ""
	}
	id := slices.MaxFunc(fixes, func(a, b Count) int { return cmp.Compare(a.Count, b.Count) }).ID
	return join("## How to refuse a change",
		"Take it back, and put a comment directly above the instruction or the entry, or above the first one of the file for all of it. "+
			"dockmend follows it from then on. The reason is free text:",
		fmt.Sprintf("```dockerfile\n# dockmend ignore=%s the reason\n```", id),
		fmt.Sprintf("`dockmend explain %s` shows what this change is, what is verified first, and which documentation it rests on. Everything else about %s is in its repository.", id, home))
}
