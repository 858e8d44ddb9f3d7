package rootfs

import (
	"bytes"
	"fmt"
	"path"
	"slices"
)

// query is a question to the tree.
type query struct {
	paths   []string // clean
	content bool
	closed  bool // answered, or impossible to answer
	wait    key  // the name that it waits for
	waits   bool
}

// asking is the state of the questions, and what they wait for.
type asking struct {
	*tree
	total     int // of the layers
	questions []Question
	queries   []query
	answers   []Answer
	open      int
	watched   map[key][]int
	// bases are the last names of the files whose content is requested, each with
	// the number of open questions.
	bases map[string]int
	// wanted is the content that settled questions lack.
	wanted    map[header][]int
	kept      map[header][]byte
	keptBytes int
	// refusal is the error of the first content that was refused.
	refusal error
}

// header is the position of an archive's header.
type header struct{ layer, ordinal int }

func newAsking(t *tree, layers int, questions []Question) *asking {
	a := &asking{
		tree:      t,
		total:     layers,
		questions: questions,
		queries:   make([]query, len(questions)),
		answers:   make([]Answer, len(questions)),
		watched:   map[key][]int{},
		bases:     map[string]int{},
		wanted:    map[header][]int{},
		kept:      map[header][]byte{},
	}
	for i, q := range questions {
		a.queries[i].content = q.Content
		if !q.Optional {
			a.open++
		}
		for _, p := range q.Paths {
			p = path.Clean("/" + p)
			a.queries[i].paths = append(a.queries[i].paths, p)
			if q.Content {
				a.bases[path.Base(p)]++
			}
		}
	}
	return a
}

// askAll asks all open questions.
func (a *asking) askAll() error {
	for i := range a.queries {
		if err := a.ask(i); err != nil {
			return err
		}
	}
	return nil
}

// heed asks the questions that wait for the path.
func (a *asking) heed(n id) error {
	if len(a.watched) == 0 || n == root {
		return nil
	}
	for _, i := range slices.Clone(a.watched[key{a.nodes[n].parent, a.nodes[n].name}]) {
		if err := a.ask(i); err != nil {
			return err
		}
	}
	return nil
}

// ask settles a question, or determines what it waits for.
func (a *asking) ask(i int) error {
	q := &a.queries[i]
	if q.closed {
		return nil
	}
	a.unwatch(i)
	for j, p := range q.paths {
		o, err := a.walk(p)
		if err != nil {
			return err
		}
		v := o.verdict
		switch v {
		case missing:
			if v = a.complete(); v == isLeaf {
				continue
			}
		case isDir, isLeaf:
			if v = a.doubtful(o.names); v == isLeaf {
				v = a.found(i, j, &o)
			}
		}
		switch v {
		case tangled:
			a.close(i)
		case waiting:
			a.watch(i, o.wait)
		}
		return a.step(0)
	}
	a.answers[i] = Answer{Settled: true}
	a.close(i)
	return a.step(0)
}

// found answers question i, whose path j exists. It returns waiting while the mode
// isn't known, and tangled if the content is refused.
func (a *asking) found(i, j int, o *outcome) verdict {
	answer := Answer{Settled: true, Path: a.questions[i].Paths[j], Target: a.path(o.at)}
	if o.verdict == isDir {
		mode, ok := a.dirMode(o.dir)
		if !ok {
			n := a.nodes[o.at]
			o.wait = key{n.parent, n.name}
			return waiting
		}
		answer.Mode = mode
	} else {
		e := &a.entries[o.entry]
		answer.Mode, answer.Capable = e.mode, e.kind == regular && e.flags.has(isCapable)
		if a.queries[i].content && e.kind == regular && !a.supply(i, e, &answer) {
			return tangled
		}
	}
	a.answers[i] = answer
	a.close(i)
	return isLeaf
}

// supply adds the content to answer i, or records that it's wanted. It returns false
// if the content is refused.
func (a *asking) supply(i int, e *entry, answer *Answer) bool {
	h := header{int(e.layer), int(e.ordinal)}
	if e.flags.has(isBig) {
		if a.refusal == nil && !a.questions[i].Optional {
			a.refusal = contentError{fmt.Errorf("layer %d of %d: %w in %q", h.layer, a.total, exceeded(a.max.file, "bytes of content"), answer.Target)}
		}
		return false
	}
	if data, ok := a.kept[h]; ok {
		answer.Data = bytes.Clone(data)
	} else {
		a.wanted[h] = append(a.wanted[h], i)
	}
	return true
}

// deliver completes the answers that wait for the content.
func (a *asking) deliver(h header, data []byte) {
	for _, i := range a.wanted[h] {
		a.answers[i].Data = append([]byte{}, data...)
	}
	delete(a.wanted, h)
}

// withdraw revokes the answers that still wait for content.
func (a *asking) withdraw() {
	for _, questions := range a.wanted {
		for _, i := range questions {
			a.answers[i] = Answer{}
		}
	}
}

// close removes question i from the list, answered or not.
func (a *asking) close(i int) {
	q := &a.queries[i]
	q.closed = true
	if !a.questions[i].Optional {
		a.open--
	}
	if q.content {
		for _, p := range q.paths {
			if base := path.Base(p); a.bases[base] > 1 {
				a.bases[base]--
			} else {
				delete(a.bases, base)
			}
		}
	}
}

// watch makes question i be asked again when the present layer has the name.
func (a *asking) watch(i int, k key) {
	if k.name == "" {
		return // nothing before the end of the layer helps
	}
	a.queries[i].wait, a.queries[i].waits = k, true
	a.watched[k] = append(a.watched[k], i)
}

func (a *asking) unwatch(i int) {
	q := &a.queries[i]
	if !q.waits {
		return
	}
	q.waits = false
	list := slices.DeleteFunc(a.watched[q.wait], func(j int) bool { return j == i })
	if len(list) == 0 {
		delete(a.watched, q.wait)
	} else {
		a.watched[q.wait] = list
	}
}
