package registry

import (
	"context"
	"sync"
)

// memo remembers the answer to each question, errors included, and lets only
// one caller at a time compute it. The zero value is ready for use.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*call[V]
}

type call[V any] struct {
	done      chan struct{} // closed when the rest is settled
	value     V
	err       error
	abandoned bool // its caller gave up: no answer for others
}

// get returns the answer for key, if need be from work, which has to end when ctx
// does. A caller that gives up leaves no answer: the next one computes it again.
func (m *memo[K, V]) get(ctx context.Context, key K, work func() (V, error)) (V, error) {
	for {
		c, mine := m.join(key)
		if mine {
			c.value, c.err = work()
			if c.err != nil && ctx.Err() != nil {
				c.err, c.abandoned = context.Cause(ctx), true
				m.forget(key)
			}
			close(c.done)
			return c.value, c.err
		}
		select {
		case <-c.done:
			if !c.abandoned {
				return c.value, c.err
			}
		case <-ctx.Done():
			var none V
			return none, context.Cause(ctx)
		}
	}
}

// join returns the call for key, and whether it's the caller's to make.
func (m *memo[K, V]) join(key K) (c *call[V], mine bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.calls[key]; ok {
		return c, false
	}
	if m.calls == nil {
		m.calls = map[K]*call[V]{}
	}
	c = &call[V]{done: make(chan struct{})}
	m.calls[key] = c
	return c, true
}

func (m *memo[K, V]) forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.calls, key)
}
