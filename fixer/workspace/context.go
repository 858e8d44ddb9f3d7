package workspace

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/repository"
)

// Link connects the files with what they share: their checkout, and the build
// contexts, where a change is one for all. It comes before Load, once for all files of
// a run, and returns those to be worked on: all but the unchanged ones. A checkout is
// released when the last of these is closed.
func Link(files []*File) []*File {
	var list []*File
	checkouts, given, open := map[string]*checkout{}, map[string]*sharers{}, &openContexts{}
	for _, f := range files {
		if f.Context != "" && f.isDockerfile() {
			key := filepath.Clean(f.Context)
			if real, err := RealPath(key); err == nil {
				key = real
			}
			if given[key] == nil {
				given[key] = &sharers{}
			}
			given[key].add(f)
		}
		f.contexts, f.open = given, open
		if !f.Unchanged {
			list = append(list, f)
		}
		root, place := f.locate()
		if root == "" {
			continue
		}
		c := checkouts[root]
		if c == nil {
			c = &checkout{root: root, known: map[string]*File{}, images: map[string]*made{}, reading: map[string]func() *made{}, listed: f.listed}
			checkouts[root] = c
		}
		c.observed = cmp.Or(c.observed, f.Observed)
		if !f.isDockerfile() {
			c.runs = true
		} else {
			c.known[place] = f
		}
		f.checkout, f.place, f.listed = c, place, nil
		if !f.Unchanged {
			c.left.Add(1)
		}
	}
	return list
}

// sharers are the first two of the files with the same given context: two are enough
// to name another one to any of them.
type sharers [2]*File

func (u *sharers) add(f *File) {
	for i := range u {
		if u[i] == nil {
			u[i] = f
			return
		}
	}
}

// other returns one that isn't f, nil for none. A nil sharers has none.
func (u *sharers) other(f *File) *File {
	if u == nil || u[0] != f {
		if u == nil {
			return nil
		}
		return u[0]
	}
	return u[1]
}

// locate returns the root of the checkout that the file is in, without
// links, and its slash-separated path from there; root is "" for none.
func (f *File) locate() (root, place string) {
	if f.Stdin {
		return "", ""
	}
	dir, err := RealPath(filepath.Dir(f.Path))
	if err != nil {
		return "", ""
	}
	if root = f.Tree; root == "" {
		root = surroundings(dir)
	}
	if root, err = RealPath(root); err != nil {
		return "", ""
	}
	place, err = filepath.Rel(root, filepath.Join(dir, filepath.Base(f.Path)))
	if place = filepath.ToSlash(place); err != nil || !filepath.IsLocal(place) || !utf8.ValidString(place) {
		return "", ""
	}
	return root, place
}

// surroundings returns the directory that serves as the repository of a file outside
// any: the current one, if the file is below it; else the file's own. A user's home
// and the file system root contain too much else.
func surroundings(dir string) string {
	cwd, err := RealPath(".")
	home, _ := os.UserHomeDir()
	if err != nil || !within(dir, cwd) || filepath.Dir(cwd) == cwd || cwd == filepath.Clean(home) {
		return dir
	}
	return cwd
}

// decide finds the build context of a Dockerfile with that text, and the known
// builds: the given context; else those of the builds; else the nearest directory that
// has the sources. note reports that there is none.
func (f *File) decide(text []byte) (note *fixer.Finding) {
	switch {
	case f.Context != "":
		f.directory = f.Context
	case f.Stdin:
	case f.checkout == nil || !f.checkout.open():
		f.directory = filepath.Dir(f.Path)
	default:
		return f.search(text)
	}
	return nil
}

// search is decide for a file without a given context.
func (f *File) search(text []byte) (note *fixer.Finding) {
	c := f.checkout
	known := c.links.Builds(f.place)
	f.builds = slices.DeleteFunc(slices.Clone(known), func(b repository.Build) bool { return b.Context == "" })
	var dir string
	if len(f.builds) > 0 {
		dir = f.builds[0].Context
	} else if b := outside(known); b != nil {
		return contextNote(fmt.Sprintf("that of %s %s", b.Place, b.Outside), "--context DIR names it")
	} else {
		found, ok := c.sourceContext(f.place, text, f.Build)
		if !ok {
			return f.noContext(found)
		}
		c.note(f.place, found)
		dir = found
	}
	f.within, f.directory = dir, f.pathOf(dir)
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

// contextNote returns the finding that there is no context: where it was searched for,
// and what to try.
func contextNote(where, try string) *fixer.Finding {
	f := fixer.StatedAt("build-context", 1, 1, "no build context found", where+"; "+try)
	return &f
}

// noContext returns the finding that no directory has the sources; most is the one that
// has most of them, "" for none.
func (f *File) noContext(most string) *fixer.Finding {
	own := path.Dir(f.place)
	where := fmt.Sprintf("%s does not have all sources of its COPY", DisplayName(f.pathOf(own)))
	if own != "." {
		where = fmt.Sprintf("none of the folders from %s to %s has all sources of its COPY", DisplayName(f.pathOf(own)), DisplayName(f.pathOf(".")))
	}
	try := "--context DIR names it"
	if most != "" && own != "." { // of several folders, not the one that was tried
		try = "try --context " + DisplayName(f.pathOf(most))
	}
	return contextNote(where, try)
}

// pathOf returns the path of a directory of the checkout, as the user would write it:
// from the path of the Dockerfile. If links are between them, it is the absolute one.
func (f *File) pathOf(dir string) string {
	real := filepath.Join(f.checkout.root, filepath.FromSlash(dir))
	rel, err := filepath.Rel(filepath.FromSlash(path.Dir(f.place)), filepath.FromSlash(dir))
	if err != nil {
		return real
	}
	named := filepath.Join(filepath.Dir(f.Path), rel)
	if found, err := RealPath(named); err != nil || found != real {
		return real
	}
	return named
}

// beside returns another Dockerfile that has a directory as its context, in the
// repository or as given to the run; nil for none.
func (f *File) beside(context string) []string {
	key, err := RealPath(context)
	if err != nil || context == "" {
		return nil
	}
	if other := f.contexts[key].other(f); other != nil {
		return []string{other.Name}
	}
	if f.checkout == nil || !within(key, f.checkout.root) {
		return nil
	}
	place, err := filepath.Rel(f.checkout.root, key)
	if err != nil {
		return nil
	}
	if other := f.checkout.sharing(f.place, filepath.ToSlash(place)); other != "" {
		return []string{f.checkout.name(other)}
	}
	return nil
}
