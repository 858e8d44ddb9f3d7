package lab

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// TestImages checks the list of images: those that an image is FROM come before it,
// and no two have the same name.
func TestImages(t *testing.T) {
	made := []string{"library/debian:bookworm-slim"}
	tags := map[string]bool{}
	used := map[string]bool{}
	for _, im := range baseImages() {
		for _, ref := range im.from {
			if !slices.Contains(made, ref) {
				t.Errorf("%s is FROM %s, which isn't made before it", im.ref(), ref)
			}
		}
		for _, tag := range im.tags {
			if name := im.repo + ":" + tag; tags[name] {
				t.Errorf("%s is the name of two images", name)
			} else {
				tags[name] = true
			}
		}
		made = append(made, im.ref())
		used["images/"+im.file+".Dockerfile"] = true
	}
	all, err := fs.Glob(files, "images/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if !used[name] {
			t.Errorf("no image is made from %s", name)
		}
	}
}

// TestTags compares with the names that the official image has.
func TestTags(t *testing.T) {
	n := node{version: "25.1.0", names: []string{"current", "latest"}}
	for _, c := range []struct{ variants, want string }{
		{"-slim -bookworm-slim", "25.1.0-slim 25.1-slim 25-slim current-slim slim " +
			"25.1.0-bookworm-slim 25.1-bookworm-slim 25-bookworm-slim current-bookworm-slim bookworm-slim"},
		{" -bookworm", "25.1.0 25.1 25 current latest 25.1.0-bookworm 25.1-bookworm 25-bookworm current-bookworm bookworm"},
	} {
		if got := strings.Join(n.tags(strings.Split(c.variants, " ")...), " "); got != c.want {
			t.Errorf("tags(%q) are\n%s, not\n%s", c.variants, got, c.want)
		}
	}
}

func TestOwnPaths(t *testing.T) {
	const rc = "registry=https://registry.example.com/\nprefix = /usr\naudit=false\ncafile=/etc/ca.pem\n"
	if got, want := ownPaths.ReplaceAllString(rc, ""), "registry=https://registry.example.com/\naudit=false\n"; got != want {
		t.Errorf("got %q, not %q", got, want)
	}
}
