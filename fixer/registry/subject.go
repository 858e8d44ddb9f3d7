package registry

import (
	"context"
	"io"
	"sync"
)

// found is an image in a source.
type found struct {
	img *image
	// open opens the i-th layer, the oldest being 0.
	open func(ctx context.Context, i int) (io.ReadCloser, error)
	// keep keeps the image for other runs; nil when that makes no sense.
	keep func(*image)
	host string // that layers come from, for messages
	// prepares: to open a layer takes as much work as to read it. The silence
	// until it's open is no sign of trouble.
	prepares bool
	// assumed is why the image may be another by now, "" when it isn't.
	assumed string
}

// subject is an image that was found, and what its layers told so far. The rest
// of it never changes.
type subject struct {
	*found
	told *told
	turn chan struct{} // one element while somebody reads the layers

	mu     sync.Mutex
	files  map[string]file // replaced, never changed
	unread *failure        // why the layers can't be read; they are tried once in a run
}

func newSubject(f *found) (*subject, error) {
	t, err := readTold(f.img.Config)
	if err != nil {
		return nil, &failure{reason: f.host + " has a configuration that can't be read", err: err}
	}
	return &subject{found: f, told: t, turn: make(chan struct{}, 1), files: f.img.Files}, nil
}

// known returns what the layers told so far, and why they can't be read.
func (s *subject) known() (map[string]file, *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files, s.unread
}

// learn adds what reading the layers gave.
func (s *subject) learn(more map[string]file, unread *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files, s.unread = merge(s.files, more), unread
}

// image is the image with all that its layers told.
func (s *subject) image() *image {
	img := *s.img
	img.Files, _ = s.known()
	return &img
}
