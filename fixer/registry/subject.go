package registry

import (
	"maps"
	"sync"

	"github.com/dockmend/dockmend/fixer/baseimage/history"
)

// subject is an image that was found, and what its layers told so far. The rest
// of it never changes.
type subject struct {
	*found
	summary *history.Summary
	turn    chan struct{} // one element while somebody reads the layers

	mu    sync.Mutex
	state state
}

// state is what layers told, and did not tell. It is replaced, never changed.
type state struct {
	files map[string]file
	// unread is why the layers can't be read at all; they are tried once in a run.
	unread *failure
	// refused are the questions that have no answer although they can be read.
	refused map[string]*failure
}

// pending returns the questions among these that reading the layers may answer.
func (s state) pending(names []string) (list []string) {
	if s.unread != nil {
		return nil
	}
	for _, name := range names {
		if _, ok := s.files[name]; !ok && s.refused[name] == nil {
			list = append(list, name)
		}
	}
	return list
}

// why returns why the first of the questions without an answer has none, nil
// when the layers were not asked.
func (s state) why(names []string) *failure {
	for _, name := range names {
		if f := s.refused[name]; f != nil {
			return f
		}
	}
	return s.unread
}

// maxHeld is the size of the largest configuration that is held on to: what an
// image of the usual kind has ten times over.
const maxHeld = 128 << 10

func newSubject(f *found) (*subject, error) {
	t, err := history.Summarize(f.img.Config)
	if err != nil {
		return nil, &failure{reason: f.host + " has a configuration that can't be read", err: err}
	}
	if len(f.img.Config) > maxHeld {
		light := *f
		light.img = &image{Digest: f.img.Digest, Manifest: f.img.Manifest, Layers: f.img.Layers, Files: f.img.Files}
		light.keep = nil
		f = &light
	}
	return &subject{found: f, summary: t, turn: make(chan struct{}, 1), state: state{files: f.img.Files}}, nil
}

// known returns what the layers told so far.
func (s *subject) known() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// learn adds what reading the layers gave, and why these questions got no answer.
func (s *subject) learn(more map[string]file, f *failure, unanswered []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := state{files: merge(s.state.files, more), refused: maps.Clone(s.state.refused)}
	if f != nil && !f.question {
		next.unread = f
	} else if f != nil {
		if next.refused == nil {
			next.refused = map[string]*failure{}
		}
		for _, name := range unanswered {
			next.refused[name] = f
		}
	}
	s.state = next
}

// image is the image with all that its layers told.
func (s *subject) image() *image {
	img := *s.img
	img.Files = s.known().files
	return &img
}
