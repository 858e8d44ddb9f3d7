// Package kubernetes reads the workloads of manifests: which containers a pod has, and
// what their security contexts say.
//
// [Read] returns the workloads of a file. Every value keeps the node that it comes from,
// so that it can be reported, and edited, in its place. A manifest that is a part of one,
// such as a patch of Kustomize, and an object of a kind that is not known have no
// workload.
//
// The paths are those of the Kubernetes API reference, "Workload Resources".
//
// The package is pure: a parsed file goes in, values come out.
package kubernetes
