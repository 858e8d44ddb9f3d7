package compose

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// This file finds what a service takes from the machine that it runs on.

// startAttributes are those that decide what is built and how it is started.
var startAttributes = []string{"build", "command", "entrypoint", "environment", "working_dir", "healthcheck", "volumes", "tmpfs"}

// fromVariable returns the place of the first value of a service's start that is made of a variable,
// which may have another value on another machine whatever .env and defaults say; the zero Place
// for none.
func (g *gathering) fromVariable() workload.Place {
	for _, attribute := range startAttributes {
		for _, at := range g.layers.visible(attribute) {
			budget := maxVariableNodes
			if n := variableIn(at.value, &budget); n != nil {
				return at.place(n)
			}
			variables := at.value
			if attribute == "build" {
				_, variables = at.value.Get("args")
			}
			if n := unset(variables); n != nil && (attribute == "environment" || attribute == "build") {
				return at.place(n)
			}
		}
	}
	return workload.Place{}
}

// maxVariableNodes bounds the nodes of an attribute that are looked at: aliases may multiply them.
const maxVariableNodes = 10_000

// variableIn returns the first scalar with a variable of a value, or the value itself where it has
// more than budget nodes; nil for none.
func variableIn(n *yamlfile.Node, budget *int) *yamlfile.Node {
	r := n.Resolve()
	if *budget--; *budget < 0 {
		return n
	}
	if r == nil {
		return nil
	}
	if r.Kind == yamlfile.Scalar && hasVariable(r.Value) {
		return n
	}
	for item := range r.Items() {
		if found := variableIn(item, budget); found != nil {
			return found
		}
	}
	for _, value := range r.Entries() {
		if found := variableIn(value, budget); found != nil {
			return found
		}
	}
	return nil
}

// hasVariable reports whether a text has a variable that Compose replaces.
func hasVariable(text string) bool { return strings.Contains(strings.ReplaceAll(text, "$$", ""), "$") }

// unset returns the first variable of an environment that has no value there; nil for none.
func unset(n *yamlfile.Node) *yamlfile.Node {
	for key, value := range n.Entries() {
		if value.IsNull() {
			return key
		}
	}
	for item := range n.Items() {
		if r := item.Resolve(); r != nil && !strings.Contains(r.Value, "=") {
			return item
		}
	}
	return nil
}
