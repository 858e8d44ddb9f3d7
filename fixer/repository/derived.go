package repository

import (
	"bytes"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// fromLine finds the image of a FROM instruction, and the name of its stage.
var fromLine = lazyregexp.New(`(?im)^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?`)

// derive records which Dockerfiles are built from the image of another one, which a
// build gives a name and a tag: their RUNs depend on its user. If no build names an
// image, it reads no Dockerfile.
func (r *reader) derive(l *Links) {
	makers := map[string][]string{} // by the reference of an image
	for _, b := range r.builds {
		for _, tag := range b.tags {
			ref := exactReference(tag)
			if list := makers[ref]; ref != "" && len(list) < maxTagged && !slices.Contains(list, b.Dockerfile) {
				makers[ref] = append(list, b.Dockerfile)
			}
		}
	}
	if len(makers) == 0 {
		return
	}
	for _, name := range l.dockerfiles {
		text, err := r.text(name)
		if err != nil {
			continue // a finding of its own
		}
		for _, from := range bases(name, text) {
			for _, base := range makers[from.image] {
				if base != name && !slices.ContainsFunc(l.derived[base], func(p workload.Place) bool { return p.File == name }) {
					l.derived[base] = append(l.derived[base], from.place)
				}
			}
		}
	}
	for _, list := range l.derived {
		slices.SortFunc(list, comparePlaces)
	}
}

// base is the image of a FROM.
type base struct {
	image string // as of exactReference
	place workload.Place
}

// bases returns the images in FROM, in their order. Stages of the same Dockerfile are
// not images, and what a build argument names is not known.
func bases(name string, text []byte) (list []base) {
	stages := map[string]bool{}
	line, from := 1, 0
	for _, m := range fromLine.FindAllSubmatchIndex(text, maxValues) {
		line, from = line+bytes.Count(text[from:m[2]], []byte("\n")), m[2]
		image := string(text[m[2]:m[3]])
		if ref := exactReference(image); ref != "" && !stages[strings.ToLower(image)] {
			list = append(list, base{ref, workload.Place{File: name, Line: line, Col: 1}})
		}
		if m[4] >= 0 {
			stages[strings.ToLower(string(text[m[4]:m[5]]))] = true
		}
	}
	return list
}

// exactReference returns the reference of an image with its registry and tag:
// docker.io/library/x:latest for x. It is "" if that is not a reference.
func exactReference(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	return reference.TagNameOnly(named).String()
}
