// Package npm reads package.json and the lock files of npm and Yarn 1: what is
// installed from them, and whether a lock file still satisfies the manifest. It reads
// bytes only, and asks no registry.
package npm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Manifest is the part of package.json that is read.
type Manifest struct {
	Name, Main           Text
	Scripts              map[string]string
	Dependencies         map[string]string
	DevDependencies      map[string]string
	OptionalDependencies map[string]string
	PeerDependencies     map[string]string
	PeerDependenciesMeta map[string]PeerMeta
	Workspaces           json.RawMessage
	Overrides            json.RawMessage
	Resolutions          json.RawMessage
	BundleDependencies   json.RawMessage
	Config               json.RawMessage
	PackageManager       string
}

// Text is a string of package.json; "" for any other value, which npm would refuse and
// nothing here needs.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) == nil {
		*t = Text(s)
	}
	return nil
}

// PeerMeta states whether a peer dependency is optional.
type PeerMeta struct{ Optional bool }

// ParseManifest parses a package.json. It fails on other files. As in npm, names are
// case-sensitive, and of two equal names the last one counts.
func ParseManifest(text []byte) (*Manifest, error) {
	var fields map[string]json.RawMessage // a struct would take "Scripts" for "scripts"
	err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &fields)
	var m Manifest
	for _, f := range m.fields() {
		if value, ok := fields[f.name]; ok && err == nil {
			err = json.Unmarshal(value, f.to)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("package.json can't be understood: %w", err)
	}
	return &m, nil
}

// field is a field of package.json, and its destination.
type field struct {
	name string
	to   any
}

func (m *Manifest) fields() []field {
	return []field{
		{"name", &m.Name}, {"main", &m.Main}, {"scripts", &m.Scripts},
		{"dependencies", &m.Dependencies}, {"devDependencies", &m.DevDependencies}, {"optionalDependencies", &m.OptionalDependencies},
		{"peerDependencies", &m.PeerDependencies}, {"peerDependenciesMeta", &m.PeerDependenciesMeta},
		{"workspaces", &m.Workspaces}, {"overrides", &m.Overrides}, {"resolutions", &m.Resolutions},
		{"bundleDependencies", &m.BundleDependencies}, {"config", &m.Config}, {"packageManager", &m.PackageManager},
	}
}

// HasWorkspaces reports whether the package is the root of workspaces.
func (m *Manifest) HasWorkspaces() bool { return isSet(m.Workspaces) }

// HasOverrides reports whether the manifest changes what other packages require,
// which lock files don't record.
func (m *Manifest) HasOverrides() bool { return isSet(m.Overrides) || isSet(m.Resolutions) }

// isSet reports whether a JSON value exists and is not empty.
func isSet(v json.RawMessage) bool {
	return !slices.Contains([]string{"", "null", "{}", "[]"}, string(bytes.TrimSpace(v)))
}

// lifecycle are the scripts that an install runs; those of npm ("npm help
// scripts", "Life Cycle Operation Order") and of Yarn 1 are the same.
var lifecycle = []string{"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"}

// InstallScripts returns the scripts of the manifest that an install runs, in their
// order.
func (m *Manifest) InstallScripts() (names []string) {
	for _, name := range lifecycle {
		if m.Scripts[name] != "" {
			names = append(names, name)
		}
	}
	return names
}

// all returns the dependencies that an install of everything brings.
func (m *Manifest) all() map[string]string {
	all := map[string]string{}
	for _, deps := range []map[string]string{m.DevDependencies, m.Dependencies, m.OptionalDependencies} {
		maps.Copy(all, deps)
	}
	return all
}
