package stage

import "slices"

// shared is a list that only grows. The states of a chain hold a beginning of it
// each, so that n states of n elements take the room of n elements.
type shared[T any] struct{ all []T }

// extend returns list followed by more, and the shared list that the result is
// a beginning of. list is what extend returned last with s, or earlier; s is nil
// for a list that is not shared yet. The elements are never changed in place:
// a list that is no longer the whole of s is copied, once for each place where
// two states go different ways.
func (s *shared[T]) extend(list []T, more ...T) (*shared[T], []T) {
	if s == nil || len(list) != len(s.all) {
		s = &shared[T]{slices.Clone(list)}
	}
	s.all = append(s.all, more...)
	return s, slices.Clip(s.all)
}
