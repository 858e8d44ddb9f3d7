package imagebuild

import "github.com/dockmend/dockmend/fixer/stage"

// Before returns the stage of the text that came in that n has become, nil where this run
// inserted it. The last stage is that of the image, whatever was inserted before it.
func (p *Pass) Before(n *stage.Node) *stage.Node {
	first := p.build.first.Nodes
	if n.IsLast() {
		return first[len(first)-1]
	}
	i := 0
	for _, other := range p.Graph.Nodes[:n.Stage.Index] {
		if !p.Inserted(other.Stage.From.Start) {
			i++
		}
	}
	if p.Inserted(n.Stage.From.Start) || i >= len(first) {
		return nil
	}
	return first[i]
}
