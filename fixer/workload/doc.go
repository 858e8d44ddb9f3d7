// Package workload is the model of what a container does: what starts in it, as which
// user, what it writes, what is mounted over it, which ports it listens on. Every entry
// names its evidence, and what could not be read is a [Gap], never a sign of
// harmlessness.
//
// Three calls matter:
//
//   - [Of] returns the [Workload] of a stage: from its evaluation, the build context
//     and the known deployments. Files are read when a question needs them.
//   - [Workload.Launches], [Workload.Writes], [Workload.Ports], [Workload.Mounts] and
//     [Workload.Root] are its entries, and [Workload.Gaps] lists what they may lack.
//   - [Open] returns the [Files] of a build context, which are read once for all
//     questions, stages and Dockerfiles that share it.
//
// A transform gets the model from imagebuild.Pass.Workload.
//
// The package is pure: stages, facts and an fs.FS go in, values come out. It executes
// nothing, decides nothing (whether a user may be changed is a transform's question), and
// knows of deployments only what it is given: package repository reads them. All that
// it reads is bounded; what exceeds a bound is a Gap.
package workload
