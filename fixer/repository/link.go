package repository

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// link joins what was read: builds to their Dockerfiles, deployments to the
// builds of their images.
func (r *reader) link() *Links {
	mentions := r.mentions()
	l := &Links{builds: map[string][]Build{}, deployments: map[string][]workload.Deployment{}, mentions: map[string][]workload.Mention{}, derived: map[string][]workload.Derivation{}, uses: map[string][]workload.TextUse{}, arguments: map[string][]workload.Argument{}, gaps: r.gaps, kubernetes: r.kubernetes, projects: r.projects, securityPatches: r.securityPatches, retagged: r.retagged, projectDirs: r.projectDirs}
	slices.SortStableFunc(r.builds, func(a, b build) int { return comparePlaces(a.Place, b.Place) })
	slices.SortStableFunc(r.runs, func(a, b run) int { return comparePlaces(a.Place, b.Place) })
	slices.SortStableFunc(l.gaps, func(a, b workload.Gap) int { return comparePlaces(a.Place, b.Place) })
	l.dockerfiles = r.dockerfiles
	sourced := map[string]bool{} // Dockerfiles that something other than documentation builds
	for _, b := range r.builds {
		sourced[b.Dockerfile] = sourced[b.Dockerfile] || !b.documented
		if r.exists[b.Dockerfile] {
			l.dockerfiles = append(l.dockerfiles, b.Dockerfile)
		}
	}
	slices.Sort(l.dockerfiles)
	l.dockerfiles = slices.Compact(l.dockerfiles)
	images := r.derive(l)
	slices.SortStableFunc(r.uses, func(a, b ofText) int { return comparePlaces(a.Place, b.Place) })
	for _, use := range r.uses {
		l.uses[use.dockerfile] = append(l.uses[use.dockerfile], use.TextUse)
	}
	r.tested(l)
	if !r.anyVersion {
		l.linted = r.linted
	}
	a := r.attribution(l.dockerfiles)
	r.fill(a)
	for _, b := range r.builds {
		if b.documented && sourced[b.Dockerfile] {
			continue
		}
		for _, name := range b.imageNames() {
			if len(a.makers[name]) < maxTagged {
				a.makers[name] = append(a.makers[name], Made{b.Dockerfile, len(l.builds[b.Dockerfile])})
			}
		}
		l.deployments[b.Dockerfile] = append(l.deployments[b.Dockerfile], b.Deployments...)
		l.builds[b.Dockerfile] = append(l.builds[b.Dockerfile], b.Build)
	}
	for _, d := range r.runs {
		r.configured(&d)
		if strings.HasPrefix(d.Name, "container ") && !d.Inside {
			l.containers = append(l.containers, Container{d.image, d.Deployment})
		}
		if d.everyService {
			a.again(l, d.ofEveryService(r.builds))
			continue
		}
		if d.Inside && d.image == "" {
			a.inside(l, d, r)
			continue
		}
		if d.service != "" {
			a.again(l, d.ofService(r.builds))
			continue
		}
		list := a.dockerfiles(d)
		a.deploy(l, list, d)
		if list == nil {
			a.argue(l, d)
		}
		d.Perhaps = true
		if list == nil {
			list, d.Alike = a.possible(l.dockerfiles, d)
		} else {
			list, d.Alike = a.variants(l.dockerfiles, list), true
		}
		a.deploy(l, list, d)
	}
	r.deployJobs(l, a, images)
	for _, arg := range r.arguments {
		l.arguments[arg.dockerfile] = append(l.arguments[arg.dockerfile], workload.Argument{Place: arg.place})
	}
	for _, m := range mentions {
		list := beside(l.dockerfiles, m.Place.File)
		list = list[:min(len(list), a.left)]
		a.left -= len(list)
		for _, file := range list {
			l.mentions[file] = append(l.mentions[file], m)
		}
	}
	l.touchCommands, l.podTouched, l.everyTouched = r.touchCommands, r.podTouched, r.everyTouched
	l.made, l.rootCommands, l.signalCommands, l.openShift = a.makers, r.rootCommands, r.signalCommands, r.openShift
	l.devContainers, l.givenArgs, l.buildMentions = r.devContainers, r.givenArgs, r.buildMentions
	for _, list := range l.deployments {
		slices.SortStableFunc(list, func(a, b workload.Deployment) int { return comparePlaces(a.Place, b.Place) })
	}
	return l
}

