// Package transforms holds the changes that dockmend knows how to make, a file
// for each, and the order in which they run.
package transforms

import "github.com/dockmend/dockmend/fixer"

// All is the ordered list of the transforms. The order is meaning:
//
//   - pin-image comes before all that depends on what the base image holds, so that
//     they speak of the image by the name that it keeps;
//   - nonroot-user decides who the container runs as;
//   - chown-copy then gives that user its files, so it comes behind.
var All = []*fixer.Transform{
	PinImage,
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
