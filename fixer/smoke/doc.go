// Package smoke writes smoke tests of containers: a script that looks at a running container from
// its host, in what the kernel says of its processes, and fails where it lacks what files say of
// it.
//
// [Checks] are what is asked of a container; [OfService] and [OfImage] take them from what a
// Compose file or a Dockerfile states, and leave out what neither does. [Script] is the script for
// some containers. [Pipeline] is what a pipeline does around it: start, look, show the logs, take
// down.
//
// The package is pure: it neither reads files nor runs anything.
package smoke
