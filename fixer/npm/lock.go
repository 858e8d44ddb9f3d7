package npm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Lock is what a lock file installs, in the form of npm's "packages" (npm
// documentation, "package-lock.json").
type Lock struct {
	// Version is npm's lockfileVersion, 1 to 3; 0 for Yarn's yarn.lock.
	Version int
	// Packages are the packages, keyed by where they lie: "node_modules/a",
	// "node_modules/a/node_modules/b". "" is the manifest as npm 7 and later read it
	// when it wrote the lock file.
	Packages map[string]*Package

	yarn *yarnLock
	// flat: it does not state what the packages require, as npm 5.0 and older wrote it.
	flat bool
}

// Package is one installed package.
type Package struct {
	Version              string
	Link                 bool
	Dev                  bool // not installed without dev dependencies
	Dependencies         map[string]string
	DevDependencies      map[string]string
	OptionalDependencies map[string]string
	PeerDependencies     map[string]string
	PeerDependenciesMeta map[string]PeerMeta
	Bin                  map[string]string
}

// ParseLock parses a package-lock.json or npm-shrinkwrap.json of any version. It fails
// on other files.
func ParseLock(text []byte) (*Lock, error) {
	var raw struct {
		LockfileVersion int
		Requires        json.RawMessage
		Packages        map[string]*Package
		Dependencies    map[string]*oldPackage
	}
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &raw); err != nil {
		return nil, fmt.Errorf("the lock file can't be understood: %w", err)
	}
	l := &Lock{Version: max(raw.LockfileVersion, 1), Packages: raw.Packages}
	for _, p := range l.Packages {
		if p == nil {
			return nil, errors.New("the lock file can't be understood: a package is null")
		}
	}
	switch {
	case l.Version > 3:
		return nil, fmt.Errorf("lockfileVersion %d is not known", l.Version)
	case l.Version == 1:
		l.Packages = map[string]*Package{}
		if err := l.add("", raw.Dependencies, 0); err != nil {
			return nil, err
		}
		l.flat = raw.Requires == nil && len(l.Packages) > 0 && !slices.ContainsFunc(slices.Collect(maps.Values(l.Packages)), func(p *Package) bool { return len(p.Dependencies) > 0 })
	case l.Packages[""] == nil:
		return nil, errors.New("the lock file has no packages")
	}
	return l, nil
}

// oldPackage is a package in a lock file of version 1.
type oldPackage struct {
	Version      string
	Dev          bool
	Optional     bool
	Requires     requires
	Dependencies map[string]*oldPackage
}

// requires is an object, or true for none.
type requires map[string]string

func (r *requires) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] != '{' {
		return nil
	}
	return json.Unmarshal(text, (*map[string]string)(r))
}

// maxDepth bounds packages within packages.
const maxDepth = 64

// add records the packages of a lock file of version 1 below dir.
func (l *Lock) add(dir string, deps map[string]*oldPackage, depth int) error {
	if depth > maxDepth {
		return errors.New("the lock file nests packages without end")
	}
	for name, old := range deps {
		if old == nil {
			return errors.New("the lock file can't be understood: a package is null")
		}
		at := join(dir, name)
		l.Packages[at] = &Package{Version: old.Version, Dev: old.Dev, Dependencies: old.Requires}
		if err := l.add(at, old.Dependencies, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func join(dir, name string) string {
	return strings.TrimPrefix(dir+"/node_modules/"+name, "/")
}

// find returns where Node.js finds a package that one in dir requires.
func (l *Lock) find(dir, name string) (at string, ok bool) {
	for {
		at = join(dir, name)
		if _, ok := l.Packages[at]; ok {
			return at, true
		}
		if dir == "" {
			return "", false
		}
		dir = parent(dir)
	}
}

// parent returns the directory whose node_modules contains the package.
func parent(at string) string {
	i := max(strings.LastIndex(at, "/node_modules/"), 0)
	return at[:i]
}

// Has reports whether a package of that name is installed anywhere.
func (l *Lock) Has(name string) bool {
	if l.yarn != nil {
		return l.yarn.has(name)
	}
	for at := range l.Packages {
		if at == "node_modules/"+name || strings.HasSuffix(at, "/node_modules/"+name) {
			return true
		}
	}
	return false
}

// DevOnly returns the names, in order, of the packages that an application finds in
// its own node_modules, and would not find without the dev dependencies.
func (l *Lock) DevOnly() (names []string) {
	if l.yarn != nil {
		return l.yarn.devOnly()
	}
	for _, at := range slices.Sorted(maps.Keys(l.Packages)) {
		if name, ok := topLevel(at); ok && l.Packages[at].Dev {
			names = append(names, name)
		}
	}
	return names
}

// Program finds the package that provides the program of that name to an npm script,
// and returns whether it is installed without the dev dependencies. ok is false if no
// package is known to have one: lock files of version 1 and of Yarn don't list
// programs.
func (l *Lock) Program(name string) (production, ok bool) {
	for at, p := range l.Packages {
		if _, top := topLevel(at); !top {
			continue
		}
		if _, has := p.Bin[name]; has {
			return !p.Dev, true
		}
	}
	return false, false
}

// DevPrograms returns the names of the programs that only the dev dependencies bring,
// as far as the lock file lists them.
func (l *Lock) DevPrograms() map[string]bool {
	names := map[string]bool{}
	for _, p := range l.Packages {
		for name := range p.Bin {
			if p.Dev {
				names[name] = true
			}
		}
	}
	return names
}

// topLevel returns the name of a package in the application's own node_modules.
func topLevel(at string) (name string, ok bool) {
	name, ok = strings.CutPrefix(at, "node_modules/")
	return name, ok && !strings.Contains(name, "/node_modules/")
}
