// Package observed keeps what was seen of images while they ran, in a file, so that a repair
// that rests on it is made again wherever that file is.
//
// A [Record] has an [Image] for each image that ran, with the fingerprint of what it was built
// from ([imagebuild.Fingerprint]): what was seen of other files says nothing of these.
package observed

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Version is that of the form of a record.
const Version = 1

// Schema is the JSON schema of a record.
//
//go:embed schema/observed.v1.schema.json
var Schema []byte

// schemaID is the address of the schema; records name it.
const schemaID = "https://raw.githubusercontent.com/dockmend/dockmend/main/fixer/observed/schema/observed.v1.schema.json"

// Record is what a file holds.
type Record struct {
	Schema  string  `json:"$schema,omitempty"` // Write sets it
	Version int     `json:"version"`
	Images  []Image `json:"images"`
}

// Image is what was seen of one image.
type Image struct {
	// Dockerfile is its slash-separated path from the root of its repository.
	Dockerfile string `json:"dockerfile"`
	Target     string `json:"target,omitempty"` // "" for the last stage
	BuiltFrom  string `json:"builtFrom"`        // a fingerprint
	// Bases are the images that its own was built from (imagebuild.Bases); nil where that is not known.
	Bases []Base `json:"bases"`
	// User is as whom it ran.
	User User `json:"user"`
	// Start is how what ran differs from the image's own start: a digest of its command, its
	// environment and more (workload.Deployment.Start), "" for not at all. Service is what starts it so.
	Start   string `json:"start,omitempty"`
	Service string `json:"service,omitempty"`
	// Needs are the other services that ran beside it, since it depends on them; by name.
	Needs []Need `json:"needs,omitempty"`
	// Command is what ran, where that is the image's own: a service's may have values of variables.
	Command []string `json:"command,omitempty"`
	State   State    `json:"state"`
	// Exercised is what was done with it, for people: "ready: tcp:3000", "GET / from port 3000".
	Exercised []string `json:"exercised"`
	// Pages are the pages that it answered, without an error of its own: ":3000/health".
	Pages []string `json:"pages,omitempty"`
	// Wrote are the absolute paths that it wrote or tried to write, from its start to its end. One
	// that ends in a slash is a directory in which names were added or removed.
	Wrote []string `json:"wrote"`
	// ReadOnly is how it ran with a read-only root file system; nil where it did not.
	ReadOnly *ReadOnly `json:"readOnly,omitempty"`
}

// Base is an image that another one was built from.
type Base struct {
	Image  string `json:"image"`  // as the Dockerfile names it
	Digest string `json:"digest"` // of what that was
}

// Need is another service that ran beside an image.
type Need struct {
	Name   string `json:"name"`   // of the service
	Image  string `json:"image"`  // as the Compose file names it
	Digest string `json:"digest"` // of what that was
	Start  string `json:"start"`  // a digest of how it was started (workload.Beside)
}

// User is a user by numbers.
type User struct {
	UID int `json:"uid"`
	GID int `json:"gid"`
}

// ReadOnly is how an image ran with a read-only root file system.
type ReadOnly struct {
	State State `json:"state"`
	// Mounts are the directories that were empty and writable, besides its volumes.
	Mounts []string `json:"mounts"`
	// Reason is why this does not show that it works so, in one line; "" where it does.
	Reason string `json:"reason,omitempty"`
}

// State is how a command ended up.
type State string

const (
	Ended State = "ended" // by itself, with code 0
	Up    State = "up"    // it stayed up, and became ready
)

// maxWrote bounds the paths of one image: an observation reports no more.
const maxWrote = 10_000

// MaxBytes bounds a file.
const MaxBytes = 8 << 20

// Read reads a record. It fails on what is none, on one of another version, and on a path that is
// not absolute.
func Read(r io.Reader) (*Record, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("it has more than %d MiB", MaxBytes>>20)
	}
	var head struct{ Version *int }
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, errors.New("it is no record: it is not an object in JSON")
	}
	if head.Version == nil || *head.Version != Version {
		return nil, fmt.Errorf("it is no record of version %d", Version)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	rec := &Record{}
	if err := dec.Decode(rec); err != nil {
		return nil, fmt.Errorf("it is no valid record: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	for i, m := range rec.Images {
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("image %d: %w", i+1, err)
		}
	}
	return rec, nil
}

