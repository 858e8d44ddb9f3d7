package yamlfile

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/fixer/document"
)

// Edited implements [document.Document]. The whole tree is compared: kinds, tags, styles,
// anchors, values and their order.
func (f *File) Edited(edits []document.Edit) (document.Document, error) {
	after, err := f.edited(edits)
	if err != nil {
		return nil, err
	}
	return after, nil
}

func (f *File) edited(edits []document.Edit) (*File, error) {
	edits = document.Sorted(edits)
	c := comparison{added: map[*Node][]*meaning{}, replaced: map[*Node]*meaning{}}
	for _, e := range edits {
		m, ok := e.Meaning.(*meaning)
		switch {
		case !ok || m.file != f:
			return nil, errors.New("an edit is not of this file")
		case m.added:
			c.added[m.node] = append(c.added[m.node], m)
		case c.replaced[m.node] != nil:
			return nil, errors.New("two edits set one value")
		default:
			c.replaced[m.node] = m
		}
	}
	// What is deeper belongs to the entry that the other is after.
	slices.SortStableFunc(edits, func(a, b document.Edit) int {
		if a.Span != b.Span || a.Len() > 0 {
			return a.Start - b.Start
		}
		return b.Meaning.(*meaning).depth - a.Meaning.(*meaning).depth
	})
	src, err := document.Splice(f.src, edits)
	if err != nil {
		return nil, err
	}
	if len(src) > MaxBytes {
		return nil, &document.TooLargeError{Max: MaxBytes}
	}
	after, err := Parse(f.name, src)
	if err != nil {
		return nil, fmt.Errorf("the edited file: %w", err)
	}
	if len(after.documents) != len(f.documents) {
		return nil, fmt.Errorf("%d documents, and not %d", len(after.documents), len(f.documents))
	}
	for i, d := range f.documents {
		if err := c.compare(d, after.documents[i]); err != nil {
			return nil, err
		}
	}
	return after, nil
}

// comparison holds a tree against the one before, and what was meant to change.
type comparison struct {
	added    map[*Node][]*meaning
	replaced map[*Node]*meaning
}

func (c comparison) compare(before, after *Node) error {
	if m := c.replaced[before]; m != nil {
		if !m.value.is(after, m.flow) {
			return fmt.Errorf("line %d is not the value that was meant", after.Line)
		}
		return nil
	}
	if before.Kind != after.Kind || before.Tag != after.Tag || before.Anchor != after.Anchor || before.Value != after.Value || before.raw.Style != after.raw.Style {
		return fmt.Errorf("line %d is not what it was in line %d", after.Line, before.Line)
	}
	rest := after.content
	for i := 0; i <= len(before.content); i++ {
		for _, m := range c.added[before] {
			if m.at != i {
				continue
			}
			n := m.matches(rest)
			if n == 0 {
				return fmt.Errorf("what was added is not in line %d", after.Line)
			}
			rest = rest[n:]
		}
		if i == len(before.content) {
			break
		}
		if len(rest) == 0 {
			return fmt.Errorf("a value of line %d is missing", before.Line)
		}
		if err := c.compare(before.content[i], rest[0]); err != nil {
			return err
		}
		rest = rest[1:]
	}
	if len(rest) > 0 {
		return fmt.Errorf("line %d was not there", rest[0].Line)
	}
	return nil
}

// matches returns how many of the nodes are what was added, 0 where they are not.
func (m *meaning) matches(nodes []*Node) int {
	if m.node.Kind == Sequence {
		if len(nodes) > 0 && m.value.is(nodes[0], m.flow) {
			return 1
		}
		return 0
	}
	if len(nodes) > 1 && String(m.key).is(nodes[0], false) && m.value.is(nodes[1], false) {
		return 2
	}
	return 0
}
