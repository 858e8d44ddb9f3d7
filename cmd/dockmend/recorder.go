package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry/transport"
)

// recorder is an Inspector that passes every question on, and remembers the questions
// about each image, and their cost. It must be made with newRecorder.
type recorder struct {
	next baseimage.Inspector

	mu    sync.Mutex
	asked map[baseimage.Query]*record // keyed by queries without questions
}

// record is what is remembered of one image and platform.
type record struct {
	ask   baseimage.Ask
	base  bool // a stage is built from it
	meter transport.Meter
	took  time.Duration
}

func newRecorder(next baseimage.Inspector) *recorder {
	return &recorder{next: next, asked: map[baseimage.Query]*record{}}
}

// Inspect implements baseimage.Inspector.
func (r *recorder) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	rec := r.note(q)
	start := time.Now()
	f, err := r.next.Inspect(transport.WithMeter(ctx, &rec.meter), q)
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.took += time.Since(start)
	return f, err
}

// note remembers a question.
func (r *recorder) note(q baseimage.Query) *record {
	key := q
	key.Ask = 0
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := r.asked[key]
	if rec == nil {
		rec = &record{}
		r.asked[key] = rec
	}
	rec.ask |= q.Ask
	return rec
}

// noteBase remembers a question about a stage's base.
func (r *recorder) noteBase(q baseimage.Query) {
	rec := r.note(q)
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.base = true
}

// answer asks a question, and returns the cost of all questions about the image.
func (r *recorder) answer(ctx context.Context, q baseimage.Query) inspected {
	f, err := r.Inspect(ctx, q)
	rec := r.note(q)
	r.mu.Lock()
	defer r.mu.Unlock()
	return inspected{q, f, rec.meter.Cost(), rec.took, err}
}

// isBase reports whether a stage is built from the image of a query.
func (r *recorder) isBase(q baseimage.Query) bool {
	q.Ask = 0
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := r.asked[q]
	return rec != nil && rec.base
}

// queries returns the questions about the bases, or all questions, one query for each
// image and platform, in their order.
func (r *recorder) queries(all bool) (list []baseimage.Query) {
	for q, rec := range r.asked {
		if q.Ask = rec.ask; all || rec.base {
			list = append(list, q)
		}
	}
	slices.SortFunc(list, byImage)
	return list
}
