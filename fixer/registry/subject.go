package registry

import (
	"maps"
	"sync"

	"github.com/dockmend/dockmend/fixer/baseimage/history"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// subject is an image that was found, and the answers of its layers so far. The rest
// of it never changes.
type subject struct {
	*content.Found
	summary *history.Summary
	turn    chan struct{} // one element while a caller reads the layers

	mu    sync.Mutex
	state state
}

// state is the answers of layers, and the questions without one. It is replaced, never
// changed.
type state struct {
	files map[string]content.File
	// unread is why the layers can't be read at all; they are tried once in a run.
	unread *content.Failure
	// refused are the questions that have no answer although they can be read.
	refused map[string]*content.Failure
}

// pending returns those of the questions that reading the layers may answer.
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

// why returns why the first unanswered question has no answer, nil if the layers were
// not asked.
func (s state) why(names []string) *content.Failure {
	for _, name := range names {
		if f := s.refused[name]; f != nil {
			return f
		}
	}
	return s.unread
}

// maxHeld is the size of the largest configuration that is kept in memory: ten times
// that of a usual image.
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

// known returns the answers of the layers so far.
func (s *subject) known() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// learn adds the answers from the layers, and why these questions got none.
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

// withFiles returns the image with all answers of its layers.
func (s *subject) withFiles() *content.Image {
	img := *s.Image
	img.Files = s.known().files
	return &img
}