func (m *Image) check() error {
	switch {
	case m.Dockerfile == "" || path.IsAbs(m.Dockerfile):
		return errors.New("dockerfile is no path from the root of a repository")
	case !strings.HasPrefix(m.BuiltFrom, "sha256:"):
		return errors.New("builtFrom is no fingerprint")
	case m.State != Up && m.State != Ended:
		return fmt.Errorf("there is no state %q", m.State)
	case len(m.Exercised) == 0:
		return errors.New("exercised has nothing")
	}
	for i, n := range m.Needs {
		switch {
		case n.Name == "":
			return fmt.Errorf("need %d has no name", i+1)
		case i > 0 && n.Name <= m.Needs[i-1].Name:
			return fmt.Errorf("needs are not sorted, each once: %q comes after %q", n.Name, m.Needs[i-1].Name)
		case !strings.HasPrefix(n.Digest, "sha256:"):
			return fmt.Errorf("what the image of %q was is no digest", n.Name)
		case !strings.HasPrefix(n.Start, "sha256:"):
			return fmt.Errorf("how %q was started is no digest", n.Name)
		}
	}
	if len(m.Wrote) > maxWrote {
		return fmt.Errorf("it wrote more than %d paths", maxWrote)
	}
	for _, name := range m.Wrote {
		if !path.IsAbs(name) {
			return fmt.Errorf("%q, which it wrote, is no absolute path", name)
		}
	}
	if m.ReadOnly != nil {
		for _, name := range m.ReadOnly.Mounts {
			if !path.IsAbs(name) {
				return fmt.Errorf("%q, which was mounted, is no absolute path", name)
			}
		}
	}
	return nil
}

// Write writes a record: the images by their Dockerfiles and targets, the paths sorted.
func (r *Record) Write(w io.Writer) error {
	sorted := Record{Schema: schemaID, Version: Version, Images: append([]Image{}, r.Images...)}
	slices.SortStableFunc(sorted.Images, func(a, b Image) int {
		if a.Dockerfile != b.Dockerfile {
			return strings.Compare(a.Dockerfile, b.Dockerfile)
		}
		return cmp.Or(strings.Compare(a.Target, b.Target), strings.Compare(a.Service, b.Service), strings.Compare(a.Start, b.Start))
	})
	for i := range sorted.Images {
		m := &sorted.Images[i]
		m.Wrote = sortedSet(m.Wrote)
		m.Needs = slices.SortedFunc(slices.Values(m.Needs), func(a, b Need) int { return strings.Compare(a.Name, b.Name) })
		if m.ReadOnly != nil {
			how := *m.ReadOnly
			how.Mounts = sortedSet(how.Mounts)
			m.ReadOnly = &how
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sorted)
}

// sortedSet returns each of the values once, in order, and not nil.
func sortedSet(list []string) []string {
	return append([]string{}, slices.Compact(slices.Sorted(slices.Values(list)))...)
}

// Of returns what was seen of images of a Dockerfile that were built from what has that
// fingerprint, in the order of the record.
func (r *Record) Of(dockerfile, builtFrom string) (list []Image) {
	for _, m := range r.Images {
		if m.Dockerfile == dockerfile && m.BuiltFrom == builtFrom {
			list = append(list, m)
		}
	}
	return list
}

// Knows reports whether there is an image of a Dockerfile, whatever it was built from. A nil record
// has none.
func (r *Record) Knows(dockerfile string) bool {
	return r != nil && slices.ContainsFunc(r.Images, func(m Image) bool { return m.Dockerfile == dockerfile })
}

// How returns what was exercised, in a line.
func (m Image) How() string { return strings.Join(m.Exercised, ", ") }

// Lacks returns why an image is not known to run with a read-only root file system, "" where it is.
func (m Image) Lacks() string {
	switch {
	case m.ReadOnly == nil:
		return "it was not observed with a read-only root file system"
	case m.ReadOnly.State != m.State, m.ReadOnly.Reason != "":
		return "with a read-only root file system, it was observed to fail: " + cmp.Or(m.ReadOnly.Reason, string(m.ReadOnly.State))
	case m.Bases == nil:
		return "which images it was built from was not known when it was observed"
	}
	return ""
}