func comparePlaces(a, b workload.Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col)
}

// attribution finds the Dockerfiles that an image is made from.
type attribution struct {
	tagged  map[string][]string // by the name of an image: Dockerfiles
	makers  map[string][]Made   // by the name of an image: builds
	named   map[string]bool     // Dockerfiles that have a name
	only    string              // the repository's only Dockerfile, "" if there are several
	names   map[string]string   // by directory: the name of the package
	folders map[string][]string // by the names of their folders: Dockerfiles
	alike   map[string][]string // by the last part of an image's name, or the name of a package: Dockerfiles
	exists  map[string]bool     // the files of the repository
	left    int                 // deployments that may still be given to Dockerfiles and builds
	alone   func() bool         // as isAlone
	// labelled returns the Dockerfiles, keyed by the repository that they name as
	// their source.
	labelled func() map[string][]string
}

// attribution records the names that the builds give their images.
func (r *reader) attribution(dockerfiles []string) *attribution {
	a := &attribution{tagged: map[string][]string{}, makers: map[string][]Made{}, named: map[string]bool{}, names: r.names, exists: r.exists, alike: map[string][]string{}, folders: map[string][]string{}, left: maxShared}
	a.labelled = sync.OnceValue(func() map[string][]string { return r.sourceLabels(dockerfiles) })
	a.alone = sync.OnceValue(func() bool { return a.isAlone(r) })
	if len(dockerfiles) == 1 {
		a.only = dockerfiles[0]
		for _, name := range r.names { // it is made of one of them, or of all
			a.isAlike(name, a.only)
		}
	}
	for _, b := range r.builds {
		for _, name := range b.imageNames() {
			if !slices.Contains(a.tagged[name], b.Dockerfile) && len(a.tagged[name]) < maxTagged {
				a.tagged[name] = append(a.tagged[name], b.Dockerfile)
			}
			a.named[b.Dockerfile] = true
			a.isAlike(path.Base(name), b.Dockerfile)
		}
	}
	for _, file := range dockerfiles {
		if name := a.names[path.Dir(file)]; name != "" {
			a.isAlike(name, file)
		}
		if folder := path.Base(path.Dir(file)); folder != "." && !slices.Contains(noNames, folder) && len(a.folders[folder]) < maxTagged {
			a.folders[folder] = append(a.folders[folder], file)
		}
	}
	return a
}

// noNames are folders that say nothing of what a Dockerfile in them makes.
var noNames = strings.Fields("docker .docker build deploy dev prod production staging ci images image")

// isAlike records that something gives a Dockerfile a name.
func (a *attribution) isAlike(name, dockerfile string) {
	if list := a.alike[name]; len(list) < maxTagged && !slices.Contains(list, dockerfile) {
		a.alike[name] = append(list, dockerfile)
	}
}

// maxTagged bounds the Dockerfiles, and the builds, that one name means.
const maxTagged = 16

