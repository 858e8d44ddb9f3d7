package chain

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
// URLs. They are slash-separated paths and patterns from the context's root, each
// once, in rising order; the root itself is not among them, nor is a source whose
// variables are not known.
func (g *Graph) ContextSources() []string {
	list, _ := g.contextSources()
	return list
}

// Takes returns a function that reports whether the stages take a file of the build
// context, by its slash-separated path: true where a source is the whole context, or
// is not known.
func (g *Graph) Takes() func(name string) bool {
	sources := sync.OnceValues(g.contextSources)
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

// contextSources are those of ContextSources. whole: the context itself is among
// them, or one that is not known.
func (g *Graph) contextSources() (list []string, whole bool) {
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
			for _, src := range localSources(in) {
				src, ok := s.Expand(src)
				if src = strings.TrimPrefix(path.Clean("/"+src), "/"); ok && src != "" && !strings.Contains(src, `\`) {
					list = append(list, src)
				} else {
					whole = true
				}
			}
		}
		final[n] = s
	}
	slices.Sort(list)
	return slices.Compact(list), whole
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
