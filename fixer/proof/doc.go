// Package proof builds a Dockerfile with BuildKit, runs the image, and reports what it
// observed. It does all that through BuildKit's gateway: it needs no Docker engine,
// and leaves nothing.
//
// Three calls matter:
//
//   - [Dial] connects to a BuildKit, whose address [Find] looks for, and returns a
//     [Builder].
//   - [Builder.Prove] builds and runs two Dockerfiles, before and after a change, and
//     compares them: its [Proof] has both observations and a [Verdict].
//   - [Builder.Observe] builds and runs one. [Compare] compares two observations.
//
// A user, a port or a written path is observed inside the container, by a [Helper]
// that is mounted into it: the image needs neither a shell nor ps. Run.NotObserved
// names what was not observed, which proves nothing.
//
// Each command runs twice: as it is, and to see what it writes, with the right to write
// everything, since programs swallow the errors of what they may not write.
//
// What the command depends on, such as a database, runs beside it if Spec.Needs says so: from
// its image, in a container of the builder's network that is as confined as the command's.
//
// The package starts no BuildKit, changes no file, pushes no image, and runs no tests of
// the application: it waits until a command is ready ([Ready]), looks, and asks it to stop.
package proof
