package workload

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds started programs whose sources are not there to be read.

// archived are the languages of the archives that a program runs, and archives their
// names.
var (
	archived = map[string][]Language{"java": {Java, Kotlin, Scala, Clojure}, "dotnet": {CSharp}}
	archives = []string{".jar", ".war", ".dll"}
)

// compiled are the languages of programs that run without an interpreter.
var compiled = []Language{Go, Rust, CSharp, Java, Kotlin, Scala}

// Opaque returns a gap for each program of the application that starts although the sources
// that it may be made of are not in the context: what it does can't be seen. Programs of
// the base image and of packages are not among them.
func (w *Workload) Opaque() (list []Gap) {
	for _, l := range w.Launches() {
		file, languages := w.ownProgram(l.Command)
		if file == "" || w.hasSources(languages) {
			continue
		}
		list = append(list, Gap{What: fmt.Sprintf("the sources of %s are not in the build context", file)})
	}
	return list
}

// hasSources reports whether the context has sources in one of the languages; nil means
// any.
func (w *Workload) hasSources(languages []Language) bool {
	return slices.ContainsFunc(w.Sources().Languages, func(c LanguageCount) bool { return languages == nil || slices.Contains(languages, c.Language) })
}

// ownProgram returns the file of the application that a command runs, and the languages
// that it may be written in, nil for any; "" where it runs none, or none that is known.
func (w *Workload) ownProgram(c *Command) (file string, languages []Language) {
	if languages := archived[c.Name]; languages != nil {
		i := slices.IndexFunc(c.Args, func(a shell.Word) bool { return slices.Contains(archives, path.Ext(a.Text)) })
		if i < 0 || !c.Args[i].Known {
			return "", nil
		}
		file, _ = c.Args[i].In(c.Dir)
		return file, languages
	}
	switch {
	case c.File == "" || IsInit(c.Path) || len(c.Runs) > 0 || path.Ext(c.File) == ".sh" || inModulesBin(c.File):
		return "", nil
	case c.Source != "" && languageOf[path.Ext(c.File)] != "":
		return "", nil
	case c.Source != "":
		return c.File, compiled // it is copied as it is
	}
	return c.File, nil
}
