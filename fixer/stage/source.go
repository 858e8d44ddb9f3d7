package stage

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// Copy is a COPY or ADD with its variables put in.
type Copy struct {
	In      *dockerfile.Instruction
	Sources []string // after expansion; none for heredocs, "" where it can't be told
	Dest    string   // absolute
	// Dir: Dest is a directory for certain. When it is not set, Dest may be
	// the file itself or a directory.
	Dir   bool
	From  string // --from; "" for the build context
	Chown string // as written
	Owned bool   // --chown is there, be it empty
	Link  bool
	ADD   bool
}

// Copy reads a COPY or ADD at this place. It is false for other instructions,
// and when the destination is not known.
func (s State) Copy(in *dockerfile.Instruction) (Copy, bool) {
	c := Copy{In: in}
	var sd instructions.SourcesAndDest
	switch cmd := in.Cmd.(type) {
	case *instructions.CopyCommand:
		sd, c.From, c.Chown, c.Link = cmd.SourcesAndDest, cmd.From, cmd.Chown, cmd.Link
	case *instructions.AddCommand:
		sd, c.Chown, c.Link, c.ADD = cmd.SourcesAndDest, cmd.Chown, cmd.Link, true
	default:
		return c, false
	}
	c.Owned = slices.ContainsFunc(in.Flags, func(w dockerfile.Word) bool { return strings.HasPrefix(w.Text, "--chown") })
	dest, ok := s.Expand(sd.DestPath)
	if !ok || dest == "" || strings.Contains(dest, `\`) {
		return c, false
	}
	c.Dir = strings.HasSuffix(dest, "/") || path.Base(dest) == "." || path.Base(dest) == ".." || len(sd.SourcePaths)+len(sd.SourceContents) > 1
	if !path.IsAbs(dest) {
		if !s.Workdir.Known {
			return c, false
		}
		dest = path.Join(s.Workdir.Text, dest)
	}
	c.Dest = path.Clean(dest)
	for _, src := range sd.SourcePaths {
		v, ok := s.Expand(src)
		if !ok {
			v = ""
		}
		c.Sources = append(c.Sources, v)
	}
	return c, true
}

// Origin is where a file of the image comes from.
type Origin struct {
	// Name is its path in the build context, when it was copied from there.
	Name string
	// Copied: a COPY or ADD brought it, or may have brought it.
	Copied bool
	// From is the stage or image that the COPY took it from, where it could not
	// be followed further.
	From string
	// Perhaps: a directory that the stage From holds may have the file; no COPY names
	// it.
	Perhaps bool
	// Heredoc is the COPY or ADD that makes it of a heredoc, and Text that; nil for other
	// files.
	Heredoc *dockerfile.Instruction
	Text    string
}

// Origin finds the file of the build context that is at an absolute path
// of the final image, also where it came by way of other stages. The context
// may be nil; then only what the COPY lines name outright is found.
func (r *Evaluation) Origin(file string, context fs.FS) Origin {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		c, ok := r.Steps[i].Before.Copy(r.Steps[i].In)
		if !ok {
			continue
		}
		if text, ok := c.heredoc(file); ok {
			return Origin{Copied: true, Heredoc: c.In, Text: text}
		}
		for _, src := range c.Sources {
			if src == "" {
				continue
			}
			if c.From != "" {
				if o := r.throughStage(c, src, file, context); o.Copied {
					return o
				}
				continue
			}
			if name, covers := c.source(src, file, context); covers {
				return Origin{Name: name, Copied: true}
			}
		}
	}
	return Origin{}
}

// throughStage follows a COPY --from into the stage that it takes from.
func (r *Evaluation) throughStage(c Copy, src, file string, context fs.FS) Origin {
	inner := path.Clean("/" + src)
	below, isBelow := strings.CutPrefix(file, strings.TrimSuffix(c.Dest, "/")+"/")
	var candidates []string
	matched, _ := path.Match(path.Base(inner), below)
	switch {
	case file == c.Dest && !c.Dir:
		candidates = []string{inner}
	case !isBelow:
		return Origin{}
	case path.Base(inner) == below:
		candidates = []string{inner, path.Join(inner, below)}
	case matched: // package*.json
		candidates = []string{path.Join(path.Dir(inner), below)}
	default:
		candidates = []string{path.Join(inner, below)}
	}
	stage := r.Node.graph.stage(c.From, r.Node.Stage.Index)
	if stage != nil {
		other := stage.Eval(nil)
		for _, p := range candidates {
			if o := other.Origin(p, context); o.Copied {
				return o
			}
		}
	}
	if file == c.Dest || matched || path.Ext(inner) == "" {
		// A RUN may have made it.
		return Origin{Copied: true, From: c.From, Perhaps: stage != nil && file != c.Dest && path.Base(inner) != below}
	}
	return Origin{}
}

// source reports whether a source of the copy makes the file, and returns which file of
// the context it is: "" when that is not known.
func (c Copy) source(src, file string, context fs.FS) (name string, covers bool) {
	src = strings.TrimPrefix(path.Clean("/"+src), "/")
	if src == "" {
		src = "."
	}
	below, isBelow := strings.CutPrefix(file, strings.TrimSuffix(c.Dest, "/")+"/")
	switch {
	case file == c.Dest && !c.Dir:
		return src, true
	case !isBelow:
		return "", false
	}
	if strings.ContainsAny(src, "*?[") {
		name = path.Join(path.Dir(src), below)
		if ok, err := path.Match(src, name); err != nil || !ok {
			return "", false
		}
		return name, true
	}
	if !strings.Contains(below, "/") && path.Base(src) == below {
		return src, true // the file itself, into a directory
	}
	if context == nil {
		return "", src == "."
	}
	name = path.Join(src, below)
	if _, err := fs.Stat(context, name); err != nil {
		return "", false
	}
	return name, true
}
