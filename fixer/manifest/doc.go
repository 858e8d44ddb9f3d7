// Package manifest repairs Kubernetes manifests: it joins the engine with what is known of
// the images that their containers run.
//
// [Run] takes a [Source], a file with the way to ask for an image, and runs the transforms
// of kind kubernetes.Kind. Each of them is a function that takes a [Pass], and is made one
// of the engine's by [On]. It sees the file, its workloads and, for each container, the
// [workload.Container] of its image: built from a Dockerfile as it was repaired in the same
// run, or known by its configuration. Where nothing is known, Unknown says why, and a
// transform changes nothing.
package manifest
