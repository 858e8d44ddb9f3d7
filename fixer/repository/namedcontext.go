package repository

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads named contexts: what a build puts in the place of an image or a stage
// (docker documentation, "docker buildx build", --build-context).

// namedContext records one, and its source as written: "service:api", "../shared".
func (b *build) namedContext(name, source string, at workload.Place) {
	if name = strings.TrimSpace(name); name == "" || len(b.Contexts) >= maxValues {
		return
	}
	if b.Contexts == nil {
		b.Contexts, b.sources = map[string]string{}, map[string]string{}
	}
	b.Contexts[name], b.sources[name] = at.String(), strings.TrimSpace(source)
}

// contextOption reads the value of --build-context, NAME=SOURCE: the name counts even if
// the source is not known.
func (c command) contextOption(b *build, o option) {
	text := o.text
	if !o.known {
		text = strings.Trim(o.raw, `"'`)
	}
	name, source, _ := strings.Cut(text, "=")
	if strings.ContainsAny(name, "$`") {
		b.gap("the name of a build context is not known")
		return
	}
	b.namedContext(name, source, c.place)
}
