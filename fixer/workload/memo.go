package workload

import "sync"

// memo keeps the answers to a question with a parameter. The zero value is
// empty. It is safe for concurrent use.
type memo[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
}

// of returns the answer for a key, which find computes once. ok is false if there are
// most answers already, and none for that key. Answers are computed one at a time.
func (m *memo[K, V]) of(key K, most int, find func() V) (v V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok = m.known[key]
	if ok || len(m.known) >= most {
		return v, ok
	}
	if m.known == nil {
		m.known = map[K]V{}
	}
	v = find()
	m.known[key] = v
	return v, true
}

// result is an answer, or why there is none.
type result[T any] struct {
	value T
	err   error
}
