package repository

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// derive records what is built on the image of a Dockerfile: other Dockerfiles, those
// within Compose files, bake files, scripts and documentation, and what continues its
// text. It returns what knows the images.
func (r *reader) derive(l *Links) *deriver {
	d := &deriver{reader: r, links: l, exact: map[string][]string{}, named: map[string][]string{}, args: map[string][]map[string]string{}, given: map[string][]givenBase{}}
	d.makers()
	for _, b := range r.builds {
		d.build(b)
	}
	for _, c := range r.continued {
		d.add(c.dockerfile, workload.Derivation{Place: c.place, Continues: true})
	}
	if d.any() {
		for _, name := range l.dockerfiles {
			if text, err := r.text(name); err == nil { // else a finding of its own
				d.dockerfile(name, text)
			}
		}
		for _, f := range r.inner {
			if r.spend(f.place.File, len(f.text)) {
				d.bySource("", bases([]byte(f.text), f.by.Args), f.place, d.bases(f.by))
			}
		}
	}
	for _, list := range l.derived {
		slices.SortFunc(list, func(a, b workload.Derivation) int { return comparePlaces(a.Place, b.Place) })
	}
	return d
}

// inner is a text of a Dockerfile within another file.
type inner struct {
	place workload.Place // of its first line
	text  string
	by    build // the zero build for none that is known
}

// continuedText is a place that continues the text of a Dockerfile.
type continuedText struct {
	dockerfile string
	place      workload.Place
}

// givenBase is what a build puts in the place of an image.
type givenBase struct {
	name        string
	dockerfiles []string // that make it
}

// deriver finds what is built on the images of a repository.
type deriver struct {
	*reader
	links   *Links
	exact   map[string][]string // Dockerfiles, by the reference of their image
	named   map[string][]string // by the name of their image without a tag
	names   []string            // the keys of named, sorted
	written []writtenImage      // whose names are partly known
	args    map[string][]map[string]string
	given   map[string][]givenBase // by the Dockerfile that is built so
}

// writtenImage is an image whose name has a variable.
type writtenImage struct{ name, dockerfile string }

func (d *deriver) any() bool {
	return len(d.exact)+len(d.written)+len(d.given) > 0 || slices.ContainsFunc(d.inner, func(f inner) bool { return len(f.by.sources) > 0 })
}

// makers records the names that builds give their images.
func (d *deriver) makers() {
	note := func(m map[string][]string, name, dockerfile string) {
		if list := m[name]; name != "" && len(list) < maxTagged && !slices.Contains(list, dockerfile) {
			m[name] = append(list, dockerfile)
		}
	}
	for _, b := range d.builds {
		for _, tag := range b.tags {
			note(d.exact, exactReference(tag), b.Dockerfile)
			note(d.named, imageName(tag), b.Dockerfile)
		}
		for _, name := range b.written {
			w := writtenImage{name, b.Dockerfile}
			if len(d.written) < maxValues && !slices.Contains(d.written, w) {
				d.written = append(d.written, w)
			}
		}
	}
	d.names = slices.Sorted(maps.Keys(d.named))
}

// build records the arguments of a build, and what it puts in the place of images.
func (d *deriver) build(b build) {
	if len(b.Args) > 0 && len(d.args[b.Dockerfile]) < maxTagged {
		d.args[b.Dockerfile] = append(d.args[b.Dockerfile], b.Args)
	}
	if given := d.bases(b); len(given) > 0 && len(d.given[b.Dockerfile]) < maxValues {
		d.given[b.Dockerfile] = append(d.given[b.Dockerfile], given...)
	}
}

// bases returns what a build puts in the place of images, as far as it is made here.
func (d *deriver) bases(b build) (list []givenBase) {
	for _, name := range slices.Sorted(maps.Keys(b.sources)) {
		if !d.spend(b.Place.File, len(d.builds)) {
			break
		}
		source := b.sources[name]
		kind, of, _ := strings.Cut(source, ":")
		switch kind {
		case "service", "target": // of the same directory
			g := givenBase{name: name}
			for _, other := range d.builds {
				if path.Dir(other.Place.File) == path.Dir(b.Place.File) && (other.service == of || other.By == "target "+of) && len(g.dockerfiles) < maxTagged {
					g.dockerfiles = append(g.dockerfiles, other.Dockerfile)
				}
			}
			list = append(list, g)
		case "docker-image":
			list = append(list, givenBase{name, d.makersOf(strings.TrimPrefix(of, "//"))})
		}
	}
	return list
}

