package repository

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Build is one way in which a Dockerfile is built.
type Build struct {
	// Context is the directory of the build context, as a slash-separated path from
	// the root of the repository: "." for the root. It is "" if it is outside the
	// repository, a URL or unknown; a gap says which.
	Context    string
	Outside    string            // why the context is known not to be in the repository: "is a URL"; "" if it is, or if it is unknown
	Dockerfile string            // slash-separated, from the root of the repository
	Target     string            // "" for the last stage, and if a gap says that it is unknown
	Args       map[string]string // the known values only; nil for none
	// UnknownArgs are the names of the arguments whose values a gap says that they are unknown.
	UnknownArgs []string
	Platform    string         // "" for the builder's own, and if several are named
	Offline     workload.Place // of what says that it has no network; the zero Place if nothing does
	// Contexts are the images and stages that the build takes from elsewhere
	// (--build-context), by name, each with the place that states it; nil for none.
	Contexts map[string]string
	By       string // "service web", "target api", "job build", "script docker:build", "make image"
	Place    workload.Place
	// Deployments are the known ways in which the image of this build is run.
	Deployments []workload.Deployment
	Gaps        []workload.Gap
}

// Links is what one repository says about its Dockerfiles. It does not change after
// Read, and is safe for concurrent use.
type Links struct {
	dockerfiles []string
	builds      map[string][]Build
	deployments map[string][]workload.Deployment
	derived     map[string][]workload.Derivation
	uses        map[string][]workload.TextUse
	arguments   map[string][]workload.Argument
	linted      workload.Place
	mentions    map[string][]workload.Mention
	gaps        []workload.Gap
	kubernetes  bool
	made        map[string][]Made // by the name of an image
	projects    []*compose.Project
	containers  []Container
	// What concerns the rights of running containers.
	rootCommands    []Line
	signalCommands  []Line
	touchCommands   []Line
	podTouched      workload.Place
	everyTouched    workload.Place
	devContainers   []devContainer
	givenArgs       []givenArg
	buildMentions   []buildMention
	retagged        map[string]workload.Place
	projectDirs     map[string]workload.Place
	openShift       workload.Place
	securityPatches map[string]workload.Place
}

// Projects returns the Compose projects that a file is a part of, in the order in which they
// were read: those that name it, include it, or extend a service of it.
func (l *Links) Projects(file string) (list []*compose.Project) {
	for _, p := range l.projects {
		if slices.Contains(p.Files, file) || slices.ContainsFunc(p.Services, func(s *compose.Service) bool {
			return slices.ContainsFunc(s.Parts, func(part compose.Part) bool { return part.Place.File == file })
		}) {
			list = append(list, p)
		}
	}
	return list
}

// Made is what makes an image: a build of a Dockerfile.
type Made struct {
	Dockerfile string
	Build      int // among its Builds
}

// Made returns the builds that give their image the name of this one, which may have a tag
// or a digest, in the order of their places. Nothing else is certain of an image: it returns
// none for a name that no build gives.
func (l *Links) Made(image string) []Made { return l.made[imageName(image)] }

// Beside returns the Compose projects in the directory of a file that it is no part of, in the
// order in which they were read.
func (l *Links) Beside(file string) (list []*compose.Project) {
	own := l.Projects(file)
	for _, p := range l.projects {
		if path.Dir(p.Files[0]) == path.Dir(file) && !slices.Contains(own, p) {
			list = append(list, p)
		}
	}
	return list
}

// Container is a container of a Kubernetes manifest.
type Container struct {
	Image string // as the manifest names it; "" where that is not known
	workload.Deployment
}

// Containers returns the containers of Kubernetes manifests, in the order in which they were read.
func (l *Links) Containers() []Container { return l.containers }

// Kubernetes reports whether the repository has a manifest of a Kubernetes workload, or a
// file of a tool that deploys to Kubernetes (Tilt, Skaffold, Helm, Kustomize).
func (l *Links) Kubernetes() bool { return l.kubernetes }

// Read reads the repository with the root fsys. It never fails: what can't be read is
// among the gaps.
func Read(fsys fs.FS) *Links {
	r := &reader{fsys: fsys, exists: map[string]bool{}, names: map[string]string{}, patched: map[string]bool{}, claims: map[string]bool{}, hinted: map[string]bool{}, retagged: map[string]workload.Place{}, projectDirs: map[string]workload.Place{}, securityPatches: map[string]workload.Place{}}
	r.walk(".", 0)
	for _, task := range r.later {
		task()
	}
	r.unread()
	return r.link()
}

// Dockerfiles returns the sorted paths of the files that are Dockerfiles by their
// names, and of those that a build names.
func (l *Links) Dockerfiles() []string { return l.dockerfiles }

// Builds returns the known builds of a Dockerfile, given by its slash-separated
// path from the root: those of Compose files, programs and workflows, in the order of
// their places; those of documentation only if there are no others.
func (l *Links) Builds(dockerfile string) []Build { return l.builds[dockerfile] }

// Deployments returns the known ways in which images of a Dockerfile are run, in
// the order of their places, whether or not a build of it is known. Those of
// Build.Deployments are among them. Perhaps is set if the image may be another
// Dockerfile's.
func (l *Links) Deployments(dockerfile string) []workload.Deployment {
	return l.deployments[dockerfile]
}

// Mentions returns the texts near a Dockerfile that look like a mount of a container or like
// its command, in files of kinds that are not read, in the order of the files.
func (l *Links) Mentions(dockerfile string) []workload.Mention { return l.mentions[dockerfile] }

// Derived returns what is built on the image of a Dockerfile, or on its text: one place
// for each file, in the order of the places. An image counts by the name that a build
// gives it.
func (l *Links) Derived(dockerfile string) []workload.Derivation { return l.derived[dockerfile] }

// Arguments returns the places that give arguments to an image of a Dockerfile, or to one
// that may be, and are not among its deployments, in the order of the places.
func (l *Links) Arguments(dockerfile string) []workload.Argument { return l.arguments[dockerfile] }

// TextUses returns what depends on the text of a Dockerfile, in the order of the places.
func (l *Links) TextUses(dockerfile string) []workload.TextUse { return l.uses[dockerfile] }

// Linted returns where the repository runs hadolint, which asks for the version of each
// package that an image gets; the zero Place if nothing does, or that rule is left out.
func (l *Links) Linted() workload.Place { return l.linted }

// Gaps returns what could not be read and belongs to no build, in the order of
// the places.
func (l *Links) Gaps() []workload.Gap { return slices.Clone(l.gaps) }

// ComposeGaps returns what could not be read of the Compose files of a directory: how
// they run an image is unknown.
func (l *Links) ComposeGaps(dir string) (list []workload.Gap) {
	for _, g := range l.gaps {
		if path.Dir(g.Place.File) == dir && (isCompose(strings.ToLower(path.Base(g.Place.File))) || compose.IsNamedAlike(path.Base(g.Place.File))) {
			list = append(list, g)
		}
	}
	return list
}
