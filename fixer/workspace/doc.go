// Package workspace applies the engine to the files of a checkout: it is what a
// program that repairs repositories does around imagebuild.Run, and what the command
// line does between its flags and its reports. The engine and its transforms open no
// file; this package does.
//
// A run has these steps:
//
//   - Find, or a Finder path by path, finds the files to repair. Since keeps those that
//     were changed since a revision.
//   - Link connects the files: those of one repository read it once, and those that
//     share a build context know that. Find includes it.
//   - File.Repair runs transforms over a file of any kind. Of a Dockerfile it finds the
//     builds: those that the repository states, in Compose files, workflows and elsewhere
//     (package repository), or else one from the nearest directory that has what it copies.
//     File.Load and Source.Fix are its two steps, for a caller that looks in between.
//   - File.Write writes what they changed, File.Diff shows it, Patches are a patch for
//     each transform, and a Baseline knows the findings that are allowed.
//
// The files are untrusted input: no link leads out of the repository, reading is
// bounded, and nothing is executed but git, by Since. Replace and Create write
// atomically: a file is either old or new, and changes by other programs are not
// overwritten.
//
// The package knows of no flag, no report and no registry: the caller passes the
// transforms, and the Inspector for base images.
package workspace
