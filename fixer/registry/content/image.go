package content

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

// Image is what was read of an image for one platform, with the documents unchanged.
// It never changes once it is found. The cache keeps it, hence the names for JSON.
type Image struct {
	Digest   string          `json:"digest,omitempty"`   // of what the name means
	Manifest string          `json:"manifest,omitempty"` // digest of the platform's manifest
	Config   json.RawMessage `json:"config"`
	Layers   []Layer         `json:"layers"` // oldest first
	// Files are the answers of the layers so far, by the name of the question.
	Files map[string]File `json:"files,omitempty"`
}

// Layer is a layer as the manifest describes it.
type Layer struct {
	Digest v1.Hash `json:"digest"`
	Size   int64   `json:"size"`
}

// File is the answer of an image's layers to one question, which is kept. A missing
// file has no Path.
type File struct {
	Path string      `json:"path,omitempty"`
	Mode fs.FileMode `json:"mode,omitempty"`
	// Capable: it has capabilities of its own.
	Capable bool   `json:"capable,omitempty"`
	Data    []byte `json:"data,omitempty"`
}

// Program returns the absolute path of the program, "" if the file isn't one.
func (f File) Program() string {
	if f.Mode.IsRegular() && f.Mode.Perm()&0o111 != 0 {
		return f.Path
	}
	return ""
}

// Rights returns the rights that the program has of its own: baseimage.Programs.Rights.
func (f File) Rights() string {
	switch {
	case f.Program() == "":
	case f.Mode&fs.ModeSetuid != 0:
		return "setuid"
	case f.Mode&fs.ModeSetgid != 0:
		return "setgid"
	case f.Capable:
		return "capabilities"
	}
	return ""
}

// MaxDocument bounds what is read as a whole, in bytes: a configuration, an
// index, a token. Real ones stay below 200 KiB.
const MaxDocument = 1 << 20

const (
	// maxNesting bounds how many indexes may lead to an image.
	maxNesting = 3
	// maxMembers bounds the images of an index. Official ones have 20.
	maxMembers = 500
	// maxSettings bounds each list in a configuration, and maxText the bytes of
	// all: each instruction inherits what the base has. Official images have less than
	// 60 entries.
	maxSettings = 512
	maxText     = 128 << 10
)

// Document is a manifest or an index.
type Document struct {
	Digest v1.Hash
	Text   []byte
}

// Descend follows d, the document of a name, over the indexes to the platform's
// manifest; get reads the document with a digest. It returns the image with the
// manifest's data, whose Digest and Config the caller has to fill in, and the digest
// of its configuration. who has the image, for messages.
func Descend(who string, d Document, want v1.Platform, get func(v1.Hash) ([]byte, *Failure)) (*Image, v1.Hash, *Failure) {
	for range maxNesting {
		// The content distinguishes an index from an image; the media type that comes
		// with it is not always right.
		var m struct {
			Manifests []v1.Descriptor
			Config    *v1.Descriptor
			Layers    []Layer
		}
		if err := json.Unmarshal(d.Text, &m); err != nil {
			return nil, v1.Hash{}, Unreadable(who, "a manifest", err)
		}
		if len(m.Layers) > rootfs.MaxLayers || len(m.Manifests) > maxMembers {
			return nil, v1.Hash{}, &Failure{Reason: who + " has a manifest with more in it than any image needs"}
		}
		if m.Config != nil && m.Config.Digest != (v1.Hash{}) {
			return &Image{Manifest: d.Digest.String(), Layers: m.Layers}, m.Config.Digest, nil
		}
		if m.Manifests == nil {
			return nil, v1.Hash{}, &Failure{Reason: who + " has a manifest of a kind that isn't known"}
		}
		member, offer := ChoosePlatform(m.Manifests, want)
		if member == nil {
			return nil, v1.Hash{}, NotOffered(who, want, offer)
		}
		text, f := get(member.Digest)
		if f != nil {
			return nil, v1.Hash{}, f
		}
		d = Document{member.Digest, text}
	}
	return nil, v1.Hash{}, &Failure{Reason: fmt.Sprintf("%s has more than %d indexes in one another", who, maxNesting-1)}
}

// CheckConfig returns why a text is not the configuration of a container image,
// or exceeds the bounds; nil if it can be used.
func CheckConfig(who string, text []byte) *Failure {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(text, c); err != nil {
		return Unreadable(who, "a configuration", err)
	}
	if c.OS == "" && len(c.RootFS.DiffIDs) == 0 {
		return &Failure{Reason: who + " has something other than a container image under this name"}
	}
	if !modest(c.Config) {
		return &Failure{Reason: who + " has a configuration with more in it than any image needs"}
	}
	return nil
}

// modest reports whether the settings of an image are within bounds.
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

// Unreadable returns the failure of a malformed document: what is "a manifest", err
// the error of reading it as JSON.
func Unreadable(who, what string, err error) *Failure {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return &Failure{Reason: fmt.Sprintf("%s has %s that is not JSON", who, what), Err: err}
	}
	return &Failure{Reason: fmt.Sprintf("%s has %s that can't be read", who, what), Err: err}
}
