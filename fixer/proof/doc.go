// Package proof builds a Dockerfile with BuildKit, runs what came out, and
// reports what it saw. All of it is done through BuildKit's gateway: no Docker
// engine takes part, and nothing stays afterwards.
//
// Three calls matter:
//
//   - [Dial] connects to a BuildKit, whose address [Find] looks for, and returns a
//     [Builder].
//   - [Builder.Prove] builds and runs two Dockerfiles, before and after a change, and
//     compares them: its [Proof] has both observations and a [Verdict].
//   - [Builder.Observe] builds and runs one. [Compare] compares two observations.
//
// A user, a port or a written path is seen from inside the container, by a [Helper] that
// is mounted into it: the image needs neither a shell nor ps. What was not observed is
// named in Run.NotObserved, and proves nothing.
//
// The package starts no BuildKit, changes no file, pushes no image, and runs no tests of
// the application: it waits until a command is ready ([Ready]), looks, and asks it to stop.
package proof
