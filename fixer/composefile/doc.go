// Package composefile repairs Compose files: it joins the engine with what package compose
// says of their services, and with what is known of the images that these run.
//
// [Run] takes a [Source], a file with its meaning in each project that it is a part of, and
// runs the transforms of kind compose.Kind. Each of them is a function that takes a [Pass],
// and is made one of the engine's by [On]. It sees the entries of the services in the file,
// each with what the service [Service.Means] and, for each meaning, the [workload.Container]
// of its image. Where nothing is known, Unknown says why, and a transform changes nothing.
package composefile
