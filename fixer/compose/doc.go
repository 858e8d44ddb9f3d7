// Package compose reads the meaning of the Compose files of a directory: which
// services there are, what they are built from, and how they are run.
//
// The meaning is that of the reference implementation, compose-go: its schema,
// its merging of files, its short and long forms. This package itself resolves
// include, extends, env_file and variables, because compose-go would read the disk and
// log to the process's standard error. So it reads only files of the fs.FS, and the
// environment is .env next to the Compose file and the defaults of the file
// ("${X:-d}"), never the process's.
//
// What this leaves unknown is a [workload.Gap] with its place: a variable
// without a value, a file outside the repository, a file that compose-go refuses.
//
// The package is pure: an fs.FS goes in, values come out.
package compose