// imageNames returns the names of the image, each once.
func (b *build) imageNames() (list []string) {
	for _, tag := range b.tags {
		if name := imageName(tag); name != "" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// imageName returns the name of an image without its tag and digest:
// docker.io/library/x for x. It is "" if that is not a reference.
func imageName(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	return named.Name()
}

// dockerfiles returns those that a deployment's image is made from: by its name; or
// the repository's only Dockerfile, if no build names its image and the image has no
// name either, or that of the package. The image of another service is made from none.
func (a *attribution) dockerfiles(d run) []string {
	if d.dockerfile != "" {
		return []string{d.dockerfile}
	}
	name := imageName(d.image)
	if list := a.tagged[name]; name != "" && len(list) > 0 {
		return list
	}
	if a.only == "" {
		return nil
	}
	if d.image == "" {
		return []string{a.only}
	}
	base := path.Base(name)
	if !a.named[a.only] && a.starts(d) {
		return []string{a.only}
	}
	if !a.named[a.only] && base != "." && (base == a.names["."] || base == a.names[path.Dir(a.only)]) {
		return []string{a.only}
	}
	return nil
}

// starts reports whether the command of a deployment names a source that lies beside the
// only Dockerfile, as "node server.js" does.
func (a *attribution) starts(d run) bool {
	return slices.ContainsFunc(d.Command, func(word string) bool {
		return sourceFile.MatchString(word) && a.exists[path.Join(path.Dir(a.only), word)]
	})
}

// sourceFile matches the relative names of sources.
var sourceFile = lazyregexp.New(`^(?:\./)?[\w-][\w./-]*\.(?:[cm]?[jt]s|py|rb|php)$`)

// possible returns the Dockerfiles that a deployment's image may be made from although
// no build says so: a repository may run its image under a name that only its registry
// knows. They are those with a similar name, or else all near by, as for the name of
// the repository's own package. Docker's official images are a third party's. Only the
// deployment's mounts count then: without a mount it returns none.
func (a *attribution) possible(dockerfiles []string, d run) (list []string, alike bool) {
	if len(d.Mounts) == 0 {
		return nil, false
	}
	return a.mayBe(dockerfiles, d)
}

// mayBe is possible for a deployment with or without a mount.
func (a *attribution) mayBe(dockerfiles []string, d run) (list []string, alike bool) {
	name := imageName(d.image)
	if name == "" {
		return nil, false
	}
	if base := path.Base(name); base != a.names["."] {
		if list := a.alike[base]; len(list) > 0 {
			return list, true
		}
		if list := a.inFolder(base); len(list) > 0 {
			return list, true
		}
		if isThirdParty(name) {
			return nil, false
		}
		if list := a.labelled()[base]; len(list) > 0 {
			return list, true
		}
	}
	list = near(dockerfiles, path.Dir(d.Place.File))
	list = list[:min(len(list), a.left)]
	a.left -= len(list)
	return list, false
}

// thirdParties publish images that others run as they are: Docker's official images, those of
// registries that are one publisher's, and of publishers on Docker Hub (hub.docker.com, each
// one's page).
var thirdParties = strings.Fields("docker.io/library docker.elastic.co mcr.microsoft.com registry.k8s.io k8s.gcr.io lscr.io public.ecr.aws/docker " +
	"docker.io/bitnami docker.io/bitnamilegacy docker.io/cypress docker.io/grafana docker.io/prom docker.io/linuxserver docker.io/minio docker.io/hashicorp docker.io/portainer docker.io/confluentinc docker.io/mailhog docker.io/axllent " +
	"docker.io/dpage docker.io/jaegertracing docker.io/otel docker.io/timescale docker.io/postgis docker.io/pgvector docker.io/redis docker.io/redislabs docker.io/selenium docker.io/browserless docker.io/localstack docker.io/wiremock " +
	"docker.io/containrrr docker.io/certbot docker.io/jwilder docker.io/nginxproxy docker.io/nginxinc docker.io/cloudflare docker.io/tailscale docker.io/n8nio docker.io/getmeili docker.io/typesense docker.io/qdrant docker.io/chromadb docker.io/ollama " +
	"docker.io/apache docker.io/envoyproxy docker.io/openzipkin docker.io/hasura docker.io/metabase docker.io/google quay.io/keycloak quay.io/prometheus quay.io/coreos quay.io/minio gcr.io/cadvisor gcr.io/google-containers ghcr.io/linuxserver")

// isThirdParty reports whether an image is one of them, by its name.
func isThirdParty(name string) bool {
	return slices.ContainsFunc(thirdParties, func(of string) bool { return strings.HasPrefix(name, of+"/") })
}

// inFolder returns the Dockerfiles in a folder whose name is that of an image, or ends it
// after what an organization or a project puts before: hlf-express-api for express-api.
// Of one word the name says too little: nginx is Docker's image, and a folder for it.
func (a *attribution) inFolder(image string) []string {
	for name := image; strings.ContainsAny(name, "-_"); name = name[strings.IndexAny(name, "-_")+1:] {
		if list := a.folders[name]; len(list) > 0 {
			return list
		}
	}
	return nil
}

// sourceLabel matches the repository that an image states as its source
// (specs.opencontainers.org, "Pre-Defined Annotation Keys").
var sourceLabel = lazyregexp.New(`org\.opencontainers\.image\.source["']?[= \t]+["']?https?://[^\s"'\\]*/([\w.-]+)`)

// sourceLabels returns the Dockerfiles by the last part of the repository that a label
// names.
func (r *reader) sourceLabels(dockerfiles []string) map[string][]string {
	found := map[string][]string{}
	for _, file := range dockerfiles[:min(len(dockerfiles), maxLabelled)] {
		text, err := r.text(file)
		if err != nil {
			continue // a finding of its own
		}
		if m := sourceLabel.FindStringSubmatch(string(text)); m != nil {
			name := strings.ToLower(strings.TrimSuffix(m[1], ".git"))
			found[name] = append(found[name], file)
		}
	}
	return found
}

// maxLabelled bounds the Dockerfiles whose labels are read.
const maxLabelled = 256

// variants returns the Dockerfiles that no build names and that are next to one of a
// list, as Dockerfile.alpine next to Dockerfile: it is run like the other.
func (a *attribution) variants(dockerfiles, list []string) (found []string) {
	for _, file := range list {
		from, _ := slices.BinarySearch(dockerfiles, file+".")
		for _, other := range dockerfiles[from:] {
			if !strings.HasPrefix(other, file+".") {
				break
			}
			if !a.named[other] && path.Dir(other) == path.Dir(file) && !slices.Contains(list, other) && a.left > 0 {
				a.left--
				found = append(found, other)
			}
		}
	}
	return found
}

// again gives each build the deployments that run its service in another way, which the
// argument has in place of its own.
func (a *attribution) again(l *Links, builds []build) {
	for _, b := range builds {
		l.deployments[b.Dockerfile] = append(l.deployments[b.Dockerfile], b.Deployments...)
		for i := range l.builds[b.Dockerfile] {
			if known := &l.builds[b.Dockerfile][i]; known.Place == b.Place && known.By == b.By && a.left > 0 {
				a.left--
				known.Deployments = append(slices.Clip(known.Deployments), b.Deployments...)
				slices.SortStableFunc(known.Deployments, func(a, b workload.Deployment) int { return comparePlaces(a.Place, b.Place) })
			}
		}
	}
}

// deploy gives a deployment to Dockerfiles.
func (a *attribution) deploy(l *Links, list []string, d run) {
	for _, file := range list {
		l.deployments[file] = append(l.deployments[file], d.Deployment)
		a.share(l, file, d)
	}
}

// near returns the Dockerfiles, sorted in the argument, in the nearest directory at or
// above dir that has any, and below it: an example's deployment belongs to the example.
func near(dockerfiles []string, dir string) []string {
	for ; dir != "."; dir = path.Dir(dir) {
		from, _ := slices.BinarySearch(dockerfiles, dir+"/")
		to, _ := slices.BinarySearch(dockerfiles, dir+"0") // the byte after the slash
		if from < to {
			return dockerfiles[from:to]
		}
	}
	return dockerfiles
}

// share gives a deployment to the builds that make its image: those that use its name,
// or all of the Dockerfile if none does.
func (a *attribution) share(l *Links, file string, d run) {
	builds := l.builds[file]
	name := imageName(d.image)
	if len(a.tagged[name]) > 0 {
		for _, m := range a.makers[name] {
			if m.Dockerfile == file {
				a.give(&builds[m.Build], d)
			}
		}
		return
	}
	for i := range builds {
		a.give(&builds[i], d)
	}
}

func (a *attribution) give(b *Build, d run) {
	if a.left > 0 {
		a.left--
		b.Deployments = append(b.Deployments, d.Deployment)
	}
}
