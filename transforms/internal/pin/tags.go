package pin

import (
	"path"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// name is the name of an image in its parts, as written.
type name struct {
	repo   string // with the registry, if there is one
	tag    string // "" when there is none
	digest bool
	full   string // repo in full: "docker.io/library/node"; "" if it is not a name
}

// splitName splits a name into its parts. The port of a registry is not a tag.
func splitName(image string) (n name) {
	n.repo, _, n.digest = strings.Cut(image, "@")
	if i := strings.LastIndex(n.repo, ":"); i > strings.LastIndex(n.repo, "/") {
		n.repo, n.tag = n.repo[:i], n.repo[i+1:]
	}
	if named, err := reference.ParseNormalizedNamed(image); err == nil {
		n.full = named.Name()
	}
	return n
}

// windows reports whether the image is one of Windows, as far as its name shows.
func (n name) windows() bool {
	return strings.Contains(n.full, "/windows/") || strings.Contains(n.tag, "nanoserver") || strings.Contains(n.tag, "windowsservercore")
}

// official are Docker's official images, those for one architecture included;
// publishers are the others whose images are not a project's own, and who keep them
// when no tag names them any more.
var (
	official   = lazyregexp.New(`^(?:docker\.io|public\.ecr\.aws/docker)/(?:library|amd64|arm32v[567]|arm64v8|i386|mips64le|ppc64le|riscv64|s390x)/(.+)$`)
	publishers = []string{"gcr.io/distroless/", "registry.access.redhat.com/", "mcr.microsoft.com/"}
)

// official returns the short name of an official image, "" for any other.
func (n name) official() string {
	if m := official.FindStringSubmatch(n.full); m != nil {
		return m[1]
	}
	return ""
}

func (n name) published() bool {
	return n.official() != "" || slices.ContainsFunc(publishers, func(p string) bool { return strings.HasPrefix(n.full, p) })
}

// moving are the tags by which the images of a distribution name now one release,
// now the next; all their other tags are releases, which get nothing but fixes.
var moving = map[string][]string{
	"debian": {"", "latest", "stable", "oldstable", "oldoldstable", "testing", "unstable"},
	"ubuntu": {"", "latest", "rolling", "devel"},
	// Debian and Ubuntu with tools, what the node images are made of.
	"buildpack-deps": {"", "latest", "stable", "oldstable", "testing", "unstable", "curl", "scm"},
}

// full matches a version of three numbers or a date, whatever follows it; build, the
// number or commit that distinguishes a project's builds.
var (
	full  = lazyregexp.New(`^v?\d+\.\d+\.\d+|^20\d\d[01]\d[0-3]\d`)
	build = lazyregexp.New(`^[0-9a-f]{6,64}$`)
)

// floats reports whether an image's name may be that of another image tomorrow.
func floats(image string) bool {
	n := splitName(image)
	if n.digest || n.full == "" {
		return false
	}
	words := strings.Split(n.tag, "-")
	if tags, ok := moving[n.official()]; ok {
		return slices.Contains(tags, words[0])
	}
	return !slices.ContainsFunc(words, func(w string) bool {
		return full.MatchString(w) || build.MatchString(w) && strings.ContainsAny(w, "0123456789")
	})
}

var (
	number   = lazyregexp.New(`^v?\d{1,8}(\.\d{1,8})?$`)
	version  = lazyregexp.New(`^\d{1,8}\.\d{1,8}\.\d{1,8}$`)
	codename = lazyregexp.New(`^[a-z]{3,20}$`)
	release  = lazyregexp.New(`^\d{1,4}\.\d{1,4}`)
	// variant matches the words that select one of the images of a version, if a tag
	// has no version before them.
	variant = lazyregexp.New(`^(slim|alpine[\d.]*|jessie|stretch|buster|bullseye|bookworm|trixie|forky)$`)
)

// rest returns the words of the tag after those that mean a version: 20, lts,
// lts-iron, latest.
func (n name) rest() []string {
	words := strings.Split(n.tag, "-")
	if number.MatchString(words[0]) {
		return words[1:]
	}
	i := slices.IndexFunc(words, variant.MatchString)
	if i < 0 {
		return nil
	}
	return words[i:]
}

// dependsOnRelease reports whether the most specific tag names the release of a
// distribution that the tag does not name.
func (n name) dependsOnRelease(f *baseimage.Facts) bool {
	if n.version(f) == "" {
		return moving[n.official()] != nil || path.Base(n.full) == "alpine"
	}
	return !slices.ContainsFunc(n.rest(), func(w string) bool { return w != "slim" && w != "alpine" && variant.MatchString(w) })
}

// version returns the version, as the image states it, of what the image is named for,
// "" if it states none: the official images have it in a variable, NODE_VERSION for
// node; Alpine's own version is that of the distribution.
func (n name) version(f *baseimage.Facts) string {
	what := path.Base(n.full)
	v := ""
	if d := f.Distro; what == "alpine" && d != nil && d.ID == what {
		v = d.Version
	}
	variable := strings.ToUpper(strings.ReplaceAll(what, "-", "_")) + "_VERSION="
	for _, e := range environment(f) {
		if value, ok := strings.CutPrefix(e, variable); ok {
			v = strings.TrimPrefix(value, "v")
		}
	}
	if !version.MatchString(v) {
		return ""
	}
	if written, _, _ := strings.Cut(n.tag, "-"); number.MatchString(written) && !strings.HasPrefix(v+".", strings.TrimPrefix(written, "v")+".") {
		return "" // what the tag counts is something else
	}
	return v
}

func environment(f *baseimage.Facts) []string {
	if f.Config == nil {
		return nil
	}
	return f.Config.Env
}

// versionTags returns the tags that may name the same image and no other, the most
// specific ones first.
func (n name) versionTags(f *baseimage.Facts) (tags []string) {
	v := n.version(f)
	d := baseimage.Distro{}
	if f.Distro != nil {
		d = *f.Distro
	}
	if v == "" {
		return n.releaseTags(d)
	}
	add := func(words ...string) {
		if tag := strings.Join(append([]string{v}, words...), "-"); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	rest := n.rest()
	i := slices.Index(rest, "alpine")
	switch {
	case path.Base(n.full) == "alpine":
	case i >= 0 && d.Family == baseimage.Alpine:
		if r := release.FindString(d.Version); r != "" {
			numbered := slices.Clone(rest)
			numbered[i] += r
			add(numbered...)
		}
	case n.dependsOnRelease(f) && d.Family == baseimage.Debian && codename.MatchString(d.Codename):
		add(append([]string{d.Codename}, rest...)...)  // as node has it
		add(append(slices.Clone(rest), d.Codename)...) // as python has it
	}
	add(rest...)
	return tags
}

// releaseTags returns those of a distribution's own image: the release that the moving
// word in the tag means.
func (n name) releaseTags(d baseimage.Distro) []string {
	words := strings.Split(n.tag, "-")
	switch {
	case moving[n.official()] == nil || d.ID == "":
		return nil
	case n.official() == "ubuntu" && d.ID == "ubuntu" && number.MatchString(d.Version):
		words[0] = d.Version
	case n.official() != "ubuntu" && codename.MatchString(d.Codename):
		if words[0] == "curl" || words[0] == "scm" {
			words = append([]string{""}, words...)
		}
		words[0] = d.Codename
	default:
		return nil
	}
	return []string{strings.Join(words, "-")}
}
