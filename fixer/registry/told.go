package registry

import (
	"encoding/json"
	"maps"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// told is what an image's configuration and history tell. Nothing in it needs
// a layer.
type told struct {
	settings *baseimage.Config
	versions *baseimage.Versions // of the environment; nil when it states none
	distro   *baseimage.Distro   // nil when unknown; a family alone has no ID
	// released: the distribution and its release are beyond doubt.
	released bool
	ledger   *ledger
	// stated: the ledger has every user and group that was made on top of a
	// distribution which is known to have none for applications.
	stated   bool
	programs map[string]string // known to be there
	windows  bool
}

// readTold reads a configuration, which was read once before.
func readTold(config json.RawMessage) (*told, error) {
	c := &v1.ConfigFile{}
	if err := json.Unmarshal(config, c); err != nil {
		return nil, err
	}
	entries, complete := readHistory(c)
	scripts := readScripts(entries)
	t := &told{
		settings: readSettings(c.Config),
		versions: readVersions(c.Config.Env),
		ledger:   readAccounts(entries, scripts, complete),
		windows:  c.OS == "windows",
	}
	followed := complete && follows(entries, scripts)
	t.distro, t.released = readDistro(c, entries, scripts, followed)
	archive := archiveOf(entries)
	l := t.ledger
	t.stated = archive != nil && followed && !l.doubt && !l.changed && len(l.vague) == 0
	if followed {
		t.programs = readPrograms(entries, scripts, archive)
	}
	return t, nil
}

// follows reports whether all that was done after the first layer is told.
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

// accounts returns the users and groups that the history tells, together with
// those of an earlier record of the image, nil for none. With a record they are
// no better than that; without one they are never complete, and nil when the
// history leaves any doubt or tells of no account.
func (t *told) accounts(known *baseimage.Accounts) *baseimage.Accounts {
	return t.ledger.with(known)
}
