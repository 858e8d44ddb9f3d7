package stage

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// Replaced returns an error if the build takes the image or stage of that name from
// elsewhere: what a registry has under the name is not what is built from.
func (o Options) Replaced(name string) error {
	if len(o.Contexts) == 0 || name == "" {
		return nil
	}
	name = contextName(name)
	for _, other := range slices.Sorted(maps.Keys(o.Contexts)) {
		if contextName(other) == name {
			return fmt.Errorf("%s puts something else in the place of %s", o.Contexts[other], name)
		}
	}
	return nil
}

// contextName returns the form of a name in which BuildKit compares it with those of the
// named contexts: the registry docker.io and the tag latest go without saying.
func contextName(name string) string {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return name
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest")
}
