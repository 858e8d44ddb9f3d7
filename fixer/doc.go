// Package fixer is the engine: it runs transforms over a document one after the other,
// checks what each did to the bytes, and takes back what fails the check.
//
// Three things matter:
//
//   - [Run] repairs one [Subject]: a document with all that is known of its use. Its
//     [Result] has the new text, the findings, each step, and the files that a fix adds.
//   - [Transform] is a change as a value: its documentation, and a function that looks at
//     a [Pass].
//   - [Pass.Change] records, inside of a transform, a finding and the edits that fix it;
//     [Pass.Leave], a finding of which nothing is changed, and why.
//
// The engine knows no language. A kind of document is a [document.Document] with edits of
// its own, and a Subject; package imagebuild is the one for Dockerfiles, and the package
// to begin with: imagebuild.Run repairs a Dockerfile, and imagebuild.Pass is what its
// transforms see.
//
// A change is never printed from a syntax tree. It is an edit, a splice of the bytes;
// after each transform the document proves that what its edits meant has changed, and
// nothing else. A transform that fails is taken back alone, with a finding of status
// [Failed].
//
// The package names no transform: dockmend's own are in package transforms. It opens no
// connection and reads no file. It finds no files (package discover), does not read what a
// repository says of them (package repository), prints nothing (packages diff and report),
// and builds and runs nothing (package proof).
//
// # What is stable
//
// Before version 1.0, what holds from one minor version to the next is: the IDs of
// transforms and findings, the meaning of [Safety] and [Status], the JSON report with its
// schema, the flags and the exit codes of the command, the keys of .dockmend.yaml, and
// "# dockmend ignore=". The texts of findings may change with any version: read their
// fields. The Go API may change with a minor version, and CHANGELOG says how; what is
// below internal/ may change at any time. A repaired file may be repaired further by a
// later version, and is never changed by the one that repaired it.
package fixer
