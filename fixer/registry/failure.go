package registry

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"unicode"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// errTimeout is the cause of a context that ran out of Options.Timeout.
var errTimeout = errors.New("no answer in time")

// failure is why an image could not be read.
type failure struct {
	// reason is one line that names the host, and never the image. Of what a
	// server wrote, it has no more than the names of hosts.
	reason string
	// host: it's the host that fails, so that asking it for another image makes
	// no sense.
	host bool
	// tooMany: the host wants no more requests.
	tooMany bool
	// question: it's what was asked of the layers that has no answer, and not the
	// layers that can't be read.
	question bool
	// absent: the registry did answer, and what was asked for isn't there.
	absent bool
	// platform: it's there for other platforms.
	platform bool
	err      error // may be nil
}

func (f *failure) Error() string { return f.reason }
func (f *failure) Unwrap() error { return f.err }

// Is makes a baseimage.ErrNotFound of what isn't there.
func (f *failure) Is(target error) bool {
	return target == baseimage.ErrNotFound && f.absent && !f.platform
}

// clean makes one short line of a text.
func clean(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	const limit = 120
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// brokenOff reports whether the connection was lost before the answer was
// complete.
func brokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
