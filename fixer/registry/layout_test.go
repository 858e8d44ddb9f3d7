package registry_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/store"
)

const (
	nameKey = "io.containerd.image.name"
	refKey  = "org.opencontainers.image.ref.name"
)

func newLayout(t testing.TB) layout.Path {
	t.Helper()
	l, err := layout.Write(filepath.Join(t.TempDir(), "layout"), empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// put adds an image or an index to a layout, with annotations: key, value, and
// returns its digest.
func put(t testing.TB, l layout.Path, what mutate.Appendable, annotations ...string) v1.Hash {
	t.Helper()
	set := map[string]string{}
	for pair := range slices.Chunk(annotations, 2) {
		set[pair[0]] = pair[1]
	}
	var err error
	switch what := what.(type) {
	case v1.Image:
		err = l.AppendImage(what, layout.WithAnnotations(set))
	case v1.ImageIndex:
		err = l.AppendIndex(what, layout.WithAnnotations(set))
	}
	if err != nil {
		t.Fatal(err)
	}
	digest, err := what.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func blobOf(l layout.Path, digest v1.Hash) string {
	return filepath.Join(string(l), "blobs", digest.Algorithm, digest.Hex)
}

// write replaces a file.
func write(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// replace removes a file and puts something else there.
func replace(t testing.TB, name string, with func(name string) error) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
	if err := with(name); err != nil {
		t.Fatal(err)
	}
}

func directory(name string) error { return os.Mkdir(name, 0o700) }
func nothing(string) error        { return nil }

func TestLayoutAsRegistry(t *testing.T) {
	for _, media := range []types.MediaType{types.OCILayer, types.OCILayerZStd, types.OCIUncompressedLayer} {
		t.Run(string(media), func(t *testing.T) {
			l := newLayout(t)
			img := dated(t, media)
			put(t, l, img, refKey, app)
			asRegistry(t, img, app, store.OCILayout(string(l), ""), true)
		})
	}
}

func TestLayoutNames(t *testing.T) {
	img := built(t, v1.Config{}, types.OCILayer)
	for _, tt := range []struct {
		name        string
		annotations []string
		as          string
		want        []string
	}{
		{"containerd's", []string{nameKey, "docker.io/library/node:20"}, "", []string{"docker.io/library/node:20"}},
		{"containerd's goes first", []string{nameKey, "docker.io/library/node:20", refKey, "example.com/x:1"}, "", []string{"docker.io/library/node:20"}},
		{"OCI's in full", []string{refKey, "node:20"}, "", []string{"docker.io/library/node:20"}},
		{"without a tag", []string{refKey, "example.com/x"}, "", []string{"example.com/x:latest"}},
		{"a tag alone", []string{nameKey, "", refKey, "20"}, "", nil},
		{"a tag alone, and as", []string{refKey, "20"}, "docker.io/library/node:20", []string{"docker.io/library/node:20"}},
		{"no name", nil, "", nil},
		{"not a name", []string{nameKey, "A:B:C", refKey, "../../etc/passwd"}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLayout(t)
			put(t, l, img, tt.annotations...)
			s := store.OCILayout(string(l), tt.as)
			names, err := s.Names()
			if err != nil || !slices.Equal(names, tt.want) {
				t.Errorf("%q %v, want %q", names, err, tt.want)
			}
			for _, name := range names {
				oneLine(t, reason(t, name, s), "")
			}
			oneLine(t, reason(t, "example.com/nosuch", s), "layout does not have this image")
		})
	}
}

// TestLayoutChoice has several images in one layout.
func TestLayoutChoice(t *testing.T) {
	amd := recipe{config: v1.Config{User: "amd"}}
	arm := recipe{arch: "arm64", config: v1.Config{User: "arm"}}
	nested := func(ii v1.ImageIndex) v1.ImageIndex {
		return mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: ii})
	}
	l := newLayout(t)
	multi := put(t, l, index(t, amd, arm), refKey, "multi:1")
	put(t, l, nested(index(t, amd, arm)), refKey, "nested:1")
	put(t, l, nested(nested(index(t, amd, arm))), refKey, "deep:1")
	put(t, l, amd.build(t), refKey, "amd:1")
	put(t, l, amd.build(t), refKey, "amd:1")
	put(t, l, arm.build(t), refKey, "arm:1")
	put(t, l, amd.build(t), refKey, "two:1")
	put(t, l, arm.build(t), refKey, "two:1")
	put(t, l, recipe{config: v1.Config{User: "odd"}}.build(t), nameKey, "pinned:1@"+multi.String())
	for _, tt := range []struct{ image, platform, as, want string }{
		{"multi:1", "", "", "amd"},
		{"multi:1", "linux/arm64", "", "arm"},
		{"multi:1", "linux/s390x", "", "layout has this image not for linux/s390x, only for linux/amd64, linux/arm64"},
		{"nested:1", "linux/arm64", "", "arm"},
		{"deep:1", "", "", "layout has more than 2 indexes in one another"},
		{"amd:1", "", "", "amd"},
		{"amd:1", "linux/arm64", "", "layout has this image not for linux/arm64, only for linux/amd64"},
		{"arm:1", "", "", "layout has this image not for linux/amd64, only for linux/arm64"},
		{"two:1", "", "", "layout has 2 images that go by this name, and which is meant can't be told"},
		{"multi:9@" + multi.String(), "", "", "amd"},
		{"multi@" + multi.String(), "", "", "amd"},
		{"other@" + multi.String(), "", "", "layout does not have this image"},
		{"pinned:1@" + multi.String(), "", "", "layout does not have this image"},
		{"multi:1@sha256:" + strings.Repeat("0", 64), "", "", "layout does not have this image"},
		{"any:1", "", "docker.io/library/any:1", "layout has 6 images that go by this name, and which is meant can't be told"},
	} {
		t.Run(tt.image+" "+tt.platform, func(t *testing.T) {
			in := inspector(t, registry.Options{Sources: []content.Source{store.OCILayout(string(l), tt.as)}})
			f, err := in.Inspect(t.Context(), baseimage.Query{Image: tt.image, Platform: tt.platform, Ask: baseimage.AskConfig})
			if err != nil {
				oneLine(t, err.Error(), tt.want)
			} else if f.Config.User != tt.want {
				t.Errorf("that of %s, want %s", f.Config.User, tt.want)
			}
		})
	}
}

