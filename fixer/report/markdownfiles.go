package report

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
)

// Bounds of the parts of the text about a file, in bytes.
const (
	maxChanges  = 10_000
	maxCreated  = 1000
	maxStated   = 3000
	maxLeft     = 6000
	maxProofs   = 10_000
	maxLeftFile = 3000 // of a file that stays unchanged
)

// needsLook reports whether a change was made although it may break something.
func needsLook(f fixer.Finding) bool { return f.Status == fixer.Fixed && f.Safety == fixer.Unsafe }

// toLookAt counts the changes that need a look.
func (f *File) toLookAt() (n int) {
	for i, finding := range f.Result.Findings {
		if needsLook(finding) && !f.known(i) {
			n++
		}
	}
	return n
}

// changedFiles shows as many of the changed files in full as fit, and the others in
// a line each.
func (b *body) changedFiles(room int) string {
	if len(b.changed) == 0 {
		return ""
	}
	rest, lines := b.changed, 0 // the length of the rest in a line each
	for _, f := range rest {
		lines += len(f.brief()) + len("- \n")
	}
	blocks := []string{"## File by file", "Line numbers are those before the change."}
	room -= len(join(blocks...)) + 200 // for the words around the rest
	for len(rest) > 0 {
		full, line := rest[0].section(b.built), len(rest[0].brief())+len("- \n")
		if room < len(full)+2+lines-line {
			break
		}
		rest, room, lines = rest[1:], room-len(full)-2, lines-line
		blocks = append(blocks, full)
	}
	if len(rest) > 0 {
		blocks = append(blocks, "### "+Counted(len(rest), "more file"), "There is no room for what is to be said of them.",
			bullets(rest, room, "file", (*File).brief))
	}
	return join(blocks...)
}

// brief returns a changed file in a line.
func (f *File) brief() string {
	n := 0
	for _, finding := range f.Result.Findings {
		if finding.Status == fixer.Fixed {
			n++
		}
	}
	text := fmt.Sprintf("%s: %s", codeSpan(f.Path), Counted(n, "change"))
	if look := f.toLookAt(); look > 0 {
		text += fmt.Sprintf(", **look at %d of them**", look)
	}
	if f.assumptions() != "" {
		text += ", resting on **what is assumed**"
	}
	for i := range f.Proofs {
		if v := verdictOf(f.Proofs[i].Outcome); v != proved {
			return text + ". **" + string(v) + "**"
		}
	}
	return text
}

// section returns a changed file in full. built reports whether others were built.
func (f *File) section(built bool) string {
	var changes, failed, stated, left []fixer.Finding
	known := 0
	for i, finding := range f.Result.Findings {
		switch kind := finding.Status; {
		case kind == fixer.Fixed && f.known(i):
			known++
		case f.known(i) || f.shownAsAssumption(finding):
		case kind == fixer.Fixed:
			changes = append(changes, finding)
		case kind == fixer.Failed:
			failed = append(failed, finding)
		case kind == fixer.Stated:
			stated = append(stated, finding)
		default:
			left = append(left, finding)
		}
	}
	unbuilt := ""
	if built && len(f.Proofs) == 0 {
		unbuilt = "**Nothing was built or run for this one.**"
	}
	return join(
		"### "+codeSpan(f.Path), unbuilt, f.proofs(), f.assumptions(), f.changes(changes, known),
		titled("**dockmend itself failed here; the file is whole:**", bullets(failed, maxLeft, "failure", item)),
		titled("**Nothing is changed about these:**", bullets(stated, maxStated, "statement", item)),
		details(fmt.Sprintf("Left as it is, or changed only with --unsafe: %d", len(left)), bullets(left, maxLeft, "finding", item)),
		f.facts(),
	)
}

// changes lists what is changed and added, and counts what a baseline has.
func (f *File) changes(list []fixer.Finding, known int) string {
	lines := []string{
		bullets(list, maxChanges, "change", item),
		bullets(f.Result.Created, maxCreated, "new file", func(c fixer.NewFile) string {
			return "New file: " + codeSpan(path.Join(f.Directory, c.Name))
		}),
	}
	if known > 0 {
		lines = append(lines, fmt.Sprintf("- %s in the baseline", are(known, "more change")))
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	return strings.Join(lines, "\n")
}

// item returns a finding in a line.
func item(f fixer.Finding) string {
	look := ""
	if needsLook(f) {
		look = ", **look at this**"
	}
	return fmt.Sprintf("Line %d, %s%s: %s", f.Line, codeSpan(f.ID), look, prose(message(f)))
}

// leftFiles lists the files that stay unchanged, and why.
func (b *body) leftFiles(room int) string {
	summary := fmt.Sprintf("Files that stay as they are: %d", len(b.left))
	return details(summary, bullets(b.left, room-len(details(summary, " "))-100, "file", func(f *File) string {
		var findings []fixer.Finding
		for i, finding := range f.Result.Findings {
			if !f.known(i) {
				findings = append(findings, finding)
			}
		}
		text := codeSpan(f.Path)
		if len(findings) > 0 {
			text += "\n  " + strings.ReplaceAll(bullets(findings, maxLeftFile, "finding", item), "\n", "\n  ")
		}
		return text
	}))
}
