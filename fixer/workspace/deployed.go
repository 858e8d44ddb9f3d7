package workspace

import (
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/buildcontext"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what a repository would run, once changes are made.

// Deployed is one way in which a Compose file or a manifest runs an image that is built from a
// Dockerfile of its repository.
type Deployed struct {
	workload.Deployment
	Dockerfile string // slash-separated, from the root of the repository
	Text       []byte // of the Dockerfile
	Ignore     []byte // what the builder ignores of the context, where a file of that is not all; nil for none
	Context    string // the directory of the build context
	Options    stage.Options
	// Unknown is why it is not known what would be built; "" where it is.
	Unknown string
}

// Keep keeps what is known of the file's repository until release is called, which must be once.
func (f *File) Keep() (release func()) {
	if f.checkout == nil {
		return func() {}
	}
	f.checkout.left.Add(1)
	return f.leave
}

// Root returns the directory of the file's repository; "" for one that is in none.
func (f *File) Root() string {
	if f.checkout == nil {
		return ""
	}
	return f.checkout.root
}

// Changes adds to changed what a fix changes and adds, by the slash-separated paths from the root of
// the repository.
func (f *File) Changes(r fixer.Result, changed map[string][]byte) {
	if f.checkout == nil {
		return
	}
	changed[f.place] = r.After
	dir := path.Dir(f.place)
	if f.isDockerfile() {
		dir = f.within
	}
	for _, created := range r.Created {
		changed[path.Join(dir, created.Name)] = created.Text
	}
}

// maxDeployed bounds what is run of one repository.
const maxDeployed = 64

// Deployed returns what those of the changed files run that are Compose files or manifests, with all
// changes made, in the order of their places. The repository is to be kept: [File.Keep].
func (f *File) Deployed(changed map[string][]byte) (list []Deployed) {
	c := f.checkout
	if c == nil || !c.open() {
		return nil
	}
	files := c.dir.FS()
	for _, place := range slices.Sorted(maps.Keys(changed)) {
		files = buildcontext.With(files, place, changed[place])
	}
	links := repository.Read(files)
	for _, dockerfile := range links.Dockerfiles() {
		for _, b := range links.Builds(dockerfile) {
			for _, d := range b.Deployments {
				if changed[d.Place.File] != nil && d.IsService() && len(list) < maxDeployed {
					list = append(list, c.deployed(files, dockerfile, d, &b, changed))
				}
			}
		}
	}
	list = append(list, f.containers(files, links, changed)...)
	slices.SortStableFunc(list, func(a, b Deployed) int {
		if a.Place.File != b.Place.File {
			return strings.Compare(a.Place.File, b.Place.File)
		}
		return a.Place.Line - b.Place.Line
	})
	return list
}

// containers returns the containers of the changed manifests that run an image of the repository.
func (f *File) containers(files fs.FS, links *repository.Links, changed map[string][]byte) (list []Deployed) {
	for _, d := range links.Containers() {
		if changed[d.Place.File] == nil || d.Image == "" || len(list) >= maxDeployed {
			continue
		}
		own, ok := f.stated(d.Image)
		made := links.Made(d.Image)
		switch {
		case ok:
			list = append(list, f.checkout.deployed(files, own.dockerfile, d.Deployment, like(links.Builds(own.dockerfile), own), changed))
		case len(made) > 0:
			builds := links.Builds(made[0].Dockerfile)
			list = append(list, f.checkout.deployed(files, made[0].Dockerfile, d.Deployment, like(builds, ownBuild{made[0].Dockerfile, builds[made[0].Build].Target}), changed))
		}
	}
	return list
}

// like returns the build of a Dockerfile with that target; one in its own directory where the
// repository knows none, nil where it knows several that differ.
func like(builds []repository.Build, own ownBuild) *repository.Build {
	var found *repository.Build
	for i := range builds {
		switch b := &builds[i]; {
		case b.Target != own.target:
		case found == nil:
			found = b
		case b.Context != found.Context || b.Platform != found.Platform || !maps.Equal(b.Args, found.Args) || len(b.UnknownArgs) != len(found.UnknownArgs):
			return nil
		}
	}
	if len(builds) == 0 {
		found = &repository.Build{Context: path.Dir(own.dockerfile), Dockerfile: own.dockerfile, Target: own.target}
	}
	return found
}

// deployed returns a deployment of a Dockerfile with what is built; b is nil where that is not known.
func (c *checkout) deployed(files fs.FS, dockerfile string, d workload.Deployment, b *repository.Build, changed map[string][]byte) Deployed {
	one := Deployed{Deployment: d, Dockerfile: dockerfile}
	switch {
	case b == nil:
		one.Unknown = "several builds of " + dockerfile + " may make its image"
		return one
	case b.Context == "":
		one.Unknown = "the build context of " + dockerfile + " is not known"
		return one
	case len(b.UnknownArgs) > 0:
		one.Unknown = "the value of the build argument " + b.UnknownArgs[0] + " is not known"
		return one
	case len(b.Contexts) > 0:
		one.Unknown = "it has additional build contexts"
		return one
	}
	one.Context = filepath.Join(c.root, filepath.FromSlash(b.Context))
	one.Options = stage.Options{BuildArgs: b.Args, Target: b.Target, Platform: b.Platform}
	text, err := fs.ReadFile(files, dockerfile)
	if err != nil {
		one.Unknown = firstLine(err)
		return one
	}
	one.Text = text
	if own, err := fs.ReadFile(files, dockerfile+".dockerignore"); err == nil {
		one.Ignore = own
	} else {
		one.Ignore = changed[path.Join(b.Context, ".dockerignore")]
	}
	return one
}