// TestLayoutPlatforms: what as names is one image for all its platforms.
func TestLayoutPlatforms(t *testing.T) {
	l := newLayout(t)
	for _, r := range []recipe{{config: v1.Config{User: "amd"}}, {arch: "arm64", config: v1.Config{User: "arm"}}, {os: "unknown", arch: "unknown"}} {
		img := r.build(t)
		file, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if err := l.AppendImage(img, layout.WithPlatform(*file.Platform())); err != nil {
			t.Fatal(err)
		}
	}
	in := inspector(t, registry.Options{Sources: []content.Source{store.OCILayout(string(l), app)}})
	for platform, want := range map[string]string{"": "amd", "linux/arm64/v8": "arm"} {
		f, err := in.Inspect(t.Context(), baseimage.Query{Image: app, Platform: platform, Ask: baseimage.AskConfig})
		if err != nil || f.Config.User != want || f.Digest != f.Manifest || f.Digest == "" {
			t.Errorf("%s: %+v %v", platform, f, err)
		}
	}
}

// TestLayoutDamage breaks one part of a layout after the other.
func TestLayoutDamage(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, []byte("{}"))
	outside := func(name string) error { return os.Symlink(secret, name) }
	inside := func(name string) error { // within the directory links are followed
		dir, file := filepath.Split(name)
		text, err := os.ReadFile(filepath.Join(filepath.Dir(secret), "kept"))
		if err != nil {
			return err
		}
		write(t, filepath.Join(dir, "moved-"+file), text)
		return os.Symlink("moved-"+file, name)
	}
	content := func(text string) func(string) error {
		return func(name string) error { return os.WriteFile(name, []byte(text), 0o644) }
	}
	list := func(entries string) func(string) error { return content(`{"manifests":[` + entries + `]}`) }
	named := `"annotations":{"` + refKey + `":"` + app + `"}`
	huge := strings.Repeat(" ", 4<<20) + "{}"
	for _, tt := range []struct {
		name, part string
		with       func(string) error
		want       string
	}{
		{"no directory", ".", nothing, "layout is no OCI layout: no such file or directory"},
		{"a file", ".", content("{}"), "layout is no OCI layout: it's no directory"},
		{"a pipe", ".", pipe, "layout is no OCI layout: it's no directory"},
		{"an empty directory", ".", directory, "layout is no OCI layout: index.json: no such file or directory"},
		{"no index", "index.json", nothing, "layout is no OCI layout: index.json: no such file or directory"},
		{"an index that is a directory", "index.json", directory, "layout is no OCI layout: index.json: it's a directory"},
		{"an index that is a pipe", "index.json", pipe, "layout is no OCI layout: index.json: it's no regular file"},
		{"an index from elsewhere", "index.json", outside, "layout is no OCI layout: index.json: path escapes from parent"},
		{"a link to an index in it", "index.json", inside, ""},
		{"a huge index", "index.json", content(huge), "layout is no OCI layout: index.json: it has more than 1 MiB"},
		{"not JSON", "index.json", content("index"), "layout has an index that is not JSON"},
		{"other JSON", "index.json", content(`{"manifests":{}}`), "layout has an index that can't be read"},
		{"null", "index.json", content(`null`), "layout has no image"},
		{"a list of null", "index.json", list("null"), "layout does not have this image"},
		{"no digest", "index.json", list(`{` + named + `}`), "layout has a manifest that names a part of the image without its digest"},
		{"a digest that leads out", "index.json", list(`{"digest":"sha256:../../../secret",` + named + `}`), "layout has an index that can't be read"},
		{"a negative size", "index.json", list(`{"size":-1,"digest":"sha256:` + strings.Repeat("0", 64) + `",` + named + `}`), "layout lacks a part of the image (sha256:000000000000): no such file or directory"},
		{"deep JSON", "index.json", content(strings.Repeat("[", 1<<20)), "layout has an index that"},
		{"no manifest", "manifest", nothing, "): no such file or directory"},
		{"a manifest that is a pipe", "manifest", pipe, "): it's no regular file"},
		{"a manifest from elsewhere", "manifest", outside, "): path escapes from parent"},
		{"another manifest", "manifest", content("{}"), "): the digest does not match"},
		{"no configuration", "config", nothing, "layout lacks a part of the image"},
		{"a huge configuration", "config", content(huge), "): it has more than 1 MiB"},
		{"another configuration", "config", content("{}"), "layout has a damaged part of the image"},
		{"no layer", "layer", nothing, "): no such file or directory"},
		{"a layer that is a pipe", "layer", pipe, "): it's no regular file"},
		{"a layer that is a directory", "layer", directory, "): it's a directory"},
		{"a layer from elsewhere", "layer", outside, "): path escapes from parent"},
		{"a layer that breaks off", "layer", content(""), "layout has a damaged part of the image"},
		{"another layer", "layer", content(string(tarOf(t, "etc/", "etc/passwd=eve:x:0:0::/:/bin/sh\n", "etc/group="))), "): the digest does not match"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLayout(t)
			img := built(t, v1.Config{}, types.OCIUncompressedLayer, debianFiles)
			parts := map[string]string{"manifest": blobOf(l, put(t, l, img, refKey, app))}
			m, err := img.Manifest()
			if err != nil {
				t.Fatal(err)
			}
			parts["config"], parts["layer"] = blobOf(l, m.Config.Digest), blobOf(l, m.Layers[0].Digest)
			part := parts[tt.part]
			if part == "" {
				part = filepath.Join(string(l), tt.part)
			}
			if text, err := os.ReadFile(part); err == nil {
				write(t, filepath.Join(filepath.Dir(secret), "kept"), text)
			}
			replace(t, part, tt.with)
			oneLine(t, reason(t, app, store.OCILayout(string(l), "")), tt.want)
		})
	}
}

