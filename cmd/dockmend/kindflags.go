package main

import (
	"slices"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
)

// kindFlags select the kinds of files.
type kindFlags struct {
	Kind []string `enum:"dockerfile,compose,kubernetes" placeholder:"KIND" help:"Work on these kinds of files only: dockerfile, compose, kubernetes. Default: all, Dockerfiles first, since the others rest on what these are in the end."`
}

// allKinds are the kinds by their names in flags, in the order in which they are repaired.
var allKinds = []struct {
	name string
	kind document.Kind
}{{"dockerfile", dockerfile.Kind}, {"compose", compose.Kind}, {"kubernetes", kubernetes.Kind}}

// kinds returns those that are worked on.
func (f *kindFlags) kinds() (list []document.Kind) {
	for _, k := range allKinds {
		if len(f.Kind) == 0 || slices.Contains(f.Kind, k.name) {
			list = append(list, k.kind)
		}
	}
	return list
}

// kindNames returns the names of kinds for messages.
func kindNames(kinds []document.Kind) (names []string) {
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return names
}
