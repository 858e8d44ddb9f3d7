package npm

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"
)

// Options describe an install.
type Options struct {
	NPM         int  // the major version of npm, 0 for Yarn
	LegacyPeers bool // --legacy-peer-deps
}

// InSync returns nil if an install that does not change the lock file, npm ci or yarn
// install --frozen-lockfile, succeeds where one that repairs it does. The error states
// how the lock file differs.
//
// npm ci compares the whole tree: with the manifest (npm 7 and later: arborist's
// validateLockfile; npm 6: lock-verify), and each package with what it requires.
func (l *Lock) InSync(m *Manifest, o Options) error {
	if l.yarn != nil {
		return l.yarn.inSync(m)
	}
	switch {
	case m.HasWorkspaces():
		return errors.New("package.json has workspaces")
	case m.HasOverrides():
		return errors.New("package.json has overrides, which the lock file does not record")
	case l.Version == 3 && o.NPM < 7:
		return fmt.Errorf("npm %d can't read a lock file of version 3", o.NPM)
	case l.Version == 1 && o.NPM >= 7:
		return errors.New("the lock file is of version 1, which npm 7 and later complete at each install")
	}
	if l.Version > 1 && o.NPM >= 7 {
		if err := l.recorded(m); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.all())) {
		_, optional := m.OptionalDependencies[name]
		if err := l.satisfies("", name, m.all()[name], optional && o.NPM < 7, o); err != nil {
			return err
		}
	}
	for _, at := range slices.Sorted(maps.Keys(l.Packages)) {
		if err := l.complete(at, o); err != nil {
			return err
		}
	}
	if l.flat {
		// npm 6 ci follows what packages require, and installs no others (observed).
		return errors.New("the lock file, of npm 5.0 or older, does not say what its packages require, and npm ci would leave those out")
	}
	return nil
}

// recorded compares the manifest with the one that the lock file was made from.
func (l *Lock) recorded(m *Manifest) error {
	root := l.Packages[""]
	for _, c := range []struct {
		kind     string
		now, was map[string]string
	}{
		{"dependencies", m.Dependencies, root.Dependencies},
		{"devDependencies", m.DevDependencies, root.DevDependencies},
		{"optionalDependencies", m.OptionalDependencies, root.OptionalDependencies},
		{"peerDependencies", m.PeerDependencies, root.PeerDependencies},
	} {
		for _, name := range slices.Sorted(maps.Keys(union(c.now, c.was))) {
			now, has := c.now[name]
			was, had := c.was[name]
			switch {
			case !had:
				return fmt.Errorf("the lock file does not know %s of %s", name, c.kind)
			case !has:
				return fmt.Errorf("the lock file has %s, which package.json no longer lists in %s", name, c.kind)
			case now != was:
				return fmt.Errorf("package.json asks for %s %s, and the lock file was made for %s", name, now, was)
			}
		}
	}
	return nil
}

func union(a, b map[string]string) map[string]string {
	u := maps.Clone(a)
	if u == nil {
		u = map[string]string{}
	}
	maps.Copy(u, b)
	return u
}

// complete returns nil if all that one package requires is there.
func (l *Lock) complete(at string, o Options) error {
	p := l.Packages[at]
	if p.Link || at != "" && !strings.HasPrefix(at, "node_modules/") {
		return fmt.Errorf("%s lies outside node_modules", at)
	}
	asked := union(p.Dependencies, p.OptionalDependencies)
	if at == "" {
		asked = nil // those of the manifest were checked
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		// npm 7 and later require optional packages in the lock file too, whether they
		// are installed or not. Version 1 does not mark them.
		_, optional := p.OptionalDependencies[name]
		if err := l.satisfies(at, name, asked[name], o.NPM < 7 && (optional || l.Version == 1), o); err != nil {
			return err
		}
	}
	if o.NPM < 7 || o.LegacyPeers {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(p.PeerDependencies)) {
		if union(p.Dependencies, p.OptionalDependencies)[name] != "" {
			continue // it has its own, which goes before a peer (npm, "@npmcli/arborist", node.js)
		}
		from := at
		if at != "" {
			from = parent(at)
		}
		if err := l.satisfies(from, name, p.PeerDependencies[name], p.PeerDependenciesMeta[name].Optional, o); err != nil {
			return err
		}
	}
	return nil
}

// satisfies returns nil if what a package in dir finds under a name has the version
// that it requires.
func (l *Lock) satisfies(dir, name, spec string, optional bool, o Options) error {
	at, ok := l.find(dir, name)
	switch {
	case !ok && optional:
		return nil
	case !ok:
		return fmt.Errorf("the lock file lacks %s", name)
	case o.NPM >= 7 && (spec == "*" || spec == ""):
		return nil // prereleases too ("@npmcli/arborist", dep-valid.js)
	case !satisfied(spec, l.Packages[at].Version):
		return fmt.Errorf("the lock file has %s %s, and %s is asked for", name, l.Packages[at].Version, spec)
	}
	return nil
}

// satisfied reports whether a version satisfies a dependency. A spec without versions
// (a tag, a repository, a file) can't be compared: npm trusts the lock file.
func satisfied(spec, version string) bool {
	if alias, ok := strings.CutPrefix(spec, "npm:"); ok {
		_, spec, ok = cutLast(alias, "@")
		if !ok {
			return true
		}
	}
	if strings.ContainsAny(spec, ":/") || strings.Trim(spec, "abcdefghijklmnopqrstuvwyz-") == "" {
		return true
	}
	return verdicts.of(strings.TrimSpace(spec), version)
}

// verdicts caches whether a version satisfies a range: the lock files of many
// repositories ask the same repeatedly.
var verdicts = verdictMemo{known: map[[2]string]bool{}}

type verdictMemo struct {
	mu    sync.Mutex
	known map[[2]string]bool // by range and version
}

// The bounds of the cache, some ten MiB: its entries, and the length of a range and a
// version.
const (
	maxVerdicts = 100_000
	maxVerdict  = 64
)

func (m *verdictMemo) of(spec, version string) bool {
	key := [2]string{spec, version}
	m.mu.Lock()
	ok, known := m.known[key]
	m.mu.Unlock()
	if known {
		return ok
	}
	v, err := semver.NewVersion(version)
	if err == nil {
		c, wrong := semver.NewConstraint(spec)
		ok = wrong == nil && c.Check(v)
	}
	if len(spec)+len(version) > maxVerdict {
		return ok
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxVerdicts {
		clear(m.known)
	}
	m.known[key] = ok
	return ok
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i > 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
