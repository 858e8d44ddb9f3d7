// Package composefile repairs Compose files: it joins the engine with what the files of a
// project mean together, and with what is known of the images that their services run.
//
// [Run] takes a [Source] and runs the transforms of kind [Kind]. Each of them is a function
// that takes a [Pass], and is made one of the engine's by [On]. It sees, for each service of
// the file, its node, what package compose says of it, and the [workload.Container] of its
// image. Where nothing is known, Unknown says why, and a transform changes nothing.
package composefile
