// Package rootfs answers questions about the files of a container image by
// reading its layers as streams. It writes nothing to disk, and executes nothing of
// the image.
//
// It reads layers newest first and no further than the questions need. Answers hold
// for every container runtime. Runtimes differ in how they unpack: some put each layer
// into a directory of its own and lay the directories over each other, others unpack
// all layers into one directory, so that an entry "bin/foo" in a layer without an
// entry "bin" lands wherever the link "bin" of a lower layer leads. If the two don't
// agree on a file, its question is left unsettled.
package rootfs

import (
	"context"
	"fmt"
	"io"
	"io/fs"
)

// Layer is one layer of an image, as it is stored.
type Layer struct {
	// Open returns the layer's bytes: a tar archive, plain or compressed with
	// gzip or zstd, recognized by content. It's called once, or twice if content is
	// wanted that was skipped before that was known.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Question asks for the first of some absolute paths that exists.
type Question struct {
	Paths []string
	// Content asks for the content too, if a regular file exists.
	Content bool
	// Optional: it is answered if that takes no more reading than the other questions.
	Optional bool
}

// Answer is the answer to a Question. The zero value is no answer.
type Answer struct {
	// Settled reports whether there is an answer. There is none after an error, if
	// runtimes don't agree on the file, or if they can't unpack its layer.
	Settled bool
	// Path is the first of the question's paths that exists, as in the question. It is
	// empty if none exists.
	Path string
	// Target is the absolute path after all symbolic links.
	Target string
	// Mode is the type and the permission bits of the target. A directory that a layer
	// only implies has those of its lower layers, or 0755.
	Mode fs.FileMode
	// Capable: the target is a file with capabilities of its own (capabilities(7), "File
	// capabilities").
	Capable bool
	// Data is the content of a regular file if it was requested, and else nil.
	Data []byte
}

// Read reads the layers, given oldest first, newest first. It stops, with no
// stream left open, as soon as every question is answered or can't be. There is
// one answer to each question, in their order.
//
// A file is only reported missing if every layer was read to its end, or if what was
// read hides all that lower layers may have there. If a layer has the same file twice,
// by name or through links, the later one counts, unless the earlier one has settled a
// question already. An archive that ends between two entries is complete, with or
// without the marker of the end.
//
// The error, if any, is one line that names the layer, counted from the oldest,
// unless there are too many layers.
// It wraps what Open or the stream returned, ErrLimit if a limit was met, and the
// cause if ctx is done. Answers that were settled before the error stand.
// Content beyond MaxFile leaves its own question unsettled, and all others are
// answered before the error is returned.
func Read(ctx context.Context, layers []Layer, questions []Question) ([]Answer, error) {
	return read(ctx, layers, questions, defaults)
}

func read(ctx context.Context, layers []Layer, questions []Question, max limits) ([]Answer, error) {
	r := newReading(layers, questions, max)
	if len(layers) > max.layers {
		return r.answers, fmt.Errorf("%w: %d layers, at most %d", ErrLimit, len(layers), max.layers)
	}
	err := r.readLayers(ctx)
	if err == nil {
		err = r.readAgain(ctx)
	}
	r.withdraw()
	if err == nil {
		err = r.refusal
	}
	return r.answers, err
}
