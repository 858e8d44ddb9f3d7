package workload

import (
	"path"
	"slices"
	"strings"
)

// This file finds the settings files that sources name.

// notSettings are files of tools in the formats of settings.
var notSettings = strings.Fields("package.json package-lock.json tsconfig.json jsconfig.json composer.json manifest.json swagger.json openapi.json")

// settingsFile reports the settings file that the literal at token i names: as
// written, from the source or from the working directory, and joined to the rest of
// its path.
func (u *unit) settingsFile(i int) {
	t := u.tokens[i]
	if t.end-t.start > maxPath || t.end-t.start < 4 {
		return
	}
	s, whole := u.literal(i)
	base := path.Base(s)
	if !whole || settingFormats[path.Ext(base)] == nil && !isVariables(base) || slices.Contains(notSettings, base) || strings.ContainsAny(s, "*:?\n") {
		return
	}
	files := []string{s}
	if !path.IsAbs(s) {
		files = []string{path.Join(u.sourceDir(), s), path.Join(s)}
	}
	if v := u.joined(i); v.known && !v.partial {
		files = append(files, path.Clean(v.path))
	}
	for _, file := range files {
		if !leaves(file) {
			u.out.settingsFile(NamedFile{file, u.evidence(i)})
		}
	}
}

// joined evaluates the call that the literal at token i is a later argument of, where
// it joins paths.
func (u *unit) joined(i int) value {
	for j := i - 1; j > max(0, i-maxSpan/4); j-- {
		if m := int(u.tokens[j].match); m >= 0 && m < j {
			j = m
			continue
		}
		if !u.is(j, "(") {
			continue
		}
		if u.kind(j-1) == wordToken && slices.Contains(joiners, u.str(j-1)) {
			return u.operandAt(u.first(j - 1))
		}
		return value{}
	}
	return value{}
}
