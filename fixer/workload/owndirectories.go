package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file knows the directories that servers of development and of frameworks write.

// ownDirs are the directories in which programs write while they serve, relative to
// where they are called, beside files of the application: all that they write, unless a
// setting moves it (nextjs.org, "distDir"; vite.dev, "cacheDir"; find-cache-dir, for
// react-scripts and vue-cli-service; typescriptlang.org, "outDir", for nest start).
var ownDirs = []struct {
	program, subs string
	dirs          []string
	settings      []string                  // files that may move them
	stays         func(texts []string) bool // what those of them say that are there
}{
	{"next", "start dev", []string{".next"}, configs("next.config"), without("distDir")},
	{"vite", "", []string{"node_modules/.vite", "node_modules/.vite-temp"}, configs("vite.config"), without("cacheDir")},
	{"react-scripts", "start", []string{"node_modules/.cache"}, nil, nil},
	{"vue-cli-service", "serve", []string{"node_modules/.cache"}, nil, nil},
	{"nest", "start", []string{"dist"}, []string{"tsconfig.json", "tsconfig.build.json", "nest-cli.json"}, compilesToDist},
}

func configs(name string) []string {
	return []string{name + ".js", name + ".mjs", name + ".cjs", name + ".ts", name + ".mts"}
}

func without(word string) func([]string) bool {
	return func(texts []string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, word) })
	}
}

var (
	outDir = lazyregexp.New(`"outDir"\s*:\s*"([^"]*)"`)
	// inheritsSettings matches the settings that another file gives, or that put
	// tsconfig.tsbuildinfo beside the sources.
	inheritsSettings = lazyregexp.New(`"extends"\s*:\s*"([^"]*)"|"(?:rootDir|tsBuildInfoFile|webpack)"\s*:\s*([^,\s}]*)`)
)

// compilesToDist reports whether the compiler writes below dist and nowhere else.
func compilesToDist(texts []string) bool {
	found := false
	for _, text := range texts {
		for _, m := range outDir.FindAllStringSubmatch(text, -1) {
			if path.Clean(m[1]) != "dist" {
				return false
			}
			found = true
		}
		for _, m := range inheritsSettings.FindAllStringSubmatch(text, -1) {
			if m[1] != "./tsconfig.json" && m[2] != "false" {
				return false
			}
		}
	}
	return found
}

// OwnDirectories returns the absolute directories in which the command writes files that it
// does not name, where these are all; nil where that is not known.
func (w *Workload) OwnDirectories(c *Command) (dirs []string) {
	for _, own := range ownDirs {
		if own.program != c.Name || own.subs != "" && !c.Has(strings.Fields(own.subs)...) || own.subs == "" && c.Has("build", "optimize") || c.Dir == "" {
			continue
		}
		var texts []string
		for _, name := range own.settings {
			if text, err := w.read(w.Origin(path.Join(c.Dir, name)).Name); err == nil {
				texts = append(texts, text)
			}
		}
		if own.stays != nil && !own.stays(texts) || c.Has("--config", "-c", "-p", "--path") {
			return nil
		}
		for _, dir := range own.dirs {
			dirs = append(dirs, path.Join(c.Dir, dir))
		}
	}
	return dirs
}
