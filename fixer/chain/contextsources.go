package chain

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// ContextSources returns what the stages take from the build context: the sources
// of COPY and ADD and of bind mounts, without those of other stages, images and
// URLs. They are slash-separated paths and patterns from the context's root, each
// once, in rising order; the root itself is not among them, nor is a source whose
// variables are not known.
func (g *Graph) ContextSources() []string {
	final := map[*Node]State{}
	var list []string
	for _, n := range g.Nodes {
		s := final[n.Parent]
		if n.Parent == nil {
			s = n.initial(nil)
		}
		for _, in := range n.Stage.Body {
			switch in.Cmd.(type) {
			case *instructions.ArgCommand, *instructions.EnvCommand:
				s = s.After(in)
				continue
			}
			for _, src := range localSources(in) {
				src, ok := s.Expand(src)
				if src = strings.TrimPrefix(path.Clean("/"+src), "/"); ok && src != "" && !strings.Contains(src, `\`) {
					list = append(list, src)
				}
			}
		}
		final[n] = s
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// localSources are the sources of an instruction in the build context, as written.
func localSources(in *dockerfile.Instruction) (list []string) {
	switch cmd := in.Cmd.(type) {
	case *instructions.CopyCommand:
		if cmd.From == "" {
			return cmd.SourcePaths
		}
	case *instructions.AddCommand:
		for _, src := range cmd.SourcePaths {
			if !strings.Contains(src, "://") && !strings.HasPrefix(src, "git@") {
				list = append(list, src)
			}
		}
	case *instructions.RunCommand:
		for _, w := range in.Flags {
			if mount, ok := strings.CutPrefix(w.Text, "--mount="); ok {
				list = append(list, bindSource(mount)...)
			}
		}
	}
	return list
}

// bindSource is the source of a mount that is a bind mount of the build context,
// which is its default type (Dockerfile reference, "RUN --mount=type=bind").
func bindSource(mount string) (list []string) {
	for field := range strings.SplitSeq(mount, ",") {
		switch key, value, _ := strings.Cut(strings.TrimSpace(field), "="); key {
		case "type":
			if value != "bind" {
				return nil
			}
		case "from":
			return nil
		case "source", "src":
			list = append(list, value)
		}
	}
	return list
}
