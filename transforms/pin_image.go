package transforms

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// PinImage names the images that a Dockerfile is built from so that the names
// stay theirs.
var PinImage = &fixer.Transform{
	ID:     "pin-image",
	Title:  "name images by a version that stays",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Writes the most specific version in the place of a tag that names another image from time to time, such as latest, lts
or 20: in FROM, in COPY --from and RUN --mount=from, and in the default of an ARG that nothing but FROM uses. With
--pin=digest the tag stays, and the digest of what it names is added; so it is where no version tag names the image.
Without a tag, latest is written in front of a digest: what is followed can then be read, by people and by the programs
that bring digests up to date. Registry, repository, variant, --platform and everything else stay as they are written.`,
		Why: `The same Dockerfile gives another image tomorrow: FROM node is Node.js 24 until the day when it is 25, and a build that
worked breaks, or changes what it ships, without a commit that says so.`,
		Safety: `The version is read from the image's own configuration. A tag is written only when the registry says that it names the
very digest that the old one names now: of the index, for all platforms, and so of the same image. A digest is written
where the publisher is known to keep them (Docker's official images, Distroless, Red Hat, Microsoft) or with --pin=digest;
elsewhere only with --unsafe, as the image may be the project's own, or its registry may delete what no tag names any more.
What can't be asked (no network, too many requests, no login) leaves the line as it is. Left alone as well: versions in
full, digests, releases of Debian and Ubuntu, images of Windows, whose tags are bound to the host's version, images found
on this machine, and an ARG that something else uses or that --build-arg sets.`,
		See: []string{
			"https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
			"https://github.com/docker-library/faq#tags-and-stability",
			"https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",
		},
	},
	Run: pinImages,
}

func pinImages(p *fixer.Pass) error {
	if p.Options.Pin == fixer.PinNone {
		return nil
	}
	s := &pins{Pass: p, known: map[string]pin{}, told: map[string]bool{}}
	var byVariable []imageWord
	for _, w := range imageWords(p) {
		if strings.Contains(w.text, "$") {
			byVariable = append(byVariable, w)
		} else {
			s.word(w)
		}
	}
	s.variables(byVariable)
	return nil
}

// pins is the work on one file.
type pins struct {
	*fixer.Pass
	known map[string]pin  // by image
	told  map[string]bool // the images of which it was said that they are left
}

// pin is how an image is to be named.
type pin struct {
	name string
	tag  string // the new one, "" when a digest is added
	why  string // what there is to say of the change
	may  fixer.Decision
}

// report records the change of a word into the name.
func (s *pins) report(at dockerfile.Span, what string, pinned pin, edit dockerfile.Edit) {
	message := strings.Join(append([]string{what + ": " + pinned.why}, pinned.may.Caveats...), "; ")
	s.ReportAs(pinned.may.Limit(s.Transform().Safety), at, message, edit)
}

// word pins what an instruction names outright.
func (s *pins) word(w imageWord) {
	if !floats(w.image) || s.Ignores(w.in) {
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
	s.report(w.word.Span, "floats", pinned, edit)
}

// leave says, once for each image, why it is left.
func (s *pins) leave(w imageWord, reason string) {
	what := w.image + " floats"
	if w.image == "" {
		what = w.text + " may float"
	}
	if !s.told[what] {
		s.told[what] = true
		s.Report(w.word.Span, fmt.Sprintf("%s, left so: %s", what, reason))
	}
}

// pin tells how an image is to be named, which is the same in all places.
func (s *pins) pin(w imageWord) pin {
	if w.err != nil {
		return pin{may: fixer.Refusal(w.err.Error())}
	}
	pinned, ok := s.known[w.image]
	if !ok {
		pinned = s.find(w, func(string) bool { return true })
		s.known[w.image] = pinned
	}
	return pinned
}
