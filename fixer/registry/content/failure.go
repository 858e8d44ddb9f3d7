package content

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"unicode"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// ErrTimeout is the cause of a context whose time for an image's documents is over.
var ErrTimeout = errors.New("no answer in time")

// Failure is why an image could not be read.
type Failure struct {
	// Reason is one line that names the host, and never the image. Of a server's text,
	// it contains only names of hosts.
	Reason string
	// Host: the host fails, so asking it for another image makes no sense.
	Host bool
	// TooMany: the host wants no more requests.
	TooMany bool
	// Question: the question to the layers has no answer; the layers themselves can be
	// read.
	Question bool
	// Absent: the registry answered, and has no such image.
	Absent bool
	// platform: the image exists for other platforms.
	platform bool
	Err      error // may be nil
}

func (f *Failure) Error() string { return f.Reason }
func (f *Failure) Unwrap() error { return f.Err }

// Is makes an absent image a baseimage.ErrNotFound.
func (f *Failure) Is(target error) bool {
	return target == baseimage.ErrNotFound && f.Absent && !f.platform
}

// Clean returns a text as one short line of printable characters, for messages.
func Clean(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	const limit = 120
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// BrokenOff reports whether err means that the connection was lost before the
// answer was complete.
func BrokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