// makersOf returns the Dockerfiles that an image is made from: those whose build names
// it and its tag, or else its name. One of Docker's official images counts by its tag only.
func (d *deriver) makersOf(image string) (list []string) {
	written := writtenName(image)
	if strings.Contains(image, "$") && !strings.Contains(written, "$") {
		list = append(list, d.byName(written)...) // of any tag
	} else if !strings.Contains(image, "$") {
		if list := d.exact[exactReference(image)]; len(list) > 0 {
			return list
		}
		list = append(list, d.byName(image)...)
	}
	for _, w := range d.written {
		if len(list) < maxTagged && sameWritten(w.name, written) {
			list = append(list, w.dockerfile)
		}
	}
	if strings.Contains(written, "$") {
		for _, name := range d.names {
			if len(list) < maxTagged && sameWritten(written, name) {
				list = append(list, d.named[name]...)
			}
		}
	}
	return list
}

// byName returns the Dockerfiles whose image has a name, with any tag.
func (d *deriver) byName(image string) []string {
	name := imageName(image)
	if name == "" || strings.HasPrefix(name, "docker.io/library/") {
		return nil
	}
	return d.named[name]
}

// dockerfile records what a Dockerfile is built on, in each of its known builds.
func (d *deriver) dockerfile(name string, text []byte) {
	place := workload.Place{File: name, Line: 1, Col: 1}
	for _, args := range append([]map[string]string{nil}, d.args[name]...) {
		if !d.spend(name, len(text)) {
			return
		}
		d.bySource(name, bases(text, args), place, d.given[name])
	}
}

// bySource records what FROM instructions name, those of a text that begins at a place and
// is that of a Dockerfile: "" for none.
func (d *deriver) bySource(own string, list []base, first workload.Place, given []givenBase) {
	for _, from := range list {
		if !d.spend(first.File, len(d.written)+len(given)) || strings.Contains(from.image, "$") && !d.spend(first.File, len(d.names)) {
			return
		}
		place := first
		place.Line += from.line
		makers := d.makersOf(from.image)
		for _, g := range given {
			if strings.EqualFold(g.name, from.image) {
				makers = g.dockerfiles
			}
		}
		for _, maker := range makers {
			if maker != own && !from.hasUser {
				d.add(maker, workload.Derivation{Place: place})
			}
		}
	}
}

// add records one for each file.
func (d *deriver) add(dockerfile string, one workload.Derivation) {
	list := d.links.derived[dockerfile]
	if len(list) < maxValues && !slices.ContainsFunc(list, func(other workload.Derivation) bool { return other.File == one.File }) {
		d.links.derived[dockerfile] = append(list, one)
	}
}

var (
	// fromLine finds the image of a FROM instruction, and the name of its stage.
	fromLine = lazyregexp.New(`(?im)^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?`)
	// ownUser matches what follows the FROM of a stage that sets a user before all that
	// depends on one.
	ownUser = lazyregexp.New(`(?i)\A[^\n]*\n(?:[ \t]*(?:#[^\n]*|(?:ARG|ENV|LABEL|SHELL|STOPSIGNAL)[ \t][^\n]*[^\\\n])?\r?\n)*[ \t]*USER[ \t]`)
	// argument finds a build argument with a default.
	argument = lazyregexp.New(`(?im)^[ \t]*ARG[ \t]+([A-Za-z_]\w*)=["']?([^\s"']*)["']?[ \t]*\r?$`)
	// use finds a variable in a FROM, with its default.
	use = lazyregexp.New(`\$\{(\w+)(?::-([^{}]*))?\}|\$(\w+)`)
)

// base is the image of a FROM.
type base struct {
	image   string // its known arguments substituted
	line    int    // from 0
	hasUser bool   // what depends on the user comes after a USER
}

// bases returns the images in FROM, in their order. Stages of the same Dockerfile are
// not images. args are those of a build; without them, defaults count.
func bases(text []byte, args map[string]string) (list []base) {
	stages := map[string]bool{}
	found := fromLine.FindAllSubmatchIndex(text, maxValues)
	if len(found) == 0 {
		return nil
	}
	known := map[string]string{}
	for _, m := range argument.FindAllSubmatch(text[:found[0][0]], maxValues) {
		known[string(m[1])] = string(m[2])
	}
	maps.Copy(known, args)
	line, from := 0, 0
	for _, m := range found {
		line, from = line+bytes.Count(text[from:m[2]], []byte("\n")), m[2]
		image := substituted(string(text[m[2]:m[3]]), known)
		if !stages[strings.ToLower(image)] {
			list = append(list, base{image, line, ownUser.Match(text[m[2]:])})
		}
		if m[4] >= 0 {
			stages[strings.ToLower(string(text[m[4]:m[5]]))] = true
		}
	}
	return list
}

// substituted returns the name of an image with its known arguments.
func substituted(image string, known map[string]string) string {
	return use.ReplaceAllStringFunc(image, func(all string) string {
		m := use.FindStringSubmatch(all)
		if v, ok := known[m[1]+m[3]]; ok && len(v) <= maxVariable && (v != "" || m[2] == "") {
			return v
		}
		if m[2] != "" {
			return m[2]
		}
		return all
	})
}
