package workload

import (
	"fmt"
	"path"
	"slices"
)

// This file reads the sources that the start names, wherever they lie.

// maxStarted bounds the sources that starts name and that no walk reads.
const maxStarted = 100

// Started returns the sources that the start runs, as "node scripts/server.js" does:
// their paths in the build context. Shell scripts are not among them: what they run
// is followed.
func (w *Workload) Started() (names []string) {
	for _, l := range w.Launches() {
		for _, word := range append(slices.Clip(l.Args), l.Program) {
			file, ok := word.In(l.Dir)
			if !ok || !path.IsAbs(file) {
				continue
			}
			if IsNode(l.Name) && path.Ext(file) == "" {
				file += ".js"
			}
			lang := languageOf[path.Ext(file)]
			if name := w.Origin(file).Name; lang != "" && lang != Shell && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// eachSources visits what the sources say that the image takes from the context, and
// then what those say that the start runs and that are no application's by their place.
func (w *Workload) eachSources(visit func(*Sources)) {
	visit(w.Sources())
	for _, name := range w.Started() {
		if codeLanguage(name) != "" {
			continue
		}
		if s, ok := w.in.Files.started.of(name, maxStarted, func() *Sources { return w.in.Files.readSource(name) }); ok {
			visit(s)
		}
	}
}

// ChildProcesses returns the programs that the sources start.
func (w *Workload) ChildProcesses() (list []ChildProcess) {
	w.eachSources(func(s *Sources) { list = append(list, s.ChildProcesses...) })
	return list
}

// readSource returns what one source says.
func (f *Files) readSource(name string) *Sources {
	r := &reader{files: f, out: &Sources{}, counts: map[Language]int{}}
	text, err := f.ReadFile(name, MaxSourceFile)
	if err != nil {
		r.out.gap(Gap{Place{File: name}, fmt.Sprintf("it can't be read: %v", err)})
		return r.out
	}
	r.code(name, languageOf[path.Ext(name)], text)
	r.out.resolveConstants(f.Sources())
	return r.out
}
