package content

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// NormalizePlatform returns the usual name of a platform,
// "os/architecture[/variant]": linux/arm64 for linux/aarch64 and for
// linux/arm64/v8. It fails if s is not a platform.
func NormalizePlatform(s string) (string, error) {
	p, err := ParsePlatform(s)
	if err != nil {
		return "", err
	}
	return p.String(), nil
}

// ParsePlatform returns the platform of "os/architecture[/variant]", normalized by
// NormalPlatform. It fails if s is not a platform.
func ParsePlatform(s string) (v1.Platform, error) {
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
		return v1.Platform{}, fmt.Errorf("%q is not a platform: os/architecture or os/architecture/variant", s)
	}
	p := v1.Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return NormalPlatform(p), nil
}

// NormalPlatform returns p under its usual name: without aliases that builders and
// registries use, and without a default variant.
func NormalPlatform(p v1.Platform) v1.Platform {
	p.OS, p.Architecture, p.Variant = strings.ToLower(p.OS), strings.ToLower(p.Architecture), strings.ToLower(p.Variant)
	switch p.Architecture {
	case "x86_64", "x86-64":
		p.Architecture = "amd64"
	case "i386":
		p.Architecture = "386"
	case "aarch64":
		p.Architecture = "arm64"
	case "armhf":
		p.Architecture, p.Variant = "arm", "v7"
	case "armel":
		p.Architecture, p.Variant = "arm", "v6"
	}
	switch p.Architecture + "/" + p.Variant {
	case "amd64/v1", "arm64/v8", "arm/v7":
		p.Variant = "" // the default
	}
	return p
}

// level returns the number of a variant; a machine runs those up to its own.
func level(p v1.Platform) int {
	if n, err := strconv.Atoi(strings.TrimPrefix(p.Variant, "v")); err == nil {
		return n
	}
	return map[string]int{"amd64": 1, "arm": 7, "arm64": 8}[p.Architecture]
}

// ChoosePlatform returns the member of an index that is built for the platform:
// the one with the highest variant that runs there. A single member without a platform
// is the last choice. If there is none, offer lists the available platforms, sorted.
func ChoosePlatform(members []v1.Descriptor, want v1.Platform) (chosen *v1.Descriptor, offer []string) {
	var silent []*v1.Descriptor
	best := -1
	for i := range members {
		m := &members[i]
		if m.Platform == nil {
			silent = append(silent, m)
			continue
		}
		have := NormalPlatform(*m.Platform)
		if have.OS == "unknown" {
			continue // an attestation, not an image
		}
		offer = append(offer, have.String())
		if have.OS != want.OS || have.Architecture != want.Architecture {
			continue
		}
		if n := level(have); n <= level(want) && n > best {
			chosen, best = m, n
		}
	}
	if chosen == nil && len(silent) == 1 {
		chosen = silent[0]
	}
	slices.Sort(offer)
	return chosen, slices.Compact(offer)
}

// maxOffer bounds the platforms that a message names.
const maxOffer = 12

// platformName matches every platform that images are built for.
var platformName = lazyregexp.New(`^[a-z0-9._/-]{1,40}$`)

// NotOffered returns the failure of an index without the platform, where offer is
// what it has. That is untrusted input: what does not look like a platform is left out.
func NotOffered(host string, want v1.Platform, offer []string) *Failure {
	offer = slices.DeleteFunc(offer, func(p string) bool { return !platformName.MatchString(p) })
	if len(offer) > maxOffer {
		offer = append(offer[:maxOffer:maxOffer], "…")
	}
	reason := host + " has this image for no platform"
	if len(offer) > 0 {
		reason = fmt.Sprintf("%s has this image not for %s, only for %s", host, want, strings.Join(offer, ", "))
	}
	return &Failure{Reason: reason, Absent: true, platform: true}
}
