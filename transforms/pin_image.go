package transforms

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
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

// pin is how an image is to be named. The zero value is that of an image whose
// name stays its own.
type pin struct {
	name   string
	tag    string // the new one, "" when a digest is added
	why    string // what there is to say of the change
	safety fixer.Safety
	left   string // why there is no name, "" otherwise
}

// word pins what an instruction names outright.
func (s *pins) word(w imageWord) {
	if !floats(w.image) || s.Ignores(w.in) {
		return
	}
	pinned := s.pin(w)
	if pinned.left == "" {
		edit, err := w.replace(pinned.name)
		if err == nil {
			s.ReportAs(pinned.safety, w.word.Span, "floats: "+pinned.why, edit)
			return
		}
		pinned.left = err.Error()
	}
	s.leave(w, pinned.left)
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
		return pin{left: w.err.Error()}
	}
	pinned, ok := s.known[w.image]
	if !ok {
		pinned = s.find(w, func(string) bool { return true })
		s.known[w.image] = pinned
	}
	return pinned
}

// find looks for the best name that fits.
func (s *pins) find(w imageWord, fits func(name string) bool) pin {
	const windows = "it is of Windows, whose images are bound to the version of the host"
	n := splitName(w.image)
	if n.windows() {
		return pin{left: windows}
	}
	ask := baseimage.AskDigest
	if s.Options.Pin == fixer.PinTag {
		ask |= baseimage.AskConfig
	}
	f, reason := s.ask(w.image, w.platform, ask)
	if reason == "" && f.Distro.FamilyOf() == baseimage.Windows {
		reason = windows
	}
	if reason != "" {
		return pin{left: reason}
	}
	var tried []string
	if s.Options.Pin == fixer.PinTag {
		if n.dependsOnRelease(f) {
			if f, reason = s.ask(w.image, w.platform, ask|baseimage.AskDistro); reason != "" {
				return pin{left: reason}
			}
		}
		for _, tag := range n.versionTags(f) {
			name := n.repo + ":" + tag
			if !fits(name) {
				continue
			}
			switch same, reason := s.same(name, w.platform, f.Digest); {
			case reason != "":
				return pin{left: fmt.Sprintf("whether %s is the same image can't be told: %s", tag, reason)}
			case same:
				why := fmt.Sprintf("%s is %s today (both name %s)", w.image, tag, brief(f.Digest))
				return pin{name: name, tag: tag, why: why, safety: fixer.Safe}
			}
			tried = append(tried, tag)
		}
	}
	return s.byDigest(w.image, n, f.Digest, tried)
}

// byDigest adds the digest to the name. Unless that is what was asked for, a
// person has to look at it where the image may be the project's own, which is
// built anew before this one, or where nobody knows how long a digest is kept that
// no tag names any more.
func (s *pins) byDigest(image string, n name, digest string, tried []string) pin {
	pinned := pin{name: n.repo + ":" + cmp.Or(n.tag, "latest") + "@" + digest, safety: fixer.Safe}
	pinned.why = fmt.Sprintf("%s names %s today, which is added", image, brief(digest))
	if s.Options.Pin == fixer.PinDigest {
		pinned.why += " (--pin=digest)"
		return pinned
	}
	if len(tried) > 0 {
		pinned.why += fmt.Sprintf(", as no version names the same image (%s)", strings.Join(tried, ", "))
	} else {
		pinned.why += ", as the image tells no version that its tags have"
	}
	if !n.published() {
		pinned.safety = fixer.Unsafe
		pinned.why += "; its owner may count on the newest one, or keep no other"
	}
	return pinned
}

// same reports whether an image exists and has that digest. The reason says why
// that can't be told.
func (s *pins) same(image, platform, digest string) (same bool, reason string) {
	f, err := s.Image(image, platform, baseimage.AskDigest)
	switch {
	case errors.Is(err, baseimage.ErrNotFound):
		return false, ""
	case err != nil:
		return false, err.Error()
	}
	return !f.Local && f.Digest == digest, f.Assumed
}

// ask asks of an image what has to be known for certain. The reason says why it
// isn't.
func (s *pins) ask(image, platform string, ask baseimage.Ask) (f *baseimage.Facts, reason string) {
	f, err := s.Image(image, platform, ask)
	switch {
	case err != nil:
		return nil, err.Error()
	case f.Assumed != "":
		return nil, f.Assumed
	case f.Local:
		return nil, "it was found on this machine, and its registry may have another"
	case !digestText.MatchString(f.Digest):
		return nil, "nobody told its digest"
	}
	return f, ""
}

// digestText is a digest as references have it. What a file of facts has in its
// place is not written into a Dockerfile.
var digestText = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// brief is a digest as people quote it.
func brief(digest string) string { return digest[:len("sha256:")+12] }
