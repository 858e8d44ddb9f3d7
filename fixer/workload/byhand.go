package workload

import (
	"path"
	"slices"
	"strings"
)

// This file distinguishes the sources that an image runs from scripts that people run.

// byHand are the folders of scripts that people and pipelines run.
var byHand = strings.Fields(".scripts .github scripts script tools tool deploy android ios ci migrations benchmarks bench e2e fixtures mocks stories")

// IsByHand reports whether a source looks, by its name, like one that people or pipelines
// run: a script, the configuration of a tool. [Workload.Runs] knows better.
func IsByHand(name string) bool {
	dir, base := path.Split(name)
	return slices.ContainsFunc(strings.Split(dir, "/"), func(folder string) bool { return slices.Contains(byHand, folder) }) ||
		path.Ext(base) == ".sh" || // those of them that start are followed
		strings.HasPrefix(base, "gulpfile") || strings.HasPrefix(base, "postinstall") || strings.HasPrefix(base, "install") || strings.HasPrefix(base, "Gruntfile") || strings.Contains(base, ".config.") || strings.Contains(base, "seed")
}

// Runs reports whether a container may run a source: all but those that people run, and of
// these the ones that something starts or that the application imports.
func (w *Workload) Runs(name string) bool {
	return !IsByHand(name) || slices.Contains(w.started().names, name) || slices.Contains(w.started().inline, name)
}
