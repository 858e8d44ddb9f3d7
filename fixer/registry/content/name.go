package content

import (
	"errors"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
)

// ErrName is the error of a text that is not an image name.
var ErrName = errors.New("not a valid image name")

// FullName returns the name of an image with registry and tag:
// docker.io/library/node:latest for node. The error is ErrName.
func FullName(image string) (string, error) {
	full, _, err := ParseName(image)
	return full, err
}

// ParseName parses an image name as BuildKit does. It returns the full name, with tag
// and digest, and the reference for the registry: the digest if there is one.
// go-containerregistry alone would accept names that BuildKit refuses.
// The error is ErrName.
func ParseName(image string) (full string, ref name.Reference, err error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", nil, ErrName // the cause repeats the name
	}
	asked, err := reference.ParseDockerRef(image)
	if err != nil {
		return "", nil, ErrName
	}
	ref, err = name.ParseReference(asked.String(), name.StrictValidation)
	if err != nil {
		return "", nil, ErrName
	}
	return reference.TagNameOnly(named).String(), ref, nil
}
