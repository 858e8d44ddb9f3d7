package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds where a build compiles sources to: what they compute from their own
// location lies there.

// compilation is a directory of sources in the image, and the one that a RUN compiles them
// to.
type compilation struct{ from, to string }

// sourceFolders are the folders of sources that compilers leave out of the paths of what
// they make ("rootDir", typescriptlang.org).
var sourceFolders = []string{"", "src", "server", "app", "lib", "source"}

// compilations returns them, as the programs that start and that no COPY brings show: of
// dist/server.js the source is src/server.ts.
func (w *Workload) compilations() []compilation {
	if w.compiles != nil {
		return *w.compiles
	}
	w.compiles = &[]compilation{}
	for _, as := range append([]*Workload{w}, w.otherStarts()...) {
		for _, l := range as.Launches() {
			for _, word := range l.Args {
				if c := as.compiled(l.Dir, word); c.to != "" && !slices.Contains(*w.compiles, c) {
					*w.compiles = append(*w.compiles, c)
				}
			}
		}
	}
	return *w.compiles
}

// compiled returns the compilation that makes a file which a word of a command names.
func (w *Workload) compiled(dir string, word shell.Word) compilation {
	workdir := w.in.Run.Final.Workdir.Text
	file, ok := word.In(dir)
	if !ok || !Within(file, workdir) || strings.HasPrefix(word.Text, "-") || w.Origin(file).Copied {
		return compilation{}
	}
	to := w.Uncopied(file)
	if to == file {
		return compilation{}
	}
	stem := strings.TrimSuffix(strings.TrimPrefix(file, to+"/"), path.Ext(file))
	for _, folder := range sourceFolders {
		from := path.Join(path.Dir(to), folder)
		for _, ext := range nodeExts {
			if languageOf[ext] != "" && w.Origin(path.Join(from, stem+ext)).Name != "" {
				return compilation{from, to}
			}
		}
	}
	return compilation{}
}

// Uncopied returns the topmost directory on the way from the working directory to a file
// below it that no COPY brings; the file itself if that is all.
func (w *Workload) Uncopied(file string) string {
	dir := w.in.Run.Final.Workdir.Text
	rest := strings.TrimPrefix(strings.TrimPrefix(file, dir), "/")
	for element := range strings.SplitSeq(rest, "/") {
		dir = path.Join(dir, element)
		if !w.Origin(dir).Copied {
			return dir
		}
	}
	return file
}

// compiledWrites returns the paths at which compiled sources write what they compute from
// their own location, where that lies among what is compiled.
func (w *Workload) compiledWrites(r RelativeWrite, sourceDir string) (files []string) {
	if !r.OfSource || sourceDir == "" {
		return nil
	}
	for _, c := range w.compilations() {
		if !Within(sourceDir, c.from) {
			continue
		}
		file := path.Join(c.to, strings.TrimPrefix(sourceDir, c.from), relativeTo(path.Dir(r.Place.File), r.Path))
		if Within(file, c.to) {
			files = append(files, file)
		}
	}
	return files
}
