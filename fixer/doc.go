// Package fixer is the engine: it runs transforms over a Dockerfile one after the
// other, checks what each did to the bytes, and takes back what fails the check.
//
// Three calls matter:
//
//   - [Run] repairs one Dockerfile. Its [Result] has the new text, the findings, each
//     step, and the files that a fix adds. [Source] says what belongs to the
//     Dockerfile: its build context, how it is built, how its image is run.
//   - [Pass.Change] records, inside of a [Transform], a finding and the edits that fix
//     it; [Pass.Leave], a finding of which nothing is changed, and why.
//   - [Pass.Base] and [Pass.Workload] return the facts: of the base image, from the
//     Inspector given to Run, and of what a container does.
//
// A transform is a value: its documentation, and a function that looks at a Pass.
// A change is never printed from a syntax tree. It is an edit of package dockerfile, a
// splice of the bytes; after each transform the file is parsed again, and every
// instruction must be where it was and as it was, or as the edit meant it. A
// transform that fails is taken back alone, with a finding of status [Failed].
//
// The package names no transform: dockmend's own are in package transforms. It opens no
// connection and reads no file but through the fs.FS of its Source: facts come from the
// Inspector, baseimage.Table without a network, registry.New with one. It finds no
// Dockerfiles (package discover), does not read what a repository says of them (package
// repository), prints nothing (packages diff and report), and builds and runs nothing
// (package proof).
//
// # What is stable
//
// Before version 1.0, what holds from one minor version to the next is: the IDs of
// transforms and findings, the meaning of [Safety] and [Status], the JSON report with its
// schema, the flags and the exit codes of the command, the keys of .dockmend.yaml, and
// "# dockmend ignore=". The texts of findings may change with any version: read their
// fields. The Go API may change with a minor version, and CHANGELOG says how; what is
// below internal/ may change at any time. A repaired Dockerfile may be repaired further
// by a later version, and is never changed by the one that repaired it.
package fixer
