// Package repository reads what a checkout says of its Dockerfiles: who builds
// each of them, from which build context, with which target and arguments, and
// how the image that comes out is run.
//
// Its sources are Compose files, bake files, skaffold.yaml, fly.toml, workflows
// of GitHub and GitLab, makefiles, package.json, shell scripts, documentation in
// Markdown and Kubernetes manifests. Nothing is executed: a value that only a run
// could tell is a [workload.Gap], with its place.
//
// The package is pure. It reads an fs.FS, whose files are strangers' work, within
// the bounds that are stated in bounds.go.
package repository
