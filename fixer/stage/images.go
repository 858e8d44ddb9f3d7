package stage

import "slices"

// Images returns the images that the stage takes something from, as the file names them: its base,
// with the values of its ARGs, and those that a COPY --from or a mount names.
func (n *Node) Images() (list []string) {
	if n.Parent == nil {
		list = append(list, n.Image)
	}
	for _, in := range n.Stage.Body {
		for _, ref := range Sources(in) {
			if n.graph.From(ref, n) == nil && !slices.Contains(list, ref) {
				list = append(list, ref)
			}
		}
	}
	return list
}
