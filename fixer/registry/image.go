package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

// image is what was read of an image for one platform, the documents as they
// are. It is kept in the cache, hence the names for JSON.
type image struct {
	Digest   string          `json:"digest,omitempty"`   // of what the name stands for
	Manifest string          `json:"manifest,omitempty"` // digest of the platform's manifest
	Config   json.RawMessage `json:"config"`
	Layers   []layer         `json:"layers"` // oldest first
	// Files are the answers of the layers so far, by the name of the question.
	Files map[string]file `json:"files,omitempty"`
}

// layer is a layer as the manifest tells it.
type layer struct {
	Digest v1.Hash `json:"digest"`
	Size   int64   `json:"size"`
}

// file is the answer of an image's layers to one question, which is kept. A
// file that isn't there has no Path.
type file struct {
	Path string      `json:"path,omitempty"`
	Mode fs.FileMode `json:"mode,omitempty"`
	Data []byte      `json:"data,omitempty"`
}

// program returns where the program is, "" when the file isn't one.
func (f file) program() string {
	if f.Mode.IsRegular() && f.Mode.Perm()&0o111 != 0 {
		return f.Path
	}
	return ""
}

// maxDocument bounds what is read as a whole, in bytes: a configuration, an
// index, a token. Real ones stay below 200 KiB.
const maxDocument = 1 << 20

const (
	// maxNesting bounds how many indexes may lead to an image.
	maxNesting = 3
	// maxMembers bounds the images of an index. Official ones have 20.
	maxMembers = 500
	// maxSettings bounds each list in a configuration, and maxText the bytes of
	// all: whatever is inherited from a base, each instruction inherits. Official
	// images have less than 60 entries.
	maxSettings = 512
	maxText     = 128 << 10
)

// document is a manifest or an index.
type document struct {
	digest v1.Hash
	text   []byte
}

// descend goes from what a name stands for to the platform's manifest; get reads
// the document with a digest. It returns the image with what the manifest tells,
// and the digest of its configuration. who has the image, for messages.
func descend(who string, d document, want v1.Platform, get func(v1.Hash) ([]byte, *failure)) (*image, v1.Hash, *failure) {
	for range maxNesting {
		// The content tells an index from an image; the media type that comes
		// with it is not always right.
		var m struct {
			Manifests []v1.Descriptor
			Config    *v1.Descriptor
			Layers    []layer
		}
		if err := json.Unmarshal(d.text, &m); err != nil {
			return nil, v1.Hash{}, unreadable(who, "a manifest", err)
		}
		if len(m.Layers) > rootfs.MaxLayers || len(m.Manifests) > maxMembers {
			return nil, v1.Hash{}, &failure{reason: who + " has a manifest with more in it than any image needs"}
		}
		if m.Config != nil && m.Config.Digest != (v1.Hash{}) {
			return &image{Manifest: d.digest.String(), Layers: m.Layers}, m.Config.Digest, nil
		}
		if m.Manifests == nil {
			return nil, v1.Hash{}, &failure{reason: who + " has a manifest of a kind that isn't known"}
		}
		member, offer := choose(m.Manifests, want)
		if member == nil {
			return nil, v1.Hash{}, notOffered(who, want, offer)
		}
		text, f := get(member.Digest)
		if f != nil {
			return nil, v1.Hash{}, f
		}
		d = document{member.Digest, text}
	}
	return nil, v1.Hash{}, &failure{reason: fmt.Sprintf("%s has more than %d indexes in one another", who, maxNesting-1)}
}

// checkConfig makes sure that a configuration is that of a container image.
func checkConfig(who string, text []byte) *failure {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(text, c); err != nil {
		return unreadable(who, "a configuration", err)
	}
	if c.OS == "" && len(c.RootFS.DiffIDs) == 0 {
		return &failure{reason: who + " has something other than a container image under this name"}
	}
	if !modest(c.Config) {
		return &failure{reason: who + " has a configuration with more in it than any image needs"}
	}
	return nil
}

// modest reports whether what an image sets is within bounds.
func modest(c v1.Config) bool {
	text := len(c.User) + len(c.WorkingDir)
	for _, list := range [][]string{
		c.Env, c.Entrypoint, c.Cmd, c.Shell, c.OnBuild, slices.Collect(maps.Keys(c.Volumes)), slices.Collect(maps.Keys(c.ExposedPorts)),
	} {
		if len(list) > maxSettings {
			return false
		}
		for _, s := range list {
			text += len(s)
		}
	}
	return text <= maxText
}

// unreadable is the failure of a document that is not what it should be.
func unreadable(who, what string, err error) *failure {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &failure{reason: fmt.Sprintf("%s has %s that is not JSON", who, what), err: err}
	}
	return &failure{reason: fmt.Sprintf("%s has %s that can't be read", who, what), err: err}
}
