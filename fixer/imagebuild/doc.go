// Package imagebuild repairs Dockerfiles: it joins the engine with what is known of a
// Dockerfile, which is more than its text.
//
// [Run] takes a [Source], the Dockerfile with its build context, the known builds of it
// and the known deployments of its image, and runs the transforms of kind
// dockerfile.Kind. Each of them is a function that takes a [Pass], and is made one of the
// engine's by [On]. It sees the Dockerfile, its stages, the facts of its base images and
// the model of what a container does. A Dockerfile with several builds is looked at in
// each of them, and what they do not agree on is left alone.
package imagebuild
