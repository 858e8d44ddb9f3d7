package stage

import (
	"path"
	"slices"
	"strings"
	"sync"

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
func (g *Graph) ContextSources() (list [][]string) {
	g.eachSources(func(s State, sources []string) { list = append(list, s.required(sources)...) })
	slices.SortFunc(list, slices.Compare)
	return slices.CompactFunc(list, slices.Equal)
}

// Takes returns a function that reports whether the stages take a file of the build
// context, by its slash-separated path: true where a source is the whole context, or
// is not known.
func (g *Graph) Takes() func(name string) bool {
	sources := sync.OnceValues(g.taken)
	return func(name string) bool {
		list, whole := sources()
		return whole || slices.ContainsFunc(list, func(src string) bool { return covers(src, name) })
	}
}

// covers reports whether a source, a path or a pattern, brings a file.
func covers(src, name string) bool {
	if !strings.ContainsAny(src, "*?[") {
		return name == src || strings.HasPrefix(name, src+"/")
	}
	parts := strings.Split(name, "/")
	n := strings.Count(src, "/") + 1
	if len(parts) < n {
		return false
	}
	ok, err := path.Match(src, strings.Join(parts[:n], "/"))
	return ok || err != nil
}

// taken returns all sources of the stages in the build context. whole: the context itself
// is among them, or one that is not known.
func (g *Graph) taken() (list []string, whole bool) {
	g.eachSources(func(s State, sources []string) {
		for _, src := range sources {
			src, ok := s.Expand(src)
			if src = strings.TrimPrefix(path.Clean("/"+src), "/"); ok && src != "" && !strings.Contains(src, `\`) {
				list = append(list, src)
			} else {
				whole = true
			}
		}
	})
	return list, whole
}

// eachSources visits the instructions that take something from the build context, with
// what holds before them.
func (g *Graph) eachSources(visit func(s State, sources []string)) {
	final := map[*Node]State{}
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
			if sources := localSources(in); len(sources) > 0 {
				visit(s, sources)
			}
		}
		final[n] = s
	}
}

// required returns the entries of ContextSources for the sources of one instruction.
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

// localSources returns the sources of an instruction in the build context, as written.
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

// bindSource returns the source of a mount that is a bind mount of the build context,
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
