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
very digest that the old one names now: of the index, for all platforms, and so of the same image. Whatever else can't be
asked (no network, too many requests, no login) leaves the line as it is. Left alone as well: versions in full, digests,
releases of Debian and Ubuntu, images of Windows, whose tags are bound to the host's version, images found on this machine,
and an ARG that something else uses or that --build-arg sets. A registry that deletes what no tag names any more may one
day lack a digest.`,
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
	name string
	tag  string // the new one, "" when a digest is added
	why  string // what there is to say of the change
	left string // why there is no name, "" otherwise
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
			s.Report(w.word.Span, pinned.why, edit)
			return
		}
		pinned.left = err.Error()
	}
	s.leave(w, pinned.left)
}

// leave says, once for each image, why it is left.
func (s *pins) leave(w imageWord, reason string) {
	image := cmp.Or(w.image, w.text)
	if !s.told[image] {
		s.told[image] = true
		s.Report(w.word.Span, fmt.Sprintf("%s floats, left so: %s", image, reason))
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
	ask := baseimage.AskDigest
	if s.Options.Pin == fixer.PinTag {
		ask |= baseimage.AskConfig
	}
	f, reason := s.ask(w.image, w.platform, ask)
	if reason == "" && f.Distro.FamilyOf() == baseimage.Windows {
		reason = "it is of Windows, whose images are bound to the version of the host"
	}
	if reason != "" {
		return pin{left: reason}
	}
	n := splitName(w.image)
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
				why := fmt.Sprintf("floats: %s is %s today (both name %s)", w.image, tag, brief(f.Digest))
				return pin{name: name, tag: tag, why: why}
			}
			tried = append(tried, tag)
		}
	}
	return s.byDigest(w.image, n, f.Digest, tried)
}

// byDigest adds the digest to the name.
func (s *pins) byDigest(image string, n name, digest string, tried []string) pin {
	why := fmt.Sprintf("floats: %s names %s today, which is added", image, brief(digest))
	switch {
	case s.Options.Pin == fixer.PinDigest:
		why += " (--pin=digest)"
	case len(tried) > 0:
		why += fmt.Sprintf(", as no version names the same image (%s)", strings.Join(tried, ", "))
	default:
		why += ", as the image tells no version that its tags have"
	}
	return pin{name: n.repo + ":" + cmp.Or(n.tag, "latest") + "@" + digest, why: why}
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
