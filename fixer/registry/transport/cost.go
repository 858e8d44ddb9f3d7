package transport

import (
	"context"
	"io"
	"sync/atomic"
)

// Meter counts the cost of the questions that are asked with its context.
// It is safe for concurrent use.
type Meter struct {
	requests, layers, bytes atomic.Int64
}

// Cost is the cost of the answer to a question.
type Cost struct {
	Requests int   // HTTP requests, redirects and logins included
	Layers   int   `json:"layers"` // layers that were opened
	Bytes    int64 `json:"bytes"`  // of the bodies of answers, as received
}

// Cost returns the counts so far.
func (m *Meter) Cost() Cost {
	return Cost{int(m.requests.Load()), int(m.layers.Load()), m.bytes.Load()}
}

type meterKey struct{}

// WithMeter returns a context whose questions m counts.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func meterOf(ctx context.Context) *Meter {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		return m
	}
	return &Meter{}
}

// metered counts the bytes of an answer.
type metered struct {
	io.ReadCloser
	meter *Meter
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.meter.bytes.Add(int64(n))
	return n, err
}
