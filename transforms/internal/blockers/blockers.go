// Package blockers lists all that is known to keep a container from running as another user
// than root, so that who removes the first does not meet the next.
package blockers

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// The bounds of a finding: the blockers that it names, the further places of each, and the
// blockers that are counted. A script may have any number.
const (
	maxNamed  = 5
	maxPlaces = 2
	maxKnown  = 100
)

// Blocker is one thing that needs root, or that may.
type Blocker struct {
	// Text is a sentence, with its place.
	Text string
	// Place is the part of Text that says where: the same at another place is the same
	// blocker. It is "" where that is not told apart.
	Place string
	// Cause is what two blockers have in common that go away together; "" for what Text ends
	// in after its last colon, or says apart from its place.
	Cause string
	// Path is what stays another user's in the container, "" for nothing known.
	Path string
	// Mounted: Path is a mount, which has an owner and a remedy of its own.
	Mounted bool
	// Perhaps: it counts if the image of a deployment is this one.
	Perhaps bool

	also []string // further places
	key  string   // of the cause, in a list
}

// Of returns sentences as blockers, without empty ones.
func Of(texts ...string) (list []Blocker) {
	for _, text := range texts {
		if text != "" {
			list = append(list, Blocker{Text: text})
		}
	}
	return list
}

// At returns a sentence that begins with a place.
func At(place workload.Place, format string, args ...any) Blocker {
	return Blocker{Text: place.String() + " " + fmt.Sprintf(format, args...), Place: place.String()}
}

// Files returns a sentence about files that the instruction in a line makes: of one
// instruction, the first is named.
func Files(line int, format string, args ...any) Blocker {
	return Blocker{Text: fmt.Sprintf(format, args...), Cause: fmt.Sprintf("files of line %d", line)}
}

// List has blockers in the order in which they are found, each once.
type List []Blocker

// Add adds those that the list does not have: of one cause the first is named, with the
// places of the others, and of what lies in one directory the first.
func (l *List) Add(more ...Blocker) {
	for _, b := range more {
		b.key = b.cause()
		i := slices.IndexFunc(*l, func(known Blocker) bool { return known.key == b.key })
		switch {
		case i >= 0:
			(*l)[i] = (*l)[i].alsoAt(b.Place)
		case len(*l) < maxKnown && !slices.ContainsFunc(*l, b.isWithin):
			*l = append(*l, b)
		}
	}
}

// cause returns what makes two blockers one.
func (b Blocker) cause() string {
	text := b.Text
	if b.Place != "" {
		text = strings.Replace(text, b.Place, "", 1)
	}
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+len(": "):]
	}
	return cmp.Or(b.Cause, strings.TrimSpace(text))
}

// alsoAt returns the blocker with a further place.
func (b Blocker) alsoAt(place string) Blocker {
	if place != "" && place != b.Place && !slices.Contains(b.also, place) {
		b.also = append(slices.Clip(b.also), place)
	}
	return b
}

// isWithin reports whether the path of this blocker is that of a known one, lies below it or
// is the directory that it lies in: then one chown answers both. Of / that holds for / alone,
// and what counts perhaps answers nothing that is certain.
func (b Blocker) isWithin(known Blocker) bool {
	switch {
	case b.Path == "" || b.Mounted || known.Path == "" || known.Perhaps && !b.Perhaps:
		return false
	case b.Path == "/" || known.Path == "/":
		return b.Path == known.Path
	}
	return workload.Within(b.Path, known.Path) || b.Path == path.Dir(known.Path)
}

// DirOf returns what has to be given away for a file to be written, by its name: its
// directory, or the file itself where it may be a directory, is a socket, or lies in /etc and
// the like, which stay root's.
func DirOf(file string) string {
	file = path.Clean(file)
	dir, ext := path.Dir(file), path.Ext(strings.TrimPrefix(path.Base(file), "."))
	if ext == "" || ext == ".sock" || path.Dir(dir) == "/" && dir != "/" && workload.IsSystem(dir) {
		return file
	}
	return dir
}

// Texts returns the sentences, the last of which counts those that are too many.
func (l List) Texts() (texts []string) {
	for _, b := range l[:min(len(l), maxNamed)] {
		texts = append(texts, b.sentence())
	}
	if more := len(l) - maxNamed; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return texts
}

func (b Blocker) sentence() string {
	text := b.Text
	if b.Perhaps {
		text += ", if its image is this one"
	}
	if len(b.also) == 0 {
		return text
	}
	places := strings.Join(b.also[:min(len(b.also), maxPlaces)], ", ")
	if more := len(b.also) - maxPlaces; more > 0 {
		places += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s (also in %s)", text, places)
}

// String returns the sentences in one line, "" for an empty list.
func (l List) String() string { return strings.Join(l.Texts(), "; ") }
