package repository

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/workload"
)

// reader reads one repository.
type reader struct {
	fsys           fs.FS
	entries, bytes int
	work           int               // work that was done, in the unit of maxWork
	exists         map[string]bool   // every regular file that was found
	names          map[string]string // by directory: the name in its package.json
	dockerfiles    []string
	builds         []build
	runs           []run
	gaps           []workload.Gap
	compose        *composeDir                    // the last one that was found
	composeDirs    int                            // that were read
	composeBytes   int64                          // of work for them
	claims         map[string]bool                // of Kubernetes, by name
	texts          []string                       // files that are searched for mounts and commands
	projects       []*compose.Project             // of Compose that were read
	composeSets    []string                       // lists of Compose files that commands name
	kubernetes     bool                           // a manifest or a file of such a tool was found
	configMaps     map[string][]workload.Variable // by name: of Kubernetes
	inner          []inner                        // texts of Dockerfiles within other files
	continued      []continuedText                // what continues the text of a Dockerfile
	uses           []ofText                       // what depends on it
	arguments      []givenArguments               // what gives an image arguments, besides runs
	jobs           []run                          // that run in an image
	imageTests     []imageTest
	patchFiles     []string        // in the order of the walk
	patched        map[string]bool // those that were read
	linted         workload.Place  // of what runs hadolint; the zero Place for nothing
	hinted         map[string]bool // texts that hints has seen
	rootCommands   []Line
	signalCommands []Line
	touchCommands  []Line
	podTouched     workload.Place // the first; as of Links
	everyTouched   workload.Place
	devContainers  []devContainer
	givenArgs      []givenArg
	buildMentions  []buildMention
	retagged       map[string]workload.Place // by the name of an image: by kustomizations
	projectDirs    map[string]workload.Place // by Compose file: of --project-directory
	openShift      workload.Place
	// securityPatches are those of the rights of pods, by the name of their object.
	securityPatches map[string]workload.Place
	anyVersion      bool // hadolint leaves out the versions of packages
	// later is what needs the complete list of files.
	later []func()
}

// build is a Build, and the names of its image.
type build struct {
	Build
	tags    []string          // references of images
	written []string          // names of images that are partly known, as of writtenName
	sources map[string]string // what Contexts are put there, as written, by name; nil for none
	// documented: only documentation names it, which nothing runs.
	documented bool
	service    string   // of a Compose file, "" for none
	containers []string // the names of its containers: the service, container_name
}

// run is a deployment, and its image.
type run struct {
	workload.Deployment
	image string // a reference; "" where it is not known
	// dockerfile is the one that the image is built from, "" if nothing states it.
	dockerfile string
	dir        string // of the file that states it
	service    string // of a Compose file, where it runs one in another way
	// everyService: it means all services of a Compose project.
	everyService bool
	// containers are the names of what it starts, with Inside those of what it runs in; nil
	// where that is not known.
	containers []string
	configs    []configRef // of Kubernetes, whose variables it gets
	health     string      // the command line of docker run's health check; "" for none
}

func (r *reader) walk(dir string, depth int) {
	if depth > maxDepth {
		r.gap(workload.Place{File: dir}, fmt.Sprintf("not read: it lies more than %d directories deep", maxDepth))
		return
	}
	list, err := fs.ReadDir(r.fsys, dir)
	if err != nil {
		r.gap(workload.Place{File: dir}, "not read: "+cause(err))
	}
	if depth > 0 && slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == ".git" }) {
		return // a checkout of its own, such as a submodule
	}
	for _, e := range list {
		if r.entries++; r.entries > maxEntries {
			if r.entries == maxEntries+1 { // whatever other gaps there are
				r.gaps = append(r.gaps, workload.Gap{Place: workload.Place{File: dir}, What: fmt.Sprintf("the repository has more than %d files and directories: the rest is not read", maxEntries)})
			}
			return
		}
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if !discover.IsVendored(e.Name()) {
				r.walk(name, depth+1)
			}
		case e.Type().IsRegular():
			r.file(name)
		}
	}
}

// file records a file, and reads it later if it may be a source.
func (r *reader) file(name string) {
	r.exists[name] = true
	r.kubernetes = r.kubernetes || slices.Contains(orchestration, strings.ToLower(path.Base(name)))
	if discover.IsDockerfile(path.Base(name)) {
		r.dockerfiles = append(r.dockerfiles, name)
		r.later = append(r.later, func() { r.remarks(name) })
		return
	}
	if base := strings.ToLower(path.Base(name)); isCompose(base) && isYAML(base) {
		r.composeFile(name)
		return
	}
	if compose.IsNamedAlike(path.Base(name)) {
		r.composeFile(name) // or a manifest
	}
	if isDocs(strings.ToLower(path.Base(name))) {
		r.later = append(r.later, func() { r.source(name, &source{(*reader).examples, []string{"services:"}}) })
	}
	if ext := path.Ext(name); ext == ".patch" || ext == ".diff" {
		r.patchFiles = append(r.patchFiles, name)
	}
	if mayMention(name) {
		r.texts = append(r.texts, name)
	}
	if read := sourceOf(name); read != nil {
		r.later = append(r.later, func() { r.source(name, read) })
	}
}

// orchestration are the files of tools that deploy to Kubernetes.
var orchestration = strings.Fields("tiltfile skaffold.yaml skaffold.yml chart.yaml kustomization.yaml kustomization.yml helmfile.yaml")

// source is a kind of file: its reader, and a text that every file worth reading
// contains. An empty text means every file.
type source struct {
	read  func(r *reader, name string, text []byte)
	needs []string
}

