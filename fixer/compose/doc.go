// Package compose says what the Compose files of a directory mean: which
// services there are, from what they are built, and how they are run.
//
// The meaning is that of the reference implementation, compose-go: its schema,
// its merging of files, its short and long forms. What compose-go would read or
// look up by itself is done here, because it reads the disk and logs to the
// process's standard error: include, extends, env_file, variables. So nothing is
// read but files of the fs.FS, and the environment is .env beside the Compose
// file and the defaults of the file ("${X:-d}"), never the process's.
//
// What is not known by that is a [workload.Gap] with its place: a variable
// without a value, a file outside the repository, a file that compose-go refuses.
//
// The package is pure: an fs.FS goes in, values come out.
package compose