// TestLayoutKeepsNoFiles: what was opened is closed.
func TestLayoutKeepsNoFiles(t *testing.T) {
	l := newLayout(t)
	put(t, l, built(t, v1.Config{}, types.OCILayer, debianFiles, nodeFiles), refKey, app)
	file := archiveOf(t, map[string]v1.Image{app: built(t, v1.Config{}, types.DockerLayer, debianFiles)})
	write(t, filepath.Join(filepath.Dir(file), "bad.tar"), []byte("not a tar"))
	for _, s := range []store.Store{
		store.OCILayout(string(l), ""), store.DockerArchive(file, ""), store.DockerArchive(filepath.Join(filepath.Dir(file), "bad.tar"), ""),
	} {
		_ = reason(t, app, s)
		_ = reason(t, "nosuch", s)
		_, _ = s.Names()
		for _, open := range openFiles(t) {
			if strings.HasPrefix(open, string(l)) || strings.HasPrefix(open, filepath.Dir(file)) {
				t.Errorf("%s is still open", open)
			}
		}
	}
}

// openFiles lists the names of the files that this process has open.
func openFiles(t testing.TB) (names []string) {
	t.Helper()
	const dir = "/proc/self/fd"
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("needs " + dir)
	}
	for _, e := range list {
		if name, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// FuzzLayout: no index makes it panic, or report something that isn't there.
func FuzzLayout(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"manifests":[{}]}`, `{"manifests":[{"digest":"sha256:` + strings.Repeat("a", 64) + `","platform":{}}]}`, `{"manifests":[null,{"platform":null,"annotations":{"` + refKey + `":"a/b"}}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "index.json"), bytes.Clone(text))
		for _, as := range []string{"", app} {
			s := store.OCILayout(dir, as)
			names, err := s.Names()
			if err == nil && as != "" && !slices.Equal(names, []string{as}) {
				t.Errorf("%q has %q", text, names)
			}
			for _, name := range append(names, app) {
				if got := reason(t, name, s); got == "" {
					t.Errorf("%s is found in %q", name, text)
				}
			}
		}
	})
}
