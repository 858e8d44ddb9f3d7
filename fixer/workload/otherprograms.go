package workload

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds sources of a context that belong to another program than the one that the
// container starts.

// OtherPrograms are the programs of the build context that no process of a container starts.
type OtherPrograms struct {
	load    *Workload
	starts  func(file string) bool
	known   map[string]bool // whether a source is theirs
	isKnown func() bool     // what the container starts
	certain func() bool
}

// maxOthers bounds the sources that lead to one.
const maxOthers = 200

// OtherPrograms returns them. starts reports whether something other than the container is
// known to start a source: another image, a script that people call. nil for nothing.
func (w *Workload) OtherPrograms(starts func(file string) bool) *OtherPrograms {
	o := &OtherPrograms{load: w, starts: starts, known: map[string]bool{}, isKnown: sync.OnceValue(w.startsSources)}
	o.certain = sync.OnceValue(o.findCertain)
	return o
}

// Has reports whether a source is one of theirs and of no other program, as far as sources
// name each other: it, or each source that may load it, is started otherwise, and none by
// the container, whose start is completely known.
func (o *OtherPrograms) Has(file string) bool {
	is, ok := o.known[file]
	if !ok {
		is = o.starts != nil && o.isKnown() && o.has(file)
		o.known[file] = is
	}
	return is
}

func (o *OtherPrograms) has(file string) bool {
	begun, found := o.load.started(), false
	seen, left := map[string]bool{file: true}, []string{file}
	for len(left) > 0 {
		one := left[0]
		left = left[1:]
		by, started := o.load.in.Files.Loaders(one), o.starts(one)
		if slices.Contains(begun.names, one) || slices.Contains(begun.inline, one) || o.load.namesInEnvironment(stem(one)) || len(by) == 0 && !started || len(seen) > maxOthers {
			return false
		}
		found = found || started
		for _, other := range by {
			if !seen[other] {
				seen[other], left = true, append(left, other)
			}
		}
	}
	return found
}

// namesInEnvironment reports whether a variable of the image or of a deployment names a
// source: NODE_OPTIONS, or one that the application reads.
func (w *Workload) namesInEnvironment(name string) bool {
	if slices.ContainsFunc(w.in.Run.Final.Env, func(v string) bool { return strings.Contains(v, name) }) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(w.in.Deployments, w.in.Perhaps), func(d Deployment) bool {
		return slices.ContainsFunc(d.Env, func(v Variable) bool { return strings.Contains(v.Value, name) })
	})
}

// Certain reports whether nothing in the container may load one of their sources without
// naming it: what loads what it computes, or starts programs, is theirs, and everything
// could be read.
func (o *OtherPrograms) Certain() bool { return o.certain() }

func (o *OtherPrograms) findCertain() bool {
	l := o.load.in.Files.loaders()
	return !l.gap && !slices.ContainsFunc(o.load.in.Deployments, func(d Deployment) bool { return len(d.Gaps) > 0 }) &&
		!slices.ContainsFunc(l.computed, func(file string) bool { return !o.Has(file) })
}

// looking are programs that ask a server, in health checks.
var looking = map[string]bool{"curl": true, "wget": true, "nc": true, "test": true, "[": true, "exit": true}

// startsSources reports whether all that the container starts is known to be sources that
// node runs, besides what starts no others.
func (w *Workload) startsSources() bool {
	for _, as := range append([]*Workload{w}, w.otherStarts()...) {
		start := as.Start()
		if start == nil || !start.All(func(c *Command) bool { return c.Unread == "" && c.Unfollowed == "" }) {
			return false
		}
		if slices.ContainsFunc(as.Launches(), func(l Launch) bool { return !as.startsOnlySources(l) }) {
			return false
		}
	}
	return true
}

// startsOnlySources is startsSources for one program.
func (w *Workload) startsOnlySources(l Launch) bool {
	switch {
	case harmless[l.Name], looking[l.Name], IsInit(l.Name), w.IsNodesEntrypoint(l.Name): // what they start comes next
		return true
	case !IsNode(l.Name):
		return false
	}
	b := &started{}
	b.add(w, l.Name, l.Dir, l.Args)
	return len(b.names) > 0
}

// maxImages bounds the Dockerfiles whose starts are followed.
const maxImages = 50

// ImageStarts returns the sources that the images of the context's Dockerfiles start, by the
// path of the Dockerfile. The context of each is this one, or the Dockerfile's own directory.
func (f *Files) ImageStarts() map[string][]string { return f.images() }

func (f *Files) findImageStarts() map[string][]string {
	starts, left := map[string][]string{}, maxImages
	f.Walk(func(dir string) bool { return !slices.Contains(notRun, path.Base(dir)) }, func(name string, d fs.DirEntry) bool {
		base := strings.ToLower(path.Base(name))
		if !d.Type().IsRegular() || base != "dockerfile" && !strings.HasPrefix(base, "dockerfile.") && !strings.HasSuffix(base, ".dockerfile") || strings.HasSuffix(base, "ignore") {
			return true
		}
		starts[name] = f.imageStarts(name)
		left--
		return left > 0
	})
	return starts
}

// imageStarts returns the sources that one Dockerfile's image starts.
func (f *Files) imageStarts(name string) (list []string) {
	text, err := f.ReadFile(name, MaxText)
	if err != nil {
		return nil
	}
	file, err := dockerfile.Parse(name, []byte(text))
	if err != nil {
		return nil
	}
	graph, err := stage.Resolve(file, stage.Options{})
	if err != nil {
		return nil
	}
	for _, dir := range []string{".", path.Dir(name)} {
		context, err := fs.Sub(f.FS(), dir)
		if err != nil {
			continue
		}
		for _, n := range graph.Targets() {
			w := Of(Input{Run: n.Eval(nil), Context: context, Ask: func(baseimage.Ask) (*baseimage.Facts, error) { return nil, errors.New("it is not asked") }})
			for _, l := range w.Launches() {
				b := &started{}
				b.add(w, l.Name, l.Dir, l.Args)
				for _, source := range b.names {
					list = append(list, path.Join(dir, source))
				}
			}
		}
	}
	return list
}
