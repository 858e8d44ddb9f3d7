package fixer

import (
	"context"
	"slices"
)

// Separate sets Edits of those findings of r, the result of [Run] with these arguments,
// whose change can be made without the changes of other transforms: the transform makes
// the same change, at the same place, where it runs alone. It runs each transform that
// made a change once more.
func Separate(ctx context.Context, s Subject, ts []*Transform, o Options, r *Result) error {
	for _, step := range r.Steps {
		i := slices.IndexFunc(ts, func(t *Transform) bool { return t.ID == step.ID })
		alone, err := Run(ctx, s, ts[i:i+1], o)
		if err != nil {
			return err
		}
		for k := range r.Findings {
			f := &r.Findings[k]
			same := func(other Finding) bool { return f.equal(other) && slices.Equal(f.Touched, other.Touched) }
			if j := slices.IndexFunc(alone.Findings, same); j >= 0 && f.ID == step.ID {
				f.Edits = alone.Findings[j].first
			}
		}
	}
	return nil
}
