package npm

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// yarnLock is a yarn.lock of Yarn 1.
type yarnLock struct {
	// entries has an entry for each required pattern, "name@range".
	entries  map[string]*yarnEntry
	manifest *Manifest
}

type yarnEntry struct {
	version      string
	dependencies map[string]string
	optional     map[string]string
}

// ParseYarnLock parses a yarn.lock of Yarn 1, with the manifest next to it: Yarn's
// lock file does not mark development dependencies. It fails on other files, such as
// those of later releases.
func ParseYarnLock(text []byte, m *Manifest) (*Lock, error) {
	y := &yarnLock{entries: map[string]*yarnEntry{}, manifest: m}
	var entry *yarnEntry
	var block map[string]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		body := strings.TrimLeft(line, " ")
		switch indent := len(line) - len(body); {
		case body == "" || strings.HasPrefix(body, "#"):
		case indent == 0:
			entry, block = &yarnEntry{}, nil
			if err := y.start(body, entry); err != nil {
				return nil, err
			}
		case entry == nil:
			return nil, errors.New("yarn.lock can't be understood")
		case indent == 2:
			block = entry.field(body)
		case indent == 4 && block != nil:
			name, spec, _ := strings.Cut(body, " ")
			block[unquoted(name)] = unquoted(spec)
		}
	}
	if len(y.entries) == 0 && len(m.all()) > 0 {
		return nil, errors.New("yarn.lock has no entries")
	}
	return &Lock{yarn: y}, nil
}

// start reads the line that an entry begins with: `a@^1, "b@>=2 <3":`.
func (y *yarnLock) start(line string, e *yarnEntry) error {
	patterns, ok := strings.CutSuffix(line, ":")
	if !ok || line == "__metadata:" {
		return errors.New("yarn.lock is not of Yarn 1")
	}
	for p := range strings.SplitSeq(patterns, ", ") {
		p = unquoted(p)
		if patternName(p) == "" {
			return errors.New("yarn.lock can't be understood")
		}
		y.entries[p] = e
	}
	return nil
}

// field reads a line of an entry, and returns the map that the indented lines after it
// fill, nil for none.
func (e *yarnEntry) field(line string) map[string]string {
	key, value, _ := strings.Cut(line, " ")
	switch key {
	case "version":
		e.version = unquoted(value)
	case "dependencies:":
		e.dependencies = map[string]string{}
		return e.dependencies
	case "optionalDependencies:":
		e.optional = map[string]string{}
		return e.optional
	}
	return nil
}

// patternName returns the name in "name@range" and "@scope/name@range", "" if there
// is none.
func patternName(pattern string) string {
	if i := strings.Index(pattern[min(1, len(pattern)):], "@"); i >= 0 {
		return pattern[:i+1]
	}
	return ""
}

func unquoted(s string) string {
	if u, err := strconv.Unquote(s); err == nil {
		return u
	}
	return s
}

func (y *yarnLock) inSync(m *Manifest) error {
	switch {
	case m.HasWorkspaces():
		return errors.New("package.json has workspaces")
	case m.HasOverrides():
		return errors.New("package.json has resolutions, which yarn.lock does not record")
	}
	for _, name := range slices.Sorted(maps.Keys(m.all())) {
		if spec := m.all()[name]; y.entries[name+"@"+spec] == nil {
			return fmt.Errorf("yarn.lock has no entry for %s@%s", name, spec)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(y.entries)) {
		e := y.entries[pattern]
		for _, name := range slices.Sorted(maps.Keys(e.dependencies)) {
			if spec := e.dependencies[name]; y.entries[name+"@"+spec] == nil {
				return fmt.Errorf("yarn.lock has no entry for %s@%s", name, spec)
			}
		}
	}
	return nil
}

func (y *yarnLock) has(name string) bool {
	for pattern := range y.entries {
		if strings.HasPrefix(pattern, name+"@") {
			return true
		}
	}
	return false
}

// devOnly returns the names that only the dev dependencies lead to.
func (y *yarnLock) devOnly() (names []string) {
	needed := map[string]bool{}
	var follow func(deps map[string]string)
	follow = func(deps map[string]string) {
		for name, spec := range deps {
			pattern := name + "@" + spec
			if e := y.entries[pattern]; e != nil && !needed[pattern] {
				needed[pattern] = true
				follow(e.dependencies)
				follow(e.optional)
			}
		}
	}
	follow(y.manifest.Dependencies)
	follow(y.manifest.OptionalDependencies)
	stay := map[string]bool{}
	for pattern := range needed {
		stay[patternName(pattern)] = true
	}
	for pattern := range y.entries {
		if name := patternName(pattern); !stay[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
