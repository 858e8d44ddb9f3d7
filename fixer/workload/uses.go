package workload

// This file describes what a repository does with an image and its Dockerfile besides running
// it.

// Derivation is a place where something is built on a Dockerfile: its user is that of the
// RUNs there.
type Derivation struct {
	Place
	// Continues: the place continues the text of the Dockerfile. Otherwise it names its
	// image in a FROM.
	Continues bool
}

// Argument is a place that gives arguments to the ENTRYPOINT of an image, and is no
// Deployment.
type Argument struct {
	Place
	Perhaps bool // the image may be another Dockerfile's, or a third party's
}

// TextUse is a place that depends on the text of a Dockerfile.
type TextUse struct {
	Place
	Program string // "sed"
	// Finds are regular expressions, each for a line: what they match is used. With none,
	// all of the text is.
	Finds []string
	// Tests is what of the image such lines decide, and the program tests: "the ENTRYPOINT of
	// the image". "" where it looks at the text.
	Tests string
}
