// Package workload is the model of what a container does: what starts in it, as
// whom, what it writes, what is mounted over it, where it listens. Every entry
// names its evidence, and what could not be read is a [Gap], never a sign of
// harmlessness.
//
// The package is pure: stages, facts and an fs.FS go in, values come out.
package workload
