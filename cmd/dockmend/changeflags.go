package main

import (
	"errors"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/transforms"
)

// changeFlags decide what is changed, and how.
type changeFlags struct {
	Only   []string     `placeholder:"ID" predictor:"transform" help:"Run these transforms only."`
	Skip   []string     `placeholder:"ID" predictor:"transform" help:"Do not run these transforms."`
	Unsafe bool         `help:"Also make changes that a person must look at."`
	Of     kong.Plugins `embed:""` // the flags of the transforms
}

// newChangeFlags returns the flags with those of the transforms.
func newChangeFlags() changeFlags {
	return changeFlags{Of: kong.Plugins{newTransformFlags(transforms.All())}}
}

// options are the flags as the engine takes them.
func (c *changeFlags) options() fixer.Options {
	o := fixer.Options{Flags: transformValues(c.Of), KnownIDs: transforms.IDs()}
	if c.Unsafe {
		o.Threshold = fixer.Unsafe
	}
	return o
}

// pick applies --only and --skip, and the flags that turn a transform off.
func (c *changeFlags) pick(all []*fixer.Transform) (list []*fixer.Transform, err error) {
	skip, o := slices.Clone(c.Skip), fixer.Options{Flags: transformValues(c.Of)}
	for _, t := range all {
		if t.IsOff(o) {
			skip = append(skip, t.ID)
		}
	}
	known := map[string]bool{}
	var ids []string
	for _, t := range all {
		known[t.ID] = true
		ids = append(ids, t.ID)
	}
	for _, id := range slices.Concat(c.Only, skip) {
		if !known[id] {
			return nil, unknown("transform", id, ids)
		}
	}
	for _, t := range all {
		if (len(c.Only) == 0 || slices.Contains(c.Only, t.ID)) && !slices.Contains(skip, t.ID) {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil, withHint(errors.New("no transform is left to run"), "what --skip or --pin=none takes away, --only must not ask for")
	}
	return list, nil
}
