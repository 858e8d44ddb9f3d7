package registry

import (
	"errors"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
)

var errName = errors.New("not a valid image name")

// FullName is the name of an image with registry and tag:
// docker.io/library/node:latest for node.
func FullName(image string) (string, error) {
	full, _, err := parseName(image)
	return full, err
}

// parseName reads an image name as BuildKit does, and returns it in full, with
// tag and digest, and as what to ask the registry for: the digest where there
// is one. go-containerregistry alone would take names that BuildKit refuses.
func parseName(image string) (full string, ref name.Reference, err error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", nil, errName // the cause repeats the name
	}
	asked, err := reference.ParseDockerRef(image)
	if err != nil {
		return "", nil, errName
	}
	ref, err = name.ParseReference(asked.String(), name.StrictValidation)
	if err != nil {
		return "", nil, errName
	}
	return reference.TagNameOnly(named).String(), ref, nil
}
