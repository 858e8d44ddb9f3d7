package baseimage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/distribution/reference"
)

// Static is an Inspector that answers from a list, by image name and, if the list
// names one, platform. A name with a digest is also found by that, and an entry with
// only a digest has the facts of another one with that digest: the same
// image by another tag of its repository. The zero value knows no image.
type Static struct {
	byName   map[string][]*Facts
	byDigest map[string][]*Facts // the entries with more facts, by "repository@digest"
}

// NewStatic returns a Static with a list. Of several entries for one image and
// platform the first counts.
func NewStatic(list ...*Facts) Static {
	s := Static{byName: map[string][]*Facts{}, byDigest: map[string][]*Facts{}}
	for _, f := range list {
		name := fullName(f.Image)
		s.byName[name] = append(s.byName[name], f)
		if key := digestKey(f.Image, f.Digest); key != "" && f.Config != nil {
			s.byDigest[key] = append(s.byDigest[key], f)
		}
	}
	return s
}

// digestKey returns the name of an image by its digest; by that in the name, if digest
// is "". It's "" if there is none.
func digestKey(image, digest string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	if d, ok := named.(reference.Digested); ok && digest == "" {
		digest = d.Digest().String()
	}
	if digest == "" {
		return ""
	}
	return named.Name() + "@" + digest
}

// fullName returns the name with registry and tag, so that node and
// docker.io/library/node:latest are the same; an invalid name is returned unchanged.
func fullName(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return image
	}
	return reference.TagNameOnly(named).String()
}

// notFound is ErrNotFound in the words of the original source.
type notFound string

func (e notFound) Error() string        { return string(e) }
func (e notFound) Is(target error) bool { return target == ErrNotFound }

// Inspect implements [Inspector]. The error is ErrUnknown for an image that is
// not in the list, and wraps ErrNotFound for one that the list marks as Absent.
func (s Static) Inspect(_ context.Context, q Query) (*Facts, error) {
	f := entry(s.byName[fullName(q.Image)], q.Platform)
	if f != nil && f.Absent != "" {
		return nil, notFound(f.Absent)
	}
	digest, only := "", true
	if f != nil {
		digest = f.Digest
		only = *f == Facts{Image: f.Image, Platform: f.Platform, Digest: digest} && digest != ""
	}
	if only {
		if same := entry(s.byDigest[digestKey(q.Image, digest)], q.Platform); same != nil {
			own := *same
			own.Image = q.Image
			return &own, nil
		}
	}
	if f == nil {
		return nil, ErrUnknown
	}
	return f, nil
}

// entry returns the first entry for the platform.
func entry(list []*Facts, platform string) *Facts {
	for _, f := range list {
		if f.Platform == "" || f.Platform == platform || platform == "" && f.Platform == "linux/amd64" {
			return f
		}
	}
	return nil
}

// Platforms returns the platforms for which the list has the image, in its order.
func (s Static) Platforms(image string) (list []string) {
	for _, f := range s.byName[fullName(image)] {
		list = append(list, f.Platform)
	}
	return list
}

// factsFile is the JSON form of a list of facts.
type factsFile struct {
	Version int      `json:"version"`
	Images  []*Facts `json:"images"`
}

// factsVersion is the version of that form. Parts and fields may be added to
// Facts without a new one; readers refuse what they don't know.
const factsVersion = 1

// ReadFacts reads what WriteFacts wrote: {"version": 1, "images": [facts, …]},
// each in the JSON form of Facts. Unknown fields, and anything after the list,
// are errors.
func ReadFacts(r io.Reader) ([]*Facts, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var file factsFile
	if err := dec.Decode(&file); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("there is something after the facts")
	}
	if file.Version != factsVersion {
		return nil, fmt.Errorf("version %d of the facts is not known, %d is", file.Version, factsVersion)
	}
	for i, f := range file.Images {
		if f == nil || f.Image == "" {
			return nil, fmt.Errorf("image %d of the facts has no name", i+1)
		}
		if f.Absent != "" && (f.Digest != "" || f.Config != nil) {
			return nil, fmt.Errorf("image %d of the facts, %q, is absent and yet there", i+1, f.Image)
		}
		if !validIDs(f.Accounts) {
			return nil, fmt.Errorf("image %d of the facts, %q, has an account with a number that is none", i+1, f.Image)
		}
	}
	return file.Images, nil
}

// validIDs reports whether every uid and gid is valid: 32 bits, and not the last value.
func validIDs(a *Accounts) bool {
	if a == nil {
		return true
	}
	bad := func(id int) bool { return id < 0 || id >= math.MaxUint32 }
	return !slices.ContainsFunc(a.Users, func(u User) bool { return bad(u.UID) || bad(u.GID) }) &&
		!slices.ContainsFunc(a.Groups, func(g Group) bool { return bad(g.GID) })
}

// WriteFacts writes a list of facts for ReadFacts, in the order given.
func WriteFacts(w io.Writer, list []*Facts) error {
	if list == nil {
		list = []*Facts{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(factsFile{Version: factsVersion, Images: list})
}
