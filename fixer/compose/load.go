package compose

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// maxProjects bounds the projects of a directory.
const maxProjects = 50

// The names of the files of a project that docker compose reads, in its order:
// compose-go's cli.DefaultFileNames and cli.DefaultOverrideFileNames.
var (
	defaultNames  = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// Load returns the meaning of the Compose files of a directory of a repository. dir is
// slash-separated, from the root. The default project is the one that docker compose
// finds: the first of its names, and the first override file. Any other file,
// compose.prod.yaml or docker-compose-prod.yml, is a project with the default file
// before it, or by itself if these two do not merge. A file for which IsNamedAlike is
// true is one by itself, if it has services.
//
// Load fails if the directory can't be listed. Errors in a file are gaps of its
// project.
func Load(root fs.FS, dir string) (*Set, error) {
	list, err := fs.ReadDir(root, dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range list {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	r := newReader(root)
	set := &Set{}
	main, others := find(names)
	files := joined(dir, main)
	if named := composeFile(r, dir); named != nil {
		files = named
	}
	if len(files) > 0 {
		set.Projects = append(set.Projects, load(r, dir, "", files))
	}
	for i, o := range others {
		if i == maxProjects {
			place := workload.Place{File: path.Join(dir, o.file)}
			set.Gaps = append(set.Gaps, workload.Gap{Place: place, What: fmt.Sprintf("more than %d Compose projects in a directory", maxProjects)})
			break
		}
		file := path.Join(dir, o.file)
		switch {
		case slices.Contains(files, file):
		case o.alone:
			if hasServices(r, file) {
				set.Projects = append(set.Projects, load(r, dir, o.name, []string{file}))
			}
		default:
			set.Projects = append(set.Projects, loadOther(r, dir, other{name: o.name, file: file}, files))
		}
	}
	return set, nil
}

// LoadFiles returns the meaning of Compose files of a repository that are named together, as
// by docker compose -f FILE -f FILE: the last wins, and paths in them are relative to the
// directory of the first. Their paths are slash-separated, from the root.
func LoadFiles(root fs.FS, name string, files []string) *Project {
	return load(newReader(root), path.Dir(files[0]), name, files)
}

// IsLoaded reports whether Load merges these files in this way.
func IsLoaded(files []string) bool {
	isDefault := func(file string) bool { return slices.Contains(defaultNames, path.Base(file)) }
	isOther := func(file string) bool {
		return projectOf(path.Base(file)) != "" || IsNamedAlike(path.Base(file)) && len(files) == 1
	}
	switch len(files) {
	case 1:
		return isDefault(files[0]) || isOther(files[0])
	case 2:
		return isDefault(files[0]) && isOther(files[1]) && path.Dir(files[0]) == path.Dir(files[1])
	}
	return false
}

// composeFile returns the files that COMPOSE_FILE of .env names for the default
// project, nil for none.
func composeFile(r *reader, dir string) []string {
	env, err := newBuilder(r).environment(nil, path.Join(dir, ".env"))
	if err != nil || env["COMPOSE_FILE"] == "" {
		return nil
	}
	separator := env["COMPOSE_PATH_SEPARATOR"]
	if separator == "" {
		separator = ":"
	}
	var files []string
	for _, f := range strings.Split(env["COMPOSE_FILE"], separator) {
		name, err := resolve(dir, f)
		if err != nil {
			return nil
		}
		files = append(files, name)
	}
	return files
}

func joined(dir string, files []string) []string {
	var list []string
	for _, f := range files {
		list = append(list, path.Join(dir, f))
	}
	return list
}

// loadOther loads a project that has a name, over the default file if that works.
func loadOther(r *reader, dir string, o other, main []string) *Project {
	if len(main) > 0 {
		if p := load(r, dir, o.name, []string{main[0], o.file}); p.Services != nil {
			return p
		}
	}
	return load(r, dir, o.name, []string{o.file})
}

// other is a file that is neither the default one nor an override.
type other struct {
	name, file string
	alone      bool // it never merges with the default one
}

// hasServices reports whether a line of a file starts with the key services. A file
// that can't be read has none, since its name does not identify it.
func hasServices(r *reader, file string) bool {
	content, err := r.text(file)
	return err == nil && strings.Contains("\n"+content, "\nservices:")
}

// IsNamedAlike reports whether a base name may be that of a Compose file that docker
// compose does not read by default: podman-compose.yml, compose-dev.yaml, stack.yml.
func IsNamedAlike(file string) bool {
	ext := path.Ext(file)
	stem := strings.ToLower(strings.TrimSuffix(file, ext))
	return (ext == ".yml" || ext == ".yaml") && (strings.Contains(stem, "compose") || stem == "stack" || strings.HasSuffix(stem, "-stack")) && projectOf(file) == "" && !slices.Contains(defaultNames, file)
}

// find returns the files of the default project and those of the others among
// the names of a directory, which are sorted.
func find(names []string) (main []string, others []other) {
	for _, candidates := range [][]string{defaultNames, overrideNames} {
		i := slices.IndexFunc(candidates, func(c string) bool { return slices.Contains(names, c) })
		if i >= 0 {
			main = append(main, candidates[i])
		} else if len(main) == 0 {
			break // an override of nothing
		}
	}
	for _, file := range names {
		if slices.Contains(defaultNames, file) || slices.Contains(overrideNames, file) {
			continue
		}
		// An example of an override is copied to its name, and committed by nobody.
		if name := withoutExample(file); name != file && (slices.Contains(overrideNames, name) || projectOf(name) != "") {
			others = append(others, other{name: name, file: file})
			continue
		}
		if name := projectOf(file); name != "" {
			others = append(others, other{name: name, file: file})
		} else if IsNamedAlike(file) {
			others = append(others, other{strings.TrimSuffix(file, path.Ext(file)), file, true})
		}
	}
	return main, others
}

// IsNamed reports whether a base name is that of a Compose file that Load reads as one,
// whatever is in it.
func IsNamed(file string) bool {
	return slices.Contains(defaultNames, file) || projectOf(file) != ""
}

// withoutExample returns the name of a file without the ending of an example.
func withoutExample(file string) string {
	for _, ending := range examples {
		if name, ok := strings.CutSuffix(file, ending); ok {
			return name
		}
	}
	return file
}

// projectOf returns the name of the project of a file, "" if it does not have the name
// of a Compose file.
func projectOf(file string) string {
	stem, ok := strings.CutSuffix(file, ".yaml")
	if !ok {
		if stem, ok = strings.CutSuffix(file, ".yml"); !ok {
			return ""
		}
	}
	for _, prefix := range []string{"compose.", "docker-compose.", "docker-compose-"} {
		if name, ok := strings.CutPrefix(stem, prefix); ok {
			return name
		}
	}
	return ""
}

// load returns the project of files, with the environment of .env in a directory.
func load(r *reader, dir, name string, files []string) *Project {
	b := newBuilder(r)
	env, err := b.environment(nil, path.Join(dir, ".env"))
	if err != nil {
		b.gap(workload.Place{File: path.Join(dir, ".env")}, ".env: %v", err)
	}
	return b.project(name, files, env)
}

// project returns the project of files with an environment.
func (b *builder) project(name string, files []string, env environment) *Project {
	p := &Project{Name: name, Files: files}
	m, err := b.model(files, path.Dir(files[0]), env, nil)
	if err == nil {
		p.Services, err = b.services(m)
	}
	if err != nil {
		p.Services = nil
		place, msg := placeOfError(files[len(files)-1], err)
		b.gap(place, "%s", msg)
	}
	p.Gaps = uniqueGaps(b.gaps)
	return p
}

// uniqueGaps returns the sorted gaps, each once.
func uniqueGaps(gaps []workload.Gap) []workload.Gap {
	seen := map[workload.Gap]bool{}
	return slices.DeleteFunc(gaps, func(g workload.Gap) bool {
		before := seen[g]
		seen[g] = true
		return before
	})
}
