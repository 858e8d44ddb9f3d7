package rootfs

import (
	"errors"
	"fmt"
)

// The bounds of one call of Read. An image that exceeds one is hostile or useless as a
// base, and is an ErrLimit.
const (
	// MaxLayers is far above the 127 that BuildKit makes at most.
	MaxLayers = 512
	// MaxEntries counts the archive entries of all layers and the directories
	// that they only imply. A tenth as many take some 25 MiB of heap in all. This
	// many, none of whose directories has an entry, take 200 MiB.
	MaxEntries = 500_000
	// MaxNames is the number of bytes of file names and link targets that are
	// kept. Equal paths of several layers are kept once.
	MaxNames = 32 << 20
	// MaxPath is the length of a name or link target in bytes. It's Linux's
	// PATH_MAX: longer ones can't be unpacked.
	MaxPath = 4096
	// MaxFile is the size of a file whose content is requested, in bytes. It is
	// compared to the archive's header, so that nothing of a larger one is read.
	MaxFile = 1 << 20
	// MaxUnpacked is the number of bytes that all layers unpack to. It bounds the
	// stored bytes likewise: there are streams that unpack to nothing.
	MaxUnpacked = 8 << 30
	// MaxWindow is how far back zstd may refer, in bytes; the decoder holds as
	// much in memory. RFC 8878 requires every decoder to support 8 MiB. Only the
	// levels above 19 of the zstd tool need more than this.
	MaxWindow = 16 << 20
	// MaxLinks is the number of symbolic links on the way to a file. It's Linux's
	// own; with more, the file doesn't exist.
	MaxLinks = 40
	// MaxSteps is the number of look-ups while following paths, some seconds of work.
	// It's 80 for each of MaxEntries, where an entry takes about as many as its path
	// has names, and none if it's in the same directory as the one before.
	MaxSteps = 40_000_000

	// maxKept bounds the content that is kept in case it's requested later, in bytes.
	// What doesn't fit is read again.
	maxKept = 4 << 20
)

// ErrLimit is wrapped by the errors about an image that is too large or too
// intricate to read.
var ErrLimit = errors.New("beyond a limit")

// ErrContent is wrapped, besides ErrLimit, by the error about a file whose
// content is too large. All other questions have their answers then.
var ErrContent = errors.New("too large a content")

// contentError is an ErrContent.
type contentError struct{ error }

func (contentError) Is(target error) bool { return target == ErrContent }

func (e contentError) Unwrap() error { return e.error }

// limits are the limits that tests lower.
type limits struct {
	layers, entries, names int
	file, unpacked         int64
	steps, kept            int
}

var defaults = limits{
	layers:   MaxLayers,
	entries:  MaxEntries,
	names:    MaxNames,
	file:     MaxFile,
	unpacked: MaxUnpacked,
	steps:    MaxSteps,
	kept:     maxKept,
}

// exceeded returns an ErrLimit that says "more than n what".
func exceeded[N int | int64](n N, what string) error {
	return fmt.Errorf("%w: more than %d %s", ErrLimit, n, what)
}
