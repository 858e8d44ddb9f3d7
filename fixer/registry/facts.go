package registry

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/baseimage"
)

// describe says what the image tells of itself, filled in from the table.
func (in *Inspector) describe(ctx context.Context, q baseimage.Query, img *image) *baseimage.Facts {
	c := img.config
	entries, complete := readHistory(c)
	scripts := readScripts(entries)
	f := &baseimage.Facts{
		Digest: img.digest.String(), Manifest: img.manifest.String(),
		Config:   readSettings(c.Config),
		Versions: readVersions(c.Config.Env),
		Distro:   readDistro(c, entries, scripts),
	}
	if f.Distro.FamilyOf() == baseimage.Windows {
		return f
	}
	known := cmp.Or(in.agreeing(ctx, q, f.Distro), &baseimage.Facts{})
	if f.Distro == nil || f.Distro.ID == "" && known.Distro != nil {
		f.Distro = known.Distro
	}
	if f.Versions == nil {
		f.Versions = known.Versions
	}
	f.Programs = known.Programs
	f.Accounts = readAccounts(entries, scripts, complete).with(known.Accounts)
	return f
}

// agreeing returns the table's record of the image, nil when there is none or
// when it contradicts the distribution that the image has. For a floating tag
// of a distribution's own image it's the record of the release found there.
func (in *Inspector) agreeing(ctx context.Context, q baseimage.Query, found *baseimage.Distro) *baseimage.Facts {
	known := in.known(ctx, q)
	if known == nil || found == nil || known.Distro == nil {
		return known
	}
	if known.Distro.Family != found.Family {
		return nil
	}
	if sameRelease(known.Distro.Version, found.Version) {
		return known
	}
	named, err := reference.ParseNormalizedNamed(q.Image)
	if err != nil || path.Base(named.Name()) != found.ID {
		return nil
	}
	return in.known(ctx, baseimage.Query{Image: named.Name() + ":" + found.Version, Platform: q.Platform})
}

// sameRelease compares versions as far as both are stated: "3.20" and "3.20.3"
// are the same.
func sameRelease(a, b string) bool {
	return a == "" || b == "" || strings.HasPrefix(a+".", b+".") || strings.HasPrefix(b+".", a+".")
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

// readVersions returns the versions that the environment states, as the
// official images do, nil when it states none.
func readVersions(env []string) *baseimage.Versions {
	v := &baseimage.Versions{Source: baseimage.FromConfig}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		value = strings.TrimPrefix(value, "v")
		if !digits(strings.ReplaceAll(value, ".", "")) {
			continue // "lts", or a variable of something else
		}
		switch name {
		case "NODE_VERSION":
			v.Node = value
		case "YARN_VERSION":
			v.Yarn = value
		}
	}
	if v.Node == "" && v.Yarn == "" {
		return nil
	}
	return v
}

// with returns the accounts that the history tells, together with those of the
// table's record when there is one: then they are no better than the table.
// Without a record they are never complete, and nil when the history leaves
// any doubt or doesn't tell.
func (l *ledger) with(known *baseimage.Accounts) *baseimage.Accounts {
	if l.changed {
		return nil
	}
	if known == nil {
		if l.doubt || len(l.users)+len(l.groups) == 0 {
			return nil
		}
		return &baseimage.Accounts{Users: l.users, Groups: l.groups, Source: baseimage.FromHistory}
	}
	if l.doubt {
		return known
	}
	a := known.Clone()
	a.Source = baseimage.FromTable
	for _, g := range l.groups {
		a.Groups = correct(a, a.Groups, g, func(o baseimage.Group) bool { return o.Name == g.Name || o.GID == g.GID })
	}
	for _, u := range l.users {
		if o, ok := a.User(u.Name); ok { // the table may know what the command left to defaults
			u.Home, u.Shell = cmp.Or(u.Home, o.Home), cmp.Or(u.Shell, o.Shell)
		}
		a.Users = correct(a, a.Users, u, func(o baseimage.User) bool { return o.Name == u.Name || o.UID == u.UID })
	}
	for _, name := range l.vague {
		_, user := a.User(name)
		_, group := a.Group(name)
		a.Complete = a.Complete && (user || group)
	}
	return a
}

// correct puts an account of the history into the table's list, in the place
// of those that clash with it. A table that was wrong about one is not to be
// believed that there are no others.
func correct[T comparable](a *baseimage.Accounts, list []T, told T, clash func(T) bool) []T {
	if slices.Contains(list, told) {
		return list
	}
	kept := slices.DeleteFunc(list, clash)
	if len(kept) < len(list) {
		a.Complete = false
	}
	return append(kept, told)
}
