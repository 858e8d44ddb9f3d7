package workload

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file reads the sources that something starts, wherever they lie.

// maxStarted bounds the sources that the start names and the walk does not read.
const maxStarted = 100

// Started returns the sources that the start runs, as "node scripts/server.js" does, that
// deployments and the health check run, those that the sources start in turn, and scripts
// that they import: their paths in the build context. Shell scripts are not among them:
// their commands are followed.
func (w *Workload) Started() []string { return w.started().names }

// eachSources visits what the sources that the image takes from the context contain,
// and then what the started sources contain that the walk does not count as the
// application's.
func (w *Workload) eachSources(visit func(*Sources)) {
	visit(w.Sources())
	for _, s := range w.started().sources {
		visit(s)
	}
}

// started are the started sources: their names, and what those contain that the walk
// does not count as the application's.
type started struct {
	names   []string
	inline  []string // the files that have code in them, in a command line or a heredoc
	sources []*Sources
}

// started finds the started sources once: those that child processes start come last.
func (w *Workload) started() *started {
	if w.begun != nil {
		return w.begun
	}
	w.begun = &started{}
	for _, as := range append([]*Workload{w}, w.otherStarts()...) {
		for _, l := range as.Launches() {
			w.begun.add(as, l.Name, l.Dir, append(slices.Clip(l.Args), l.Program))
			if s := as.inline(l); s != nil {
				w.begun.sources, w.begun.inline = append(w.begun.sources, s), append(w.begun.inline, as.startPlace().File)
			}
			for _, s := range as.heredocSources(l) {
				w.begun.sources, w.begun.inline = append(w.begun.sources, s), append(w.begun.inline, w.in.Run.Node.Graph().File.Name())
			}
		}
	}
	w.begun.children(w, w.Sources())
	w.begun.follow(w, w.Sources().imports, nil)
	for i := 0; i < min(len(w.begun.names), maxStarted); i++ {
		name := w.begun.names[i]
		w.begun.follow(w, w.Sources().imports, []string{name})
		if codeLanguage(name) != "" {
			continue
		}
		if s, ok := w.in.Files.started.of(name, maxStarted, func() *Sources { return w.in.Files.readSource(name) }); ok {
			w.begun.sources = append(w.begun.sources, s)
			w.begun.children(w, s)
			w.begun.follow(w, s.imports, []string{name})
		}
	}
	return w.begun
}

// children adds what the child processes of sources run.
func (b *started) children(w *Workload, s *Sources) {
	for _, c := range s.ChildProcesses {
		w.Child(c).All(func(c *Command) bool {
			b.add(w, c.Name, c.Dir, c.Args)
			return len(b.names) < maxStarted
		})
	}
}

// add adds the sources that the words of a command name.
func (b *started) add(w *Workload, program, dir string, words []shell.Word) {
	for _, word := range words {
		file, ok := word.In(dir)
		if !ok || !path.IsAbs(file) {
			continue
		}
		if IsNode(program) && path.Ext(file) == "" {
			file += ".js"
		}
		lang := languageOf[path.Ext(file)]
		if name := w.Origin(file).Name; lang != "" && lang != Shell && name != "" && !slices.Contains(b.names, name) {
			b.names = append(b.names, name)
		}
	}
}

// ChildProcesses returns the programs that the sources start.
func (w *Workload) ChildProcesses() (list []ChildProcess) {
	w.eachSources(func(s *Sources) { list = append(list, s.ChildProcesses...) })
	return list
}

// readSource returns what one source contains.
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
