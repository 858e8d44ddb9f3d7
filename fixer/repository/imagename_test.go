package repository

import "testing"

func TestSameWritten(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"$REG/app:1", "${REG}/app:${TAG}", true},
		{"${{ env.REG }}/app", "$(REG)/app:1", true}, // by its last part
		{"${REGISTRY:-a}/app", "b/app", true},
		{"$CI_REGISTRY_IMAGE:$SHA", "${CI_REGISTRY_IMAGE}", true},
		{"$A", "$B", false},
		{"${__make__}", "${__make__}", false},
		{"$REG/app", "b/apps", false},
		{"$REG/app", "b/$NAME", false},
		{"a/app", "a/app", false}, // those are compared as references
		{"$(shell cat name)/app", "c/app@sha256:1", true},
	} {
		if got := sameWritten(writtenName(c.a), writtenName(c.b)); got != c.want {
			t.Errorf("%s and %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// TestThirdParties: an image that its publisher has others run is none of the repository's.
func TestThirdParties(t *testing.T) {
	for image, want := range map[string]bool{"grafana/promtail:2.2.1": true, "postgres": true, "lscr.io/linuxserver/x": true, "acme/promtail": false, "ghcr.io/acme/redis": false, "grafana-labs/x": false} {
		if got := isThirdParty(imageName(image)); got != want {
			t.Errorf("%s: %v", image, got)
		}
	}
}
