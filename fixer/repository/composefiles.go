package repository

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/workload"
)

// composeFiles reads the Compose files that a command line names together: files of several
// directories belong to each other by that alone.
func (c command) composeFiles(options []option) {
	var named []string
	var project *option // --project-directory
	for _, o := range options {
		switch o.name {
		case "-f", "--file":
			if !o.known {
				return // which of the files is not known
			}
			named = append(named, o.text)
		case "--project-directory":
			project = &o
		}
	}
	if len(named) == 0 {
		return
	}
	dirs := []value{c.dir}
	if c.dir.floats() {
		dirs = []value{literal(path.Join(".", c.dir.text[1:])), literal(path.Join(c.own, c.dir.text[1:]))}
	}
	for _, dir := range dirs {
		var files []string
		for _, name := range named {
			if file, why := local(dir, literal(name)); why == "" && c.reader.exists[file] {
				files = append(files, file)
			}
		}
		switch {
		case len(files) < len(named):
			continue
		case project == nil || isOwn(dir, project.value, files):
			c.reader.composeSet(files)
		default: // what the files mean there is not read
			for _, file := range files {
				c.reader.projectDirs[file] = c.place
			}
		}
		return
	}
}

// isOwn reports whether a directory, named in dir, is that of the first of the files.
func isOwn(dir, project value, files []string) bool {
	named, why := local(dir, project)
	return why == "" && named == path.Dir(files[0])
}

// ProjectDirectory returns the place of a command that names a Compose file and gives its project
// another directory than that of its first file, by --project-directory; the zero Place for none.
func (l *Links) ProjectDirectory(file string) workload.Place { return l.projectDirs[file] }

// composeSet reads the services of files that a command merges, once.
func (r *reader) composeSet(files []string) {
	key := strings.Join(files, "\n")
	if compose.IsLoaded(files) || slices.Contains(r.composeSets, key) || len(r.composeSets) >= maxComposeSets {
		return
	}
	r.composeSets = append(r.composeSets, key)
	last := files[len(files)-1]
	for _, file := range files {
		info, err := fs.Stat(r.fsys, file)
		if err != nil || r.composeBytes+info.Size() > maxComposeBytes {
			r.gap(workload.Place{File: last}, fmt.Sprintf("its Compose files are not read: the repository has more than %d bytes of them", maxComposeBytes))
			return
		}
		r.composeBytes += info.Size()
	}
	base := path.Base(last)
	p := compose.LoadFiles(r.fsys, strings.TrimSuffix(base, path.Ext(base)), files)
	r.gapsOf(p.Gaps)
	r.projects = append(r.projects, p)
	for _, s := range p.Services {
		r.service(p, s)
	}
}

// maxComposeSets bounds the lists of Compose files that commands name.
const maxComposeSets = 100
