// Package history reads what an image says about itself: its build history
// first, and then its configuration and the few text files that name its accounts, its
// release and its versions. It works on bytes that the caller fetched, so that each of
// its judgements can be tested from a text.
//
// Histories are untrusted input, written for people to read. What one states counts
// only if nothing later may have undone it; whatever can't be followed leaves the
// answer open, and the layers have to be read.
package history

import (
	"encoding/json"
	"maps"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/filerights"
)

// Summary is what an image's configuration and history show without a layer. It never
// changes, and is safe for concurrent use.
type Summary struct {
	Config   *baseimage.Config
	Versions *baseimage.Versions // of the environment; nil when it states none
	Distro   *baseimage.Distro   // nil when unknown; a family alone has no ID
	// ReleaseKnown: Distro and its Version are beyond doubt.
	ReleaseKnown bool
	// UsersKnown: Accounts returns every user and group whose id is
	// ForApplications. The image begins with the archive of a distribution that
	// has none, and each that was made on top of it has known ids.
	UsersKnown bool
	// Programs are those known to exist, name to absolute path. Others may exist too.
	// nil if the history has gaps.
	Programs map[string]string
	Windows  bool
	log      *accountLog
}

// Summarize reads an image's configuration (OCI image specification, "image
// configuration"), which contains the build history. The error is that of JSON; an
// empty history is not an error.
func Summarize(config json.RawMessage) (*Summary, error) {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(config, c); err != nil {
		return nil, err
	}
	entries, complete := readHistory(c)
	scripts := readScripts(entries)
	s := &Summary{
		Config:   readSettings(c.Config),
		Versions: readVersions(c.Config.Env),
		log:      readAccounts(entries, scripts, complete),
		Windows:  c.OS == "windows",
	}
	s.Config.Grants = readGrants(scripts)
	followed := complete && follows(entries, scripts)
	s.Distro, s.ReleaseKnown = readDistro(c, entries, scripts, followed)
	archive := archiveOf(entries)
	l := s.log
	s.UsersKnown = archive != nil && followed && !l.doubt && !l.changed && len(l.vague) == 0
	if followed {
		s.Programs = readPrograms(entries, scripts, archive)
	}
	return s, nil
}

// readGrants returns what scripts may give to programs, each once.
func readGrants(scripts map[int]script) (list []string) {
	for _, i := range slices.Sorted(maps.Keys(scripts)) {
		s := scripts[i]
		if slices.Contains(s.ran, "setcap") {
			list = append(list, "gives a program capabilities")
		}
		for _, c := range s.calls {
			if why := filerights.Given(c); why != "" {
				list = append(list, why)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// follows reports whether the history shows all that was done after the first layer.
func follows(entries []entry, scripts map[int]script) bool {
	base := true
	for i, e := range entries {
		if e.kind == command || e.kind == foreign && !base && !e.empty || scripts[i].opaque {
			return false
		}
		base = base && e.empty
	}
	return true
}

// readSettings returns what a Dockerfile inherits.
func readSettings(c v1.Config) *baseimage.Config {
	return &baseimage.Config{
		User:         c.User,
		Entrypoint:   c.Entrypoint,
		Cmd:          c.Cmd,
		Env:          c.Env,
		WorkingDir:   c.WorkingDir,
		Shell:        c.Shell,
		OnBuild:      c.OnBuild,
		Volumes:      slices.Sorted(maps.Keys(c.Volumes)),
		ExposedPorts: slices.Sorted(maps.Keys(c.ExposedPorts)),
		Source:       baseimage.FromConfig,
	}
}
