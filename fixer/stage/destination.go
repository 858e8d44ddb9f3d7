package stage

import (
	"path"
	"strings"
)

// Destination returns the absolute path at which the final image has a file of the
// build context, also where it came by way of other stages: the inverse of
// [Run.Origin]. name is relative to the root of the context. ok is false where no
// COPY or ADD is known to bring it.
func (r *Evaluation) Destination(name string) (file string, ok bool) {
	return r.destination(path.Clean(name), map[*Evaluation]string{})
}

// destination is Destination. known has the answers of the stages that were looked
// at, "" for none: stages may copy from one another many times.
func (r *Evaluation) destination(name string, known map[*Evaluation]string) (string, bool) {
	if file, seen := known[r]; seen {
		return file, file != ""
	}
	known[r] = ""
	for i := len(r.Steps) - 1; i >= 0; i-- {
		c, ok := r.Steps[i].Before.Copy(r.Steps[i].In)
		if !ok {
			continue
		}
		from := name
		if c.From != "" {
			stage := r.Node.graph.stage(c.From, r.Node.Stage.Index)
			if stage == nil {
				continue
			}
			if from, ok = stage.Eval(nil).destination(name, known); !ok {
				continue
			}
		}
		for _, src := range c.Sources {
			if file, ok := c.destination(src, from); ok {
				known[r] = file
				return file, true
			}
		}
	}
	return "", false
}

// destination returns where a source of the copy puts a file, and whether it
// brings it.
func (c Copy) destination(src, name string) (string, bool) {
	if src == "" {
		return "", false
	}
	src, name = strings.TrimPrefix(path.Clean("/"+src), "/"), strings.TrimPrefix(name, "/")
	if src == "" {
		return path.Join(c.Dest, name), true
	}
	elements, depth := strings.Split(name, "/"), strings.Count(src, "/")+1
	if depth > len(elements) {
		return "", false
	}
	if ok, err := path.Match(src, strings.Join(elements[:depth], "/")); err != nil || !ok {
		return "", false
	}
	below := path.Join(elements[depth:]...)
	switch {
	case below != "":
		return path.Join(c.Dest, below), true // what a directory holds
	case c.Dir || !hasExtension(c.Dest) && path.Ext(c.Dest) != path.Ext(name):
		return path.Join(c.Dest, path.Base(name)), true
	}
	return c.Dest, true
}

// hasExtension reports whether a path ends as those of files do; conf.d and the like are
// directories.
func hasExtension(file string) bool {
	ext := path.Ext(file)
	return ext != "" && ext != ".d"
}
