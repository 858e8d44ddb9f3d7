package rootfs

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
)

// reading is one call of Read.
type reading struct {
	*asking
	layers []Layer
	budget budget
}

func newReading(layers []Layer, questions []Question, max limits) *reading {
	return &reading{
		asking: newAsking(newTree(max), len(layers), questions),
		layers: layers,
		budget: budget{max: max.unpacked},
	}
}

// readLayers reads layers until no question is open.
func (r *reading) readLayers(ctx context.Context) error {
	r.layer = len(r.layers)
	if err := r.askAll(); err != nil {
		return err
	}
	for r.layer > 0 && r.open > 0 && !r.torn {
		l := r.layer
		r.begin(l)
		err := r.scan(ctx, l, r.take)
		if err == nil && !r.torn && r.open > 0 { // it was read to its end
			r.layer--
			err = r.askAll()
		}
		if err != nil {
			return fmt.Errorf("layer %d of %d: %w", l, len(r.layers), err)
		}
	}
	return nil
}

// scan calls each for the headers of a layer, until it returns true, and at the end.
func (r *reading) scan(ctx context.Context, l int, each func(*tar.Reader, *tar.Header, int) (bool, error)) error {
	s, err := open(ctx, r.layers[l-1], &r.budget)
	if err != nil {
		return err
	}
	defer s.close()
	archive := tar.NewReader(s)
	for ordinal := 0; ; ordinal++ {
		h, err := archive.Next()
		if err == io.EOF {
			return s.whole()
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return err
		}
		if done, err := each(archive, h, ordinal); done || err != nil {
			return err
		}
	}
}

// take adds a header to the tree and asks the questions that wait for it.
func (r *reading) take(archive *tar.Reader, h *tar.Header, ordinal int) (bool, error) {
	m, err := newMember(h, r.max)
	if err != nil {
		return false, err
	}
	i, n, err := r.add(m, ordinal)
	if err != nil || r.torn || i == none {
		return r.torn, err
	}
	if err := r.heed(n); err != nil {
		return false, err
	}
	if err := r.keep(archive, header{r.layer, ordinal}, m); err != nil {
		return false, err
	}
	return r.open == 0, nil
}

// keep reads the content of the present entry if it's wanted, or might be.
func (r *reading) keep(archive io.Reader, at header, m member) error {
	_, wanted := r.wanted[at]
	likely := r.bases[m.base] > 0 && r.keptBytes < r.max.kept
	if m.kind != regular || m.big || !wanted && !likely {
		return nil
	}
	data, err := readFile(archive, r.max.file)
	if err != nil {
		return err
	}
	r.deliver(at, data)
	if likely {
		r.kept[at] = data
		r.keptBytes += len(data)
	}
	return nil
}

// readFile returns the content of a file of at most n bytes.
func readFile(archive io.Reader, n int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(archive, n+1))
	if err == nil && int64(len(data)) > n {
		err = exceeded(n, "bytes of content")
	}
	return data, err
}

// readAgain completes the answers whose content was skipped before it was
// wanted. It reads each layer that has some a second time, newest first.
func (r *reading) readAgain(ctx context.Context) error {
	passed := map[int]map[int]fs.FileMode{}
	for h, questions := range r.wanted {
		if !slices.ContainsFunc(questions, func(i int) bool { return !r.questions[i].Optional }) {
			continue
		}
		if passed[h.layer] == nil {
			passed[h.layer] = map[int]fs.FileMode{}
		}
		passed[h.layer][h.ordinal] = r.answers[questions[0]].Mode
	}
	for _, l := range slices.Backward(slices.Sorted(maps.Keys(passed))) {
		if err := r.fetch(ctx, l, passed[l]); err != nil {
			return fmt.Errorf("layer %d of %d: %w", l, len(r.layers), err)
		}
	}
	return nil
}

var errChanged = errors.New("not the same when read again")

// fetch reads the contents of regular files in a layer, whose headers have these
// ordinals and modes.
func (r *reading) fetch(ctx context.Context, l int, modes map[int]fs.FileMode) error {
	err := r.scan(ctx, l, func(archive *tar.Reader, h *tar.Header, ordinal int) (bool, error) {
		mode, ok := modes[ordinal]
		if !ok {
			return false, nil
		}
		if kindOf(h.Typeflag) != regular || modeOf(regular, h) != mode {
			return false, errChanged
		}
		data, err := readFile(archive, r.max.file)
		if err != nil {
			return false, err
		}
		r.deliver(header{l, ordinal}, data)
		delete(modes, ordinal)
		return len(modes) == 0, nil
	})
	if err == nil && len(modes) > 0 {
		return errChanged
	}
	return err
}
