// Package webclient knows which images have no curl, wget or nc.
package webclient

import (
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// Lacks reports whether an image is known to have no program of that name: curl, wget or
// nc. Only images whose own Dockerfiles show it are known.
func Lacks(image, program string) bool {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return false
	}
	tag := "latest"
	if t, ok := named.(reference.Tagged); ok {
		tag = t.Tag()
	} else if _, ok := named.(reference.Digested); ok {
		return false // of which variant, a digest does not say
	}
	if rest, ok := strings.CutPrefix(named.Name(), "gcr.io/distroless/"); ok {
		return rest != "" && !strings.Contains(tag, "debug") // these have a busybox
	}
	name, ok := strings.CutPrefix(named.Name(), "docker.io/library/")
	if !ok || otherSystem.MatchString(tag) {
		return false
	}
	alpine := name == "alpine" || strings.Contains(tag, "alpine")
	return variants[name] != nil && variants[name](tag) && (!alpine || program == "curl")
}

// otherSystem matches tags of Windows.
var otherSystem = lazyregexp.New(`windows|nanoserver`)

// variants are the official images of which some lack curl, wget and nc; those of Alpine
// lack curl alone, the others are parts of its busybox. Each function reports whether the
// image of a tag is one of them.
var variants = map[string]func(tag string) bool{
	// github.com/alpinelinux/docker-alpine, github.com/debuerreotype/docker-debian-artifacts:
	// the base system.
	"alpine": func(string) bool { return true },
	"debian": func(string) bool { return true },
	// cdimage.ubuntu.com/ubuntu-base: the base system. That of 14.04 had more.
	"ubuntu": func(tag string) bool {
		return !strings.HasPrefix(tag, "14.") && !strings.HasPrefix(tag, "12.") && !strings.HasPrefix(tag, "trusty") && !strings.HasPrefix(tag, "precise")
	},
	// github.com/nodejs/docker-node: slim and Alpine remove what they download with. The
	// slim images of old lines were made from buildpack-deps:curl.
	"node": func(tag string) bool {
		major, err := strconv.Atoi(strings.FieldsFunc(tag, func(r rune) bool { return r == '.' || r == '-' })[0])
		return strings.Contains(tag, "alpine") || strings.Contains(tag, "slim") && (err != nil || major >= 12)
	},
	// github.com/docker-library/python: slim and Alpine, as those of node.
	"python": func(tag string) bool {
		return strings.Contains(tag, "alpine") || strings.Contains(tag, "slim") && !strings.HasPrefix(tag, "2")
	},
}