// sourceOf returns the kind of a file by its name, nil for none.
func sourceOf(name string) *source {
	base := strings.ToLower(path.Base(name))
	ext := path.Ext(base)
	switch isYAML := isYAML(base); {
	case strings.HasPrefix(base, "docker-bake") && ext == ".hcl":
		return &source{(*reader).bakeHCL, []string{"target"}}
	case strings.HasPrefix(base, "docker-bake") && ext == ".json":
		return &source{(*reader).bakeJSON, []string{"target"}}
	case isYAML && strings.HasPrefix(base, "skaffold."):
		return &source{(*reader).skaffold, []string{"artifacts"}}
	case isYAML && path.Dir(name) == ".github/workflows":
		return &source{(*reader).workflow, append([]string{"container:"}, commands...)}
	case isYAML && strings.HasPrefix(base, ".gitlab-ci"):
		return &source{(*reader).gitlab, append([]string{"executor", "image:"}, commands...)}
	case isYAML && pipelines.MatchString(name):
		return &source{(*reader).pipeline, nil}
	case base == "devcontainer.json" || base == ".devcontainer.json":
		return &source{(*reader).devcontainer, nil}
	case base == "action.yml" || base == "action.yaml":
		return &source{(*reader).action, []string{"docker"}}
	case base == "render.yaml" || base == "render.yml":
		return &source{(*reader).render, []string{"docker"}}
	case ext == ".container":
		return &source{(*reader).quadlet, []string{"[Container]"}}
	case ext == ".service":
		return &source{(*reader).systemd, commands}
	case base == "goss.yaml" || base == "goss.yml":
		return &source{(*reader).goss, nil}
	case isYAML:
		return &source{(*reader).manifests, []string{"containers", "ConfigMap", "metadataTest", "fileExistenceTests"}}
	case base == "makefile" || base == "gnumakefile" || ext == ".mk":
		return &source{(*reader).makefile, commands}
	case base == "package.json":
		return &source{(*reader).packageJSON, append([]string{`"name"`}, commands...)}
	case ext == ".sh" || ext == ".bash":
		return &source{(*reader).shellFile, commands}
	case (ext == ".md" || ext == ".mdx") && speaksOfRunning(name, base):
		return &source{(*reader).markdown, commands}
	case base == "mcp.json" || base == ".mcp.json":
		return &source{(*reader).clientSettings, commands}
	case slices.Contains([]string{".ps1", ".bat", ".cmd"}, ext) || base == "justfile":
		return &source{(*reader).plainText, commands} // whose lines are commands like those of documentation
	case strings.HasPrefix(base, "readme") && slices.Contains([]string{"", ".txt", ".rst", ".adoc", ".asciidoc"}, ext):
		return &source{(*reader).plainText, commands}
	case ext == ".toml" && (base == "fly.toml" || strings.HasPrefix(base, "fly.")):
		return &source{(*reader).fly, nil}
	}
	return nil
}

// speaksOfRunning reports whether a documentation file may state how the image is run.
func speaksOfRunning(name, base string) bool {
	first, _, inFolder := strings.Cut(name, "/")
	if !inFolder || strings.HasPrefix(base, "readme") || slices.Contains([]string{"docs", "doc", "documentation"}, strings.ToLower(first)) {
		return true
	}
	return slices.ContainsFunc([]string{"docker", "container", "install", "deploy", "host"}, func(word string) bool { return strings.Contains(base, word) })
}

// isYAML reports whether a lower-case base name has an extension of YAML.
func isYAML(base string) bool { return path.Ext(base) == ".yml" || path.Ext(base) == ".yaml" }

// commands are the programs whose command lines build and run images, or run something in
// their containers; and what names a Dockerfile, whose text others use, or a patch.
var commands = []string{"docker", "podman", "nerdctl", "buildah", "kubectl", "ockerfile", ".patch"}

// source reads one file of a kind.
func (r *reader) source(name string, s *source) {
	text, err := r.text(name)
	if err != nil {
		r.gap(workload.Place{File: name}, "not read: "+cause(err))
		return
	}
	r.lint(name, text)
	says := len(s.needs) == 0
	for _, word := range s.needs {
		says = says || bytes.Contains(text, []byte(word))
	}
	if says {
		r.innerTexts(name, text)
		s.read(r, name, text)
	}
}

// text returns a file's bytes, within the bounds.
func (r *reader) text(name string) ([]byte, error) {
	if r.bytes > maxBytes {
		return nil, fmt.Errorf("the repository has more than %d bytes of such files", maxBytes)
	}
	f, err := r.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	r.bytes += len(text)
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("it has more than %d bytes", maxFile)
	}
	if err == nil {
		r.hints(name, text)
	}
	return text, err
}

func (r *reader) gap(place workload.Place, what string) {
	if len(r.gaps) < maxLinks {
		r.gaps = append(r.gaps, workload.Gap{Place: place, What: what})
	}
}

// spend reports whether that much work is left; if not, it records a gap.
func (r *reader) spend(name string, work int) bool {
	if r.work > maxWork {
		return false
	}
	if r.work += work + 1; r.work > maxWork {
		r.gap(workload.Place{File: name}, "not read to its end: the files of the repository repeat too much")
		return false
	}
	return true
}

// add records a build. One whose Dockerfile is not known is a gap.
func (r *reader) add(b build) {
	if b.Dockerfile == "" {
		for _, g := range b.Gaps {
			r.gap(g.Place, b.By+": "+g.What)
		}
		return
	}
	if len(r.builds) < maxLinks {
		r.builds = append(r.builds, b)
	}
}

// deploy records a deployment.
func (r *reader) deploy(d run) {
	if len(r.runs) < maxLinks {
		r.runs = append(r.runs, d)
	}
}

// cause returns an error as one line, without the path that its place has already.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}
