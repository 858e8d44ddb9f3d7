// Package golden holds the cases that say what dockmend does: a folder for each,
// with the Dockerfile that goes in and the one that must come out.
//
//	golden/TRANSFORM/CASE/Dockerfile       what goes in
//	golden/TRANSFORM/CASE/want.Dockerfile  what must come out; without it, every byte stays
//	golden/TRANSFORM/CASE/findings.txt     what is said
//	golden/TRANSFORM/CASE/want.NAME        a file .NAME that must be made in the context
//	golden/TRANSFORM/CASE/images.json      base images, before those of golden/images.json
//	golden/TRANSFORM/CASE/options.json     options other than the default
//	golden/TRANSFORM/CASE/context/         the build context
//	golden/TRANSFORM/CASE/build.json       what is seen when both are built and run, see Build
//	golden/TRANSFORM/CASE/why.md           what there was to decide, where there was
//
// golden/lab builds and runs, with the applications in golden/lab/apps as build
// contexts. TRANSFORM is the ID of the one transform that runs, or "all" for the list.
package golden

import "embed"

// Examples holds the folder "example" of each transform, for dockmend explain.
//
//go:embed */example
var Examples embed.FS
