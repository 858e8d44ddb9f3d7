package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
)

// Bounds of the text about base images, in bytes.
const (
	maxAssumptions = 3000
	maxFacts       = 6000
)

// assumptions returns the unverified assumptions of the changes.
func (f *File) assumptions() string {
	images := slices.DeleteFunc(slices.Clone(f.Images), func(image *baseimage.Facts) bool { return assumption(image) == "" })
	if len(images) == 0 {
		return ""
	}
	return alert("NOTE", "**Assumed, not seen:**\n"+bullets(images, maxAssumptions, "image", assumption))
}

// assumption returns which of the facts are assumptions; "" if none is.
func assumption(f *baseimage.Facts) string {
	table := false
	for _, s := range sources(f) {
		table = table || s == baseimage.FromTable
	}
	name, why := codeSpan(f.Image), cmp.Or(f.Assumed, f.Unread)
	var text string
	switch {
	case f.Assumed != "" && !table:
		text = name + " is taken to be the same as at the last lookup"
	case f.Unread != "" && !table:
		text = "not everything is known of " + name
	case table && f.Config != nil && f.Config.Source != baseimage.FromTable:
		text = "in part, " + name + " is taken for what the built-in table of well-known images says"
	case table:
		text = name + " is taken for what the built-in table of well-known images says"
	default:
		return ""
	}
	if why == "" {
		return text
	}
	return text + ": " + prose(why)
}

// shownAsAssumption reports whether a finding is an engine's note that assumptions
// states better.
func (f *File) shownAsAssumption(finding fixer.Finding) bool {
	return finding.ID == "base-image" && finding.Status == fixer.Stated && f.assumptions() != ""
}

func sources(f *baseimage.Facts) (list []baseimage.Source) {
	if f.Config != nil {
		list = append(list, f.Config.Source)
	}
	if f.Distro != nil {
		list = append(list, f.Distro.Source)
	}
	if f.Accounts != nil {
		list = append(list, f.Accounts.Source)
	}
	if f.Programs != nil {
		list = append(list, f.Programs.Source)
	}
	if f.Versions != nil {
		list = append(list, f.Versions.Source)
	}
	return list
}

// facts returns the requested facts of the base images.
func (f *File) facts() string {
	images := f.Images
	return details(fmt.Sprintf("Base images that this rests on: %d", len(images)), bullets(images, maxFacts, "image", knownOf))
}

// maxUsers bounds the users of an image that are named.
const maxUsers = 5

// knownOf returns what is known of an image, by source.
func knownOf(f *baseimage.Facts) string {
	text := codeSpan(f.Image)
	if f.Platform != "" {
		text += " for " + codeSpan(f.Platform)
	}
	if f.Digest != "" {
		text += ", digest " + codeSpan(f.Digest)
	}
	if f.Local {
		text += ", as it was on the machine that made this"
	}
	said := saidOf(f)
	for _, s := range []baseimage.Source{baseimage.FromConfig, baseimage.FromHistory, baseimage.FromLayer, baseimage.FromTable} {
		if len(said[s]) > 0 {
			text += fmt.Sprintf(". %s: %s", sourceName[s], strings.Join(said[s], ", "))
		}
	}
	return text
}

// sourceName is the readable name of a source.
var sourceName = map[baseimage.Source]string{
	baseimage.FromConfig:  "From its configuration",
	baseimage.FromHistory: "From its history",
	baseimage.FromLayer:   "From its files",
	baseimage.FromTable:   "Assumed, from the built-in table",
}

// saidOf returns what is known of an image, keyed by source.
func saidOf(f *baseimage.Facts) map[baseimage.Source][]string {
	said := map[baseimage.Source][]string{}
	if c := f.Config; c != nil {
		said[c.Source] = append(said[c.Source], "runs as "+codeSpan(cmp.Or(c.User, "root")))
	}
	if d := f.Distro; d != nil {
		parts := slices.DeleteFunc([]string{d.ID, d.Version, d.Codename}, func(part string) bool { return part == "" })
		name := cmp.Or(strings.Join(parts, " "), string(d.Family))
		said[d.Source] = append(said[d.Source], codeSpan(name))
	}
	if v := f.Versions; v != nil && v.Node != "" {
		said[v.Source] = append(said[v.Source], "Node.js "+codeSpan(v.Node))
	}
	if a := f.Accounts; a != nil {
		n := 0
		for _, u := range a.Users {
			if u.Name != "" && baseimage.ForApplications(u.UID) && n < maxUsers {
				n++
				said[a.Source] = append(said[a.Source], fmt.Sprintf("user %s with %s", codeSpan(u.Name), codeSpan(fmt.Sprintf("%d:%d", u.UID, u.GID))))
			}
		}
	}
	return said
}
