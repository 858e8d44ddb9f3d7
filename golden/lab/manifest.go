package lab

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// manifest is the bytes of a manifest, in the form that remote.Put accepts.
type manifest struct {
	raw  []byte
	desc v1.Descriptor
}

func (m manifest) RawManifest() ([]byte, error)        { return m.raw, nil }
func (m manifest) MediaType() (types.MediaType, error) { return m.desc.MediaType, nil }
func (m manifest) Digest() (v1.Hash, error)            { return m.desc.Digest, nil }
func (m manifest) Size() (int64, error)                { return int64(len(m.raw)), nil }
