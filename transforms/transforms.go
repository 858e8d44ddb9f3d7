// Package transforms holds the changes that dockmend knows how to make, a file
// for each, and the order in which they run.
package transforms

import "github.com/dockmend/dockmend/fixer"

// All is the ordered list of the transforms. The order is meaning:
//
//   - exec-form comes first: what it leaves in exec form, others can read and
//     change word by word;
//   - direct-cmd decides what is started, and so whether an init must reach
//     through a package manager;
//   - tini-init installs a package, which root must do, and writes the ENTRYPOINT in
//     front of which USER stands;
//   - nonroot-user decides who the container runs as;
//   - chown-copy then gives that user its files, so it comes behind.
var All = []*fixer.Transform{
	ExecForm,
	DirectCmd,
	TiniInit,
	NonrootUser,
	ChownCopy,
}

// IDs are the names of all transforms, in their order.
func IDs() []string {
	ids := make([]string, len(All))
	for i, t := range All {
		ids[i] = t.ID
	}
	return ids
}
