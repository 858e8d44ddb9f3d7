package workload

import (
	"path"
	"slices"
	"strings"
)

// This file reads the paths that a source takes from a file of settings that it imports.

// noteSettings records the absolute paths in a JSON file that the source imports.
func (u *unit) noteSettings() {
	var modules []string
	for _, from := range u.importsOf() {
		modules = append(modules, from.module)
	}
	slices.Sort(modules)
	for _, module := range modules {
		u.noteSettingsOf(module)
	}
}

// noteSettingsOf is noteSettings for one file. They are noted once for each of them.
func (u *unit) noteSettingsOf(module string) {
	name := path.Join(u.sourceDir(), module)
	if u.lang != JavaScript || path.Ext(module) != ".json" || !strings.HasPrefix(module, ".") || u.files == nil || !u.out.constants.first(name) {
		return
	}
	text, err := u.files.ReadFile(name, MaxSourceFile)
	if err != nil {
		return
	}
	list, _ := jsonSettings(name, text)
	for _, s := range list {
		if p := pathOf(value{known: true, path: s.value}); path.IsAbs(p) && len(s.keys) > 0 {
			u.out.constants.set(s.keys[len(s.keys)-1], constant{name, p, ""})
		}
	}
}

// first reports whether a file of settings is asked for the first time.
func (c *constants) first(name string) bool {
	if c.read[name] || len(c.read) >= maxImports {
		return false
	}
	if c.read == nil {
		c.read = map[string]bool{}
	}
	c.read[name] = true
	return true
}
