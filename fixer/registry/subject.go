package registry

import (
	"maps"
	"sync"

	"github.com/dockmend/dockmend/fixer/baseimage/history"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// subject is an image that was found, and what its layers told so far. The rest
// of it never changes.
type subject struct {
	*content.Found
	summary *history.Summary
	turn    chan struct{} // one element while somebody reads the layers

	mu    sync.Mutex
	state state
}

// state is what layers told, and did not tell. It is replaced, never changed.
type state struct {
	files map[string]content.File
	// unread is why the layers can't be read at all; they are tried once in a run.
	unread *content.Failure
	// refused are the questions that have no answer although they can be read.
	refused map[string]*content.Failure
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
func (s state) why(names []string) *content.Failure {
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

func newSubject(f *content.Found) (*subject, error) {
	t, err := history.Summarize(f.Image.Config)
	if err != nil {
		return nil, &content.Failure{Reason: f.Host + " has a configuration that can't be read", Err: err}
	}
	if len(f.Image.Config) > maxHeld {
		light := *f
		light.Image = &content.Image{Digest: f.Image.Digest, Manifest: f.Image.Manifest, Layers: f.Image.Layers, Files: f.Image.Files}
		light.Keep = nil
		f = &light
	}
	return &subject{Found: f, summary: t, turn: make(chan struct{}, 1), state: state{files: f.Image.Files}}, nil
}

// known returns what the layers told so far.
func (s *subject) known() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// learn adds what reading the layers gave, and why these questions got no answer.
func (s *subject) learn(more map[string]content.File, f *content.Failure, unanswered []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := state{files: merge(s.state.files, more), refused: maps.Clone(s.state.refused)}
	if f != nil && !f.Question {
		next.unread = f
	} else if f != nil {
		if next.refused == nil {
			next.refused = map[string]*content.Failure{}
		}
		for _, name := range unanswered {
			next.refused[name] = f
		}
	}
	s.state = next
}

// withFiles returns the image with all that its layers told.
func (s *subject) withFiles() *content.Image {
	img := *s.Image
	img.Files = s.known().files
	return &img
}
