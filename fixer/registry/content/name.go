package content

import (
	"errors"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/name"
)

// ErrName is the error of a text that names no image.
var ErrName = errors.New("not a valid image name")

// FullName returns the name of an image with registry and tag:
// docker.io/library/node:latest for node. The error is ErrName.
func FullName(image string) (string, error) {
	full, _, err := ParseName(image)
	return full, err
}

// ParseName reads an image name as BuildKit does. It returns the name in full,
// with tag and digest, and as what to ask the registry for: the digest where there
// is one. go-containerregistry alone would take names that BuildKit refuses.
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
