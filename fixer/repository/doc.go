// Package repository reads what a checkout says about its Dockerfiles: what builds
// each of them, from which build context, with which target and arguments, and how the
// resulting image is run.
//
// Three calls matter most:
//
//   - [Read] reads a checkout, given as an fs.FS, and returns its [Links].
//   - [Links.Builds] returns the known builds of a Dockerfile, for imagebuild.Source.Builds.
//   - [Links.Deployments] returns the known ways in which its image is run; those of one
//     build are in Build.Deployments too. [Links.Gaps] lists what could not be read.
//
// Links.Derived, Links.Arguments, Links.TextUses and Links.Linted return what else depends on
// an image or on the text of its Dockerfile.
//
// Its sources are Compose files, bake files, skaffold.yaml, fly.toml, render.yaml, GitHub
// and GitLab workflows, the files of other CI services, devcontainer.json, action.yml, systemd
// units, container units of Podman, makefiles, package.json, shell scripts, patches,
// documentation in Markdown, Kubernetes manifests and tests of images; of any other text,
// [Links.Mentions] has what looks like a mount or like the command of a container. It
// executes nothing: a value that only a run
// could show is a [workload.Gap], with its place.
//
// The package is pure. It reads an fs.FS, whose files are untrusted input, within
// the bounds of bounds.go. It does not search for the repository's root
// or follow links out of it, and it reads no environment variable or URL and changes no
// file.
package repository
