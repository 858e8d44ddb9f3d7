package registry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

func TestPlatform(t *testing.T) {
	named := func(os, arch, variant string) recipe {
		r := recipe{os: os, arch: arch, variant: variant}
		r.config.User = strings.Trim(os+"/"+arch+"/"+variant, "/")
		return r
	}
	h := newHub(t)
	linux := index(t, named("linux", "amd64", ""), named("linux", "arm", "v5"), named("linux", "arm", "v7"), named("linux", "arm64", "v8"))
	digest := h.push("team/app:1", linux)
	h.push("team/single:1", named("linux", "arm64", "").build(t))
	h.push("team/nested:1", mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: linux}))
	h.push("team/deep:1", mutate.AppendManifests(empty.Index, mutate.IndexAddendum{
		Add: mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: linux}),
	}))
	h.push("team/none:1", empty.Index)
	h.push("team/windows:1", index(t, named("windows", "amd64", "")))

	tests := []struct {
		image, platform, def string
		user                 string
		err                  string
	}{
		{image: "app:1", user: "linux/amd64"},
		{image: "app:1", platform: "linux/amd64", user: "linux/amd64"},
		{image: "app:1", def: "linux/arm64", user: "linux/arm64/v8"},
		{image: "app:1", platform: "linux/arm64", def: "linux/amd64", user: "linux/arm64/v8"},
		{image: "app:1", platform: "linux/arm64/v8", user: "linux/arm64/v8"},
		{image: "app:1", platform: "linux/aarch64", user: "linux/arm64/v8"},
		{image: "app:1", platform: "linux/arm", user: "linux/arm/v7"},
		{image: "app:1", platform: "linux/arm/v6", user: "linux/arm/v5"},
		{image: "app@" + digest, platform: "linux/amd64", user: "linux/amd64"},
		{image: "app:gone@" + digest, platform: "linux/amd64", user: "linux/amd64"},
		{image: "single:1", user: "linux/arm64"}, // builders take what there is
		{image: "app:1", platform: "linux/armhf", user: "linux/arm/v7"},
		{image: "app:1", platform: "linux/armel", user: "linux/arm/v5"},
		{image: "app:1", platform: "linux/x86_64/v3", user: "linux/amd64"},
		{image: "app:1", platform: "linux/i386", err: "registry.example.com has this image not for linux/386, only for linux/amd64, linux/arm, linux/arm/v5, linux/arm64"},
		{image: "nested:1", user: "linux/amd64"},
		{image: "deep:1", err: "registry.example.com has more than 2 indexes in one another"},
		{image: "none:1", err: "registry.example.com has this image for no platform"},
		{image: "app:1", platform: "linux/s390x", err: "registry.example.com has this image not for linux/s390x, only for linux/amd64, linux/arm, linux/arm/v5, linux/arm64"},
		{image: "windows:1", err: "registry.example.com has this image not for linux/amd64, only for windows/amd64"},
		{image: "app:1", platform: "amd64", err: `"amd64" is not a platform: os/architecture or os/architecture/variant`},
		{image: "app:1", platform: "linux/arm/v7/x", err: `"linux/arm/v7/x" is not a platform: os/architecture or os/architecture/variant`},
	}
	for _, tt := range tests {
		t.Run(tt.image+" "+tt.platform+" "+tt.def, func(t *testing.T) {
			in := inspector(t, registry.Options{Transport: h, Platform: tt.def})
			f, err := in.Inspect(context.Background(), baseimage.Query{Image: "registry.example.com/team/" + tt.image, Platform: tt.platform})
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if f.Config.User != tt.user || f.Platform != tt.platform {
				t.Errorf("got the image for %q under %q", f.Config.User, f.Platform)
			}
			if strings.HasPrefix(tt.image, "app") && (f.Digest != digest || f.Manifest == digest || f.Manifest == "") {
				t.Errorf("digests %s and %s, want that of the index, %s, and another", f.Digest, f.Manifest, digest)
			}
		})
	}
}
