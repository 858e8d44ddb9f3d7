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
// URLs. They are slash-separated paths and patterns from the context's root; the root
// itself is not among them, nor is a source whose variables are not known.
//
// Of each entry, one has to be there. A path is an entry of its own. Patterns need not
// match where the instruction has other sources (BuildKit copies with
// AllowEmptyWildcard); those of an instruction that has nothing else are one entry. The
// entries are in rising order, each once.
func (g *Graph) ContextSources() [][]string {
	final := map[*Node]State{}
	var list [][]string
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
			list = append(list, s.required(localSources(in))...)
		}
		final[n] = s
	}
	slices.SortFunc(list, slices.Compare)
	return slices.CompactFunc(list, slices.Equal)
}

// required are the entries of ContextSources for the sources of one instruction.
func (s State) required(sources []string) (list [][]string) {
	var patterns []string
	for _, src := range sources {
		src, ok := s.Expand(src)
		src = strings.TrimPrefix(path.Clean("/"+src), "/")
		switch {
		case !ok || src == "" || strings.Contains(src, `\`):
		case strings.ContainsAny(src, "*?["):
			patterns = append(patterns, src)
		default:
			list = append(list, []string{src})
		}
	}
	if len(patterns) > 0 && len(patterns) == len(sources) {
		slices.Sort(patterns)
		list = append(list, patterns)
	}
	return list
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
