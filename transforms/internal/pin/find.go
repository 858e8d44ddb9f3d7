package pin

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// finder finds how images are to be named.
type finder struct {
	image func(image, platform string, ask baseimage.Ask) (*baseimage.Facts, error)
	style string // byTag, byDigest
}

// find searches for the best name of an image that fits.
func (s finder) find(image, platform string, fits func(name string) bool) pin {
	const windows = "images of Windows are bound to the version of the host"
	n := splitName(image)
	if n.windows() {
		return pin{may: fixer.Refusal(windows)}
	}
	ask := baseimage.AskDigest
	if s.style == byTag {
		ask |= baseimage.AskConfig
	}
	f, reason := s.ask(image, platform, ask)
	if reason == "" && f.Distro.FamilyOf() == baseimage.Windows {
		reason = windows
	}
	if reason != "" {
		return pin{may: fixer.Refusal(reason)}
	}
	var tried []string
	if s.style == byTag {
		if n.dependsOnRelease(f) {
			if f, reason = s.ask(image, platform, ask|baseimage.AskDistro); reason != "" {
				return pin{may: fixer.Refusal(reason)}
			}
		}
		for _, tag := range n.versionTags(f) {
			name := n.repo + ":" + tag
			if !fits(name) {
				continue
			}
			switch same, reason := s.same(name, platform, f.Digest); {
			case reason != "":
				return pin{may: fixer.Refusal(fmt.Sprintf("whether %s is the same image is unknown: %s", tag, reason))}
			case same:
				return pin{name: name, tag: tag, change: "use " + tag, why: "same digest " + brief(f.Digest), by: digestOf(f)}
			}
			tried = append(tried, tag)
		}
	}
	pinned := s.byDigest(n, f.Digest, tried)
	pinned.by = digestOf(f)
	return pinned
}

// digestOf is the evidence that the digest of an image is.
func digestOf(f *baseimage.Facts) []fixer.Evidence {
	return []fixer.Evidence{{Image: f.Image, Source: "registry", What: "the digest " + f.Digest}}
}

// byDigest adds the digest to the name. Unless a digest was requested, the change
// needs a look if the image may be the project's own, which is rebuilt before this
// one, or if it is unknown how long a digest without tags is kept.
func (s finder) byDigest(n name, digest string, tried []string) pin {
	pinned := pin{name: n.repo + ":" + cmp.Or(n.tag, "latest") + "@" + digest}
	pinned.change, pinned.why = "add its digest "+brief(digest), "what it names today"
	if s.style == byDigest {
		pinned.why += ", --pin=digest"
		return pinned
	}
	if len(tried) > 0 {
		pinned.why += fmt.Sprintf("; no version names the same image: %s", strings.Join(tried, ", "))
	} else {
		pinned.why += "; the image states no version that its tags have"
	}
	if !n.published() {
		pinned.may = fixer.Doubt("its owner may rely on the newest one, or delete others")
	}
	return pinned
}

// same reports whether an image exists and has that digest. The reason says why
// that is unknown.
func (s finder) same(image, platform, digest string) (same bool, reason string) {
	f, err := s.image(image, platform, baseimage.AskDigest)
	switch {
	case errors.Is(err, baseimage.ErrNotFound):
		return false, ""
	case err != nil:
		return false, err.Error()
	}
	return !f.Local && f.Digest == digest, f.Assumed
}

// ask asks about an image what must be certain. The reason says why it isn't.
func (s finder) ask(image, platform string, ask baseimage.Ask) (f *baseimage.Facts, reason string) {
	f, err := s.image(image, platform, ask)
	switch {
	case err != nil:
		return nil, err.Error()
	case f.Assumed != "":
		return nil, f.Assumed
	case f.Local:
		return nil, "it was found on this machine, and its registry may have another"
	case !digestText.MatchString(f.Digest):
		return nil, "its digest is unknown"
	}
	return f, ""
}

// digestText matches a digest in a reference. Any other text from a file of facts is
// not written into a Dockerfile.
var digestText = lazyregexp.New(`^sha256:[0-9a-f]{64}$`)

// brief returns a digest in its short form.
func brief(digest string) string { return digest[:len("sha256:")+12] }
