// Package pin finds the names of images that move, and the version or digest that names
// the same image permanently.
package pin

import (
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// Change is the result for a place that names an image by a tag that moves.
type Change struct {
	At     document.Span
	What   string // what is wrong there
	Change string // the name that it gets
	Why    string // how that is known
	By     []fixer.Evidence
	May    fixer.Decision // refused: it stays as it is
	Edit   document.Edit
}

// Images returns the places of a file that name images by tags that move, in the order
// of the file, but for those that are named by a variable, which come last. Of an
// image that is left alone it says so once.
func Images(p *imagebuild.Pass) []Change {
	s := &pins{Pass: p, finder: finder{p.Image, Style.Of(p.Options)}, known: map[string]pin{}, told: map[string]bool{}}
	var byVariable []imageWord
	for _, w := range imageWords(p) {
		if strings.Contains(w.text, "$") {
			byVariable = append(byVariable, w)
		} else {
			s.word(w)
		}
	}
	s.variables(byVariable)
	return s.changes
}

// Of returns how an image is to be named that a Compose file runs, for the default platform, as
// [Images] does for those of a Dockerfile; ok is false where its name stays the same image. ask
// asks about an image.
func Of(image string, o fixer.Options, ask func(image string, ask baseimage.Ask) (*baseimage.Facts, error)) (c Change, name string, ok bool) {
	if !floats(image) {
		return Change{}, "", false
	}
	f := finder{func(image, _ string, a baseimage.Ask) (*baseimage.Facts, error) { return ask(image, a) }, Style.Of(o)}
	pinned := f.find(image, "", func(string) bool { return true })
	return Change{What: unpinned + image, Change: pinned.change, Why: pinned.why, By: pinned.by, May: pinned.may}, pinned.name, true
}

// unpinned is the problem, before the name of the image.
const unpinned = "unpinned image "

// pins is the work on one file.
type pins struct {
	*imagebuild.Pass
	finder
	known   map[string]pin  // by image
	told    map[string]bool // the images that were reported as left alone
	changes []Change
}

// pin is how an image is to be named.
type pin struct {
	name        string
	tag         string // the new one, "" when a digest is added
	change, why string // what there is to say of it: the change, and its evidence
	by          []fixer.Evidence
	may         fixer.Decision
}

// change records the change of a word into the name.
func (s *pins) change(at document.Span, what string, pinned pin, edit document.Edit) {
	s.changes = append(s.changes, Change{at, what, pinned.change, pinned.why, pinned.by, pinned.may, edit})
}

// word pins an image that an instruction names without variables.
func (s *pins) word(w imageWord) {
	if !floats(w.image) || s.Ignores(w.in.Span) {
		return
	}
	pinned := s.pin(w)
	if pinned.may.Refused() {
		s.leave(w, pinned.may.Refuse)
		return
	}
	edit, err := w.replace(pinned.name)
	if err != nil {
		s.leave(w, err.Error())
		return
	}
	s.change(w.word.Span, unpinned+w.image, pinned, edit)
}

// leave reports, once for each image, why it is left alone.
func (s *pins) leave(w imageWord, reason string) {
	what := unpinned + w.image
	if w.image == "" {
		what = "perhaps " + unpinned + w.text
	}
	if !s.told[what] {
		s.told[what] = true
		s.changes = append(s.changes, Change{At: w.word.Span, What: what, May: fixer.Refusal(reason)})
	}
}

// pin returns how to name an image, which is the same in all places.
func (s *pins) pin(w imageWord) pin {
	if w.err != nil {
		return pin{may: fixer.Refusal(w.err.Error())}
	}
	pinned, ok := s.known[w.image]
	if !ok {
		pinned = s.find(w.image, w.platform, func(string) bool { return true })
		s.known[w.image] = pinned
	}
	return pinned
}
