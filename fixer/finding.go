package fixer

import "github.com/dockmend/dockmend/fixer/baseimage"

// Finding is something that a transform changes, would change, or deliberately
// leaves alone.
type Finding struct {
	ID        string
	Safety    Safety // Note for what is left alone
	Line, Col int    // in the text that came in, from 1; Col counts bytes
	Message   string
	// Fixed: the change was made. Not fixed, and above Note: it was below the
	// threshold.
	Fixed bool
	// Bug: the transform failed, and what it did was taken back.
	Bug bool

	offset int // in the text that the transform saw
	order  int // of the transform in the list; -1 for the engine's own findings
	group  int // the line of the instruction in the text that came in
}

// Step is one transform that changed the text.
type Step struct {
	ID   string
	Text []byte // after it
}

// NewFile is a file that a transform adds to the build context.
type NewFile struct {
	ID   string // the transform's
	Name string // in the context's directory
	Text []byte
}

// Result is what became of one Dockerfile.
type Result struct {
	Before, After []byte
	// Findings are in the order of the instructions that came in; those of one
	// instruction in the order of the transforms. What a transform changes of lines
	// that an earlier one inserted is no finding of its own.
	Findings []Finding
	Steps    []Step
	// Created are the files that the fix adds, in the order of their transforms.
	// They were not there when their transform looked; those that run later see them
	// in the build context.
	Created []NewFile
	// Images are the facts that were asked for, what was asked of each and no
	// more, by image and platform. What could not be learnt is not among them.
	Images []*baseimage.Facts
}
