// Package seccomp has a seccomp profile for Node.js, and judges other profiles.
//
// A profile says which system calls a container may make. [Default] is Docker's own, and
// [Node] what is left of it without the calls that no version of Node.js makes and that
// an attacker has a use for. It is derived by subtraction: a list of calls that were seen
// breaks with the next release of Node.js, glibc or musl, and Docker's default has what a
// container runtime needs before the program starts.
//
// [Check] reads a profile in Docker's form or in that of the OCI runtime specification,
// and says what of it has no effect, what weakens a container, and what Node.js and the
// runtime lack.
//
// default.json is a copy of default.json in github.com/moby/profiles/seccomp, of the
// version in default.version. It is under the Apache License 2.0, as is this module.
package seccomp
