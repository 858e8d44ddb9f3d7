package mounts

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// The bounds of what is read of a mount: the entries of a directory, and directories.
const (
	maxEntries = 2000
	maxFolders = 500
)

// besides matches the folders of a checkout that no container runs.
var besides = lazyregexp.New(`(?i)^(\..*|node_modules|vendor|dist|build|out|target|coverage|docs?|examples?|samples?|tests?|specs?|__tests__|e2e|cypress|scripts?|tools?|bin|public|static|assets|docker|deploy|k8s|helm|charts?|terraform|infra)$`)

// copiesAll reports whether the image copies what a mount brings: a source of each of its
// folders, and those on top. The model reads what is copied. What is mounted and can't be
// read here is taken to be copied, as are settings.
func copiesAll(p *imagebuild.Pass, run *stage.Evaluation, m workload.Mount, target string) bool {
	name := path.Join(path.Dir(m.Place.File), m.Source)
	if p.Repository == nil || !fs.ValidPath(name) {
		return true
	}
	entries, err := fs.ReadDir(p.Repository, name)
	if err != nil || len(entries) > maxEntries {
		return true
	}
	folders := 0
	for _, e := range entries {
		file := e.Name()
		switch {
		case folders > maxFolders:
			return false // which is the safe answer
		case e.IsDir() && besides.MatchString(file):
			continue
		case e.IsDir():
			file = firstSource(p.Repository, name, file, &folders)
		case !sourceCode.MatchString(file) || settings.MatchString(file) && isSettings(file):
			continue
		}
		if file != "" && !run.Origin(path.Join(target, file), p.Context).Copied && !isCopied(p, run, path.Join(name, file)) {
			return false
		}
	}
	return true
}

// isCopied reports whether the image has a file of the repository, wherever: the build context
// may be a folder of it.
func isCopied(p *imagebuild.Pass, run *stage.Evaluation, file string) bool {
	for below := file; p.Files() != nil && below != ""; _, below, _ = strings.Cut(below, "/") {
		if info, err := p.Files().Stat(below); err == nil && info.Mode().IsRegular() {
			_, copied := run.Destination(below)
			return copied
		}
	}
	return false
}

// isAside reports whether a mount is beside all that the image works in: the sources that it
// brings are not those that run.
func isAside(run *stage.Evaluation, target string) bool {
	workdir := run.Final.Workdir
	return workdir.Known && workdir.Text != "/" && !workload.Within(workdir.Text, target) && !workload.Within(target, workdir.Text) && !holdsCopy(run, target)
}

// holdsCopy reports whether a COPY brings something to a directory, or around it.
func holdsCopy(run *stage.Evaluation, dir string) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && c.Dest != "/" && (workload.Within(c.Dest, dir) || workload.Within(dir, c.Dest))
	})
}

// isSettings reports whether a source on top of a checkout is the configuration of a tool.
func isSettings(name string) bool {
	return toolSettings.MatchString(name)
}

var toolSettings = lazyregexp.New(`(?i)(config|rc|\.d)\.[cm]?[jt]s$|^(gulpfile|gruntfile|jest|babel|webpack|vite|rollup|eslint|prettier|setup|conftest|manage)`)

// firstSource returns a source in a folder or in one of its folders, from the mount's
// directory; "" for none. folders counts those that are read.
func firstSource(fsys fs.FS, dir, folder string, folders *int) string {
	*folders++
	entries, err := fs.ReadDir(fsys, path.Join(dir, folder))
	if err != nil || len(entries) > maxEntries {
		return ""
	}
	for _, e := range entries {
		if !e.IsDir() && sourceCode.MatchString(e.Name()) {
			return path.Join(folder, e.Name())
		}
	}
	for _, e := range entries {
		if !e.IsDir() || besides.MatchString(e.Name()) || *folders > maxFolders {
			continue
		}
		*folders++
		below, err := fs.ReadDir(fsys, path.Join(dir, folder, e.Name()))
		for _, b := range below[:min(len(below), maxEntries)] {
			if err == nil && !b.IsDir() && sourceCode.MatchString(b.Name()) {
				return path.Join(folder, e.Name(), b.Name())
			}
		}
	}
	return ""
}
