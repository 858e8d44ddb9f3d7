package main

import (
	"context"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// recorder is an Inspector that hands every question on, and remembers what was
// asked of which image.
type recorder struct {
	next baseimage.Inspector

	mu   sync.Mutex
	asks map[baseimage.Query]baseimage.Ask // by queries that ask for nothing
}

// Inspect implements baseimage.Inspector.
func (r *recorder) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	r.note(q)
	return r.next.Inspect(ctx, q)
}

// note remembers a question.
func (r *recorder) note(q baseimage.Query) {
	key := q
	key.Ask = 0
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asks[key] |= q.Ask
}

// queries are all that was asked, one for each image and platform, in their
// order.
func (r *recorder) queries() (list []baseimage.Query) {
	for q, asked := range r.asks {
		q.Ask = asked
		list = append(list, q)
	}
	slices.SortFunc(list, byImage)
	return list
}
