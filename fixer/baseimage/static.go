package baseimage

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Static is an Inspector that answers from a list, by image name and, where the
// list names one, platform.
type Static []*Facts

// staticFile is the JSON form of a list of facts.
type staticFile struct {
	Version int      `json:"version"`
	Images  []*Facts `json:"images"`
}

// ReadStatic reads a list of facts: {"version": 1, "images": [facts, …]}, each
// in the JSON form of Facts. Unknown fields are errors.
func ReadStatic(r io.Reader) (Static, error) {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var file staticFile
	if err := dec.Decode(&file); err != nil {
		return nil, err
	}
	if file.Version != 1 {
		return nil, fmt.Errorf("version %d of the facts is not known, 1 is", file.Version)
	}
	for i, f := range file.Images {
		if f == nil || f.Image == "" {
			return nil, fmt.Errorf("image %d of the facts has no name", i+1)
		}
	}
	return file.Images, nil
}

// Inspect implements [Inspector]. The error is ErrUnknown for an image that is
// not in the list.
func (s Static) Inspect(_ context.Context, q Query) (*Facts, error) {
	for _, f := range s {
		if f.Image == q.Image && (f.Platform == "" || f.Platform == q.Platform) {
			return f, nil
		}
	}
	return nil, ErrUnknown
}
