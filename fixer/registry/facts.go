package registry

import (
	"cmp"
	"context"
	"maps"
	"path"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/baseimage/history"
)

// compose answers a question from what was read. Each part comes from the
// cheapest source that settles it, whatever else is known by now: so the answer
// doesn't depend on earlier questions.
func (in *Inspector) compose(ctx context.Context, s *subject, q baseimage.Query) *baseimage.Facts {
	t := s.summary
	f := &baseimage.Facts{
		Digest: s.Image.Digest, Manifest: s.Image.Manifest, Local: s.Local, Assumed: s.Assumed,
		Config: t.Config, Versions: t.Versions, Distro: t.Distro,
	}
	if t.Windows {
		return f
	}
	known := s.known()
	a := &answers{known.files, needs(t, q.Ask)}
	if d := a.distro(); d != nil {
		f.Distro = d
	}
	f.Versions = a.versions(t.Versions)
	f.Accounts = a.accounts()
	if f.Accounts == nil && t.UsersKnown {
		f.Accounts = t.Accounts(nil)
	}
	f.Programs = a.programs(t, q.Ask)
	if missing := a.missing(); missing != nil {
		in.fill(ctx, f, t, q)
		if why := known.why(missing); why != nil {
			f.Unread = why.Reason
		} else if in.noLayers {
			f.Unread = "its layers were not asked (--no-layers)"
		}
	}
	if d := f.Distro; d != nil && d.Archive == "" && d.Family != baseimage.Distroless {
		own := *d
		own.Archive = baseimage.ArchiveOf(d.ID, d.Version)
		f.Distro = &own
	}
	return f
}

// fill takes missing answers of unreadable layers from the table.
func (in *Inspector) fill(ctx context.Context, f *baseimage.Facts, t *history.Summary, q baseimage.Query) {
	known := cmp.Or(in.agreeing(ctx, q, f.Distro), &baseimage.Facts{})
	if f.Distro == nil || f.Distro.ID == "" && known.Distro != nil {
		f.Distro = known.Distro
	}
	if f.Versions == nil {
		f.Versions = known.Versions
	}
	if known.Programs != nil {
		p := &baseimage.Programs{Paths: maps.Clone(known.Programs.Paths), Source: baseimage.FromTable}
		if f.Programs != nil {
			maps.Copy(p.Paths, f.Programs.Paths)
		}
		f.Programs = p
	}
	if f.Accounts == nil || f.Accounts.Source != baseimage.FromLayer {
		f.Accounts = t.Accounts(known.Accounts)
	}
}

// agreeing returns the table's record of the image, nil if there is none or if it
// contradicts the image's distribution. For a floating tag of a distribution's own
// image it's the record of the release found there.
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
