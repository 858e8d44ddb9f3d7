package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// introduce gives each job the checkout that it is in, and tells the jobs of one
// --context of each other: what is added to it holds for all of them.
func introduce(jobs []*job) {
	checkouts, given, open := map[string]*checkout{}, map[string]*sharers{}, &contexts{}
	for _, j := range jobs {
		if j.given != "" {
			key := filepath.Clean(j.given)
			if real, err := workspace.RealPath(key); err == nil {
				key = real
			}
			if given[key] == nil {
				given[key] = &sharers{}
			}
			given[key].add(j)
		}
		j.contexts, j.open = given, open
		root, place := j.locate()
		if root == "" {
			continue
		}
		c := checkouts[root]
		if c == nil {
			c = &checkout{root: root, jobs: map[string]*job{}, listed: j.listed}
			checkouts[root] = c
		}
		c.jobs[place] = j
		j.checkout, j.place, j.listed = c, place, nil
		if !j.unchanged {
			c.left.Add(1)
		}
	}
}

// sharers are the first two of the jobs that are given one context: it takes no more
// to name another one to any of them.
type sharers [2]*job

func (u *sharers) add(j *job) {
	for i := range u {
		if u[i] == nil {
			u[i] = j
			return
		}
	}
}

// other is one that isn't j, nil for none. No sharers have none.
func (u *sharers) other(j *job) *job {
	if u == nil || u[0] != j {
		if u == nil {
			return nil
		}
		return u[0]
	}
	return u[1]
}

// locate returns the root of the checkout that the job's file is in, without
// links, and the file's slash-separated path from there; root is "" for none.
func (j *job) locate() (root, place string) {
	if j.stdin {
		return "", ""
	}
	dir, err := workspace.RealPath(filepath.Dir(j.path))
	if err != nil {
		return "", ""
	}
	if root = j.tree; root == "" {
		root = surroundings(dir)
	}
	if root, err = workspace.RealPath(root); err != nil {
		return "", ""
	}
	place, err = filepath.Rel(root, filepath.Join(dir, filepath.Base(j.path)))
	if place = filepath.ToSlash(place); err != nil || !filepath.IsLocal(place) || !utf8.ValidString(place) {
		return "", ""
	}
	return root, place
}

// surroundings is the directory that stands for the repository of a file that is
// in none: the current one, when the file is below it; else the file's own. A
// user's home and the root of all files hold too much that is something else.
func surroundings(dir string) string {
	cwd, err := workspace.RealPath(".")
	home, _ := os.UserHomeDir()
	if err != nil || !workspace.Within(dir, cwd) || filepath.Dir(cwd) == cwd || cwd == filepath.Clean(home) {
		return dir
	}
	return cwd
}

// decide finds the build context of a Dockerfile with that text, and the known
// builds: the context that is given; else those of the builds; else the nearest
// directory that has the sources. note says that there is none.
func (j *job) decide(text []byte) (note *fixer.Finding) {
	switch {
	case j.given != "":
		j.context = j.given
	case j.stdin:
	case j.checkout == nil || !j.checkout.open():
		j.context = filepath.Dir(j.path)
	default:
		return j.search(text)
	}
	return nil
}

// search is decide for a job that is given no context.
func (j *job) search(text []byte) (note *fixer.Finding) {
	c := j.checkout
	known := c.links.Builds(j.place)
	j.builds = slices.DeleteFunc(slices.Clone(known), func(b repository.Build) bool { return b.Context == "" })
	var dir string
	if len(j.builds) > 0 {
		dir = j.builds[0].Context
	} else if b := outside(known); b != nil {
		return contextNote(fmt.Sprintf("that of %s %s", b.Place, b.Outside), "--context DIR names it")
	} else {
		found, ok := c.sourceContext(j.place, text, j.options.Build)
		if !ok {
			return j.noContext(found)
		}
		c.note(j.place, found)
		dir = found
	}
	j.within, j.context = dir, j.pathOf(dir)
	return nil
}

// outside returns the first build whose context is not in the repository, nil for none.
func outside(builds []repository.Build) *repository.Build {
	i := slices.IndexFunc(builds, func(b repository.Build) bool { return b.Outside != "" })
	if i < 0 {
		return nil
	}
	return &builds[i]
}

// contextNote is the finding that there is no context: where it was looked for, and
// what may be tried.
func contextNote(where, try string) *fixer.Finding {
	f := fixer.StatedAt("build-context", 1, 1, "no build context found", where+"; "+try)
	return &f
}

// noContext is the finding that no directory has the sources; most is the one that
// has most of them, "" for none.
func (j *job) noContext(most string) *fixer.Finding {
	own := path.Dir(j.place)
	where := fmt.Sprintf("%s does not have all sources of its COPY", workspace.DisplayName(j.pathOf(own)))
	if own != "." {
		where = fmt.Sprintf("none of the folders from %s to %s has all sources of its COPY", workspace.DisplayName(j.pathOf(own)), workspace.DisplayName(j.pathOf(".")))
	}
	try := "--context DIR names it"
	if most != "" && own != "." { // of several folders, not the one that was tried
		try = "try --context " + workspace.DisplayName(j.pathOf(most))
	}
	return contextNote(where, try)
}

// pathOf is the path of a directory of the checkout, as the user would write it:
// from the path of the Dockerfile. Where links stand between, it is the absolute
// one.
func (j *job) pathOf(dir string) string {
	real := filepath.Join(j.checkout.root, filepath.FromSlash(dir))
	rel, err := filepath.Rel(filepath.FromSlash(path.Dir(j.place)), filepath.FromSlash(dir))
	if err != nil {
		return real
	}
	named := filepath.Join(filepath.Dir(j.path), rel)
	if found, err := workspace.RealPath(named); err != nil || found != real {
		return real
	}
	return named
}

// beside is another Dockerfile that has a directory as its context, as the
// repository has it or the run is given it; nil for none.
func (j *job) beside(context string) []string {
	key, err := workspace.RealPath(context)
	if err != nil || context == "" {
		return nil
	}
	if other := j.contexts[key].other(j); other != nil {
		return []string{other.name}
	}
	if j.checkout == nil || !workspace.Within(key, j.checkout.root) {
		return nil
	}
	place, err := filepath.Rel(j.checkout.root, key)
	if err != nil {
		return nil
	}
	if other := j.checkout.sharing(j.place, filepath.ToSlash(place)); other != "" {
		return []string{j.checkout.name(other)}
	}
	return nil
}
