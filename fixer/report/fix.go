package report

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// homepage is where people learn of dockmend.
const homepage = "https://github.com/dockmend/dockmend"

var byteOrderMark = []byte("\ufeff")

// offer is the change of a Dockerfile, as a report offers it to whoever would make
// it. A change that can be made alone is offered so. The others are offered as a whole:
// the transforms ran on each other's text, and a file that has a part of their changes
// may not build.
type offer struct {
	file *File
	ok   bool
	// refusal is why nothing is offered, if a reader would expect an offer.
	refusal string
}

// offer decides whether the file's change is offered.
func (f *File) offer() offer {
	before, after := f.Result.Before, f.Result.After
	refuse := func(why string) offer { return offer{f, false, why} }
	switch {
	case f.Written || f.Err != nil || bytes.Equal(before, after):
		return refuse("") // made already, or the file may not be what was read
	case slices.ContainsFunc(f.Proofs, func(p Proof) bool { return verdictOf(p.Outcome) == broken }):
		return refuse("the image was seen to break with it")
	case !utf8.Valid(before) || !utf8.Valid(after):
		return refuse("the file is not UTF-8, and this report has to be")
	case bytes.HasPrefix(before, byteOrderMark) != bytes.HasPrefix(after, byteOrderMark):
		return refuse("it changes the byte order mark")
	}
	return offer{f, true, ""}
}

// mends reports whether the offered change fixes the finding: alone, or as a part of the
// whole.
func (o offer) mends(found fixer.Finding) bool {
	return o.fixes(found) && (!o.file.namesNewFile() || o.alone(found) != nil)
}

// fixes reports whether a change of the file fixes the finding.
func (o offer) fixes(found fixer.Finding) bool {
	return o.ok && found.Status == fixer.Fixed && !o.file.addsFile(found.ID)
}

// alone returns the text with the change of that finding and no other, nil where that
// can't be made alone.
func (o offer) alone(found fixer.Finding) []byte {
	if !o.fixes(found) || len(found.Edits) == 0 {
		return nil
	}
	text, err := document.Splice(o.file.Result.Before, found.Edits)
	if err != nil || !utf8.Valid(text) || bytes.HasPrefix(text, byteOrderMark) != bytes.HasPrefix(o.file.Result.Before, byteOrderMark) {
		return nil
	}
	return text
}

// refuses says why a finding that is fixed comes without the change, "" where it
// has it, or where nobody would expect it.
func (o offer) refuses(found fixer.Finding) string {
	switch {
	case found.Status != fixer.Fixed || o.file.Written || o.file.Err != nil:
		return ""
	case o.refusal == "" && o.file.addsFile(found.ID):
		return "it adds a file"
	case o.ok && !o.mends(found):
		return "it is part of a repair that adds a file"
	}
	return o.refusal
}

// addsFile reports whether a transform adds a file, which no change of the one at hand can
// do.
func (f *File) addsFile(id string) bool {
	return slices.ContainsFunc(f.Result.Created, func(c fixer.NewFile) bool { return c.ID == id })
}

// namesNewFile reports whether the text after all changes names a file that is added: where it is
// offered, that file would be missing.
func (f *File) namesNewFile() bool {
	return slices.ContainsFunc(f.Result.Steps, func(s fixer.Step) bool { return f.addsFile(s.ID) })
}
