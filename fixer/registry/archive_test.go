package registry_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/store"
)

// archiveOf writes images as docker save does, and returns the file.
func archiveOf(t testing.TB, images map[string]v1.Image) string {
	t.Helper()
	set := map[name.Tag]v1.Image{}
	for tag, img := range images {
		ref, err := name.NewTag(tag)
		if err != nil {
			t.Fatal(err)
		}
		set[ref] = img
	}
	file := filepath.Join(t.TempDir(), "images.tar")
	if err := tarball.MultiWriteToFile(file, set); err != nil {
		t.Fatal(err)
	}
	return file
}

// saved is an archive put together by hand, from entries as in tarOf.
func saved(t testing.TB, entries ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "images.tar")
	write(t, file, tarOf(t, entries...))
	return file
}

// partsOf returns an image's configuration and its layers, packed or unpacked.
func partsOf(t testing.TB, img v1.Image, unpacked bool) (config string, layers []string) {
	t.Helper()
	text, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	list, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		open := l.Compressed
		if unpacked {
			open = l.Uncompressed
		}
		body, err := open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, string(content))
	}
	return string(text), layers
}

// manifest returns a manifest.json.
func manifest(t testing.TB, list ...tarball.Descriptor) string {
	t.Helper()
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return "manifest.json=" + string(text)
}

func TestArchiveAsRegistry(t *testing.T) {
	img := dated(t, types.DockerLayer)
	t.Run("go-containerregistry's", func(t *testing.T) {
		asRegistry(t, img, app, store.DockerArchive(archiveOf(t, map[string]v1.Image{app: img}), ""), false)
	})
	for _, packing := range []types.MediaType{types.DockerLayer, types.OCILayerZStd, types.DockerUncompressedLayer} {
		img := dated(t, packing)
		config, layers := partsOf(t, img, false)
		t.Run("of old engines, "+string(packing), func(t *testing.T) {
			entries := []string{"0/", "0/VERSION=1.0", "0/layer.tar=" + layers[0], "1/", "1/layer.tar=" + layers[1], "2/", "2/layer.tar->../0/layer.tar", "3/", "3/layer.tar=" + layers[2], "c.json=" + config}
			d := tarball.Descriptor{Config: "c.json", RepoTags: []string{app}, Layers: []string{"2/layer.tar", "1/layer.tar", "3/layer.tar"}}
			asRegistry(t, img, app, store.DockerArchive(saved(t, append(entries, manifest(t, d))...), ""), false)
		})
		t.Run("of new engines, "+string(packing), func(t *testing.T) {
			entries := []string{"blobs/", "blobs/sha256/", "blobs/sha256/c=" + config}
			d := tarball.Descriptor{Config: "blobs/sha256/c", RepoTags: []string{app}}
			for i, l := range layers {
				entries = append(entries, fmt.Sprintf("blobs/sha256/%d=%s", i, l))
				d.Layers = append(d.Layers, fmt.Sprintf("blobs/sha256/%d", i))
			}
			asRegistry(t, img, app, store.DockerArchive(saved(t, append(entries, "index.json={}", "oci-layout={}", manifest(t, d))...), ""), false)
		})
	}
	t.Run("packed anew, with hard links", func(t *testing.T) {
		config, layers := partsOf(t, img, true)
		d := tarball.Descriptor{Config: "./c", RepoTags: []string{app}, Layers: []string{"0", "./1", "three"}}
		asRegistry(t, img, app, store.DockerArchive(saved(t, "./", "./c="+config, "./0="+layers[0], "./1="+layers[1], "./2="+layers[2], "./three=>./2", "./"+manifest(t, d)), ""), false)
	})
}

func TestArchiveNames(t *testing.T) {
	one, two := recipe{config: v1.Config{User: "one"}}.build(t), recipe{config: v1.Config{User: "two"}}.build(t)
	file := archiveOf(t, map[string]v1.Image{"node:20": one, "node:latest": one, app: two})
	s := store.DockerArchive(file, "")
	names, err := s.Names()
	if want := []string{"docker.io/library/node:20", "docker.io/library/node:latest", app}; err != nil || !slices.Equal(names, want) {
		t.Fatalf("%q %v, want %q", names, err, want)
	}
	in := inspector(t, registry.Options{Sources: []content.Source{s}})
	for image, want := range map[string]string{"node:20": "one", "node": "one", "docker.io/node": "one", app: "two"} {
		if f := inspect(t, in, image, baseimage.AskConfig); f.Config.User != want || f.Digest != "" {
			t.Errorf("%s is that of %s, want %s", image, f.Config.User, want)
		}
	}
	oneLine(t, reason(t, "node:22", s), "images.tar does not have this image")
	as := store.DockerArchive(file, "example.com/x:1")
	_, err = as.Names()
	oneLine(t, fmt.Sprint(err), "images.tar has 2 images, and which of them is meant can't be told")

	as = store.DockerArchive(archiveOf(t, map[string]v1.Image{app: two}), "example.com/x:1")
	if names, err := as.Names(); err != nil || !slices.Equal(names, []string{"example.com/x:1"}) {
		t.Errorf("%q %v", names, err)
	}
	if f := inspect(t, inspector(t, registry.Options{Sources: []content.Source{as}}), "example.com/x:1", baseimage.AskConfig); f.Config.User != "two" {
		t.Errorf("%+v", f.Config)
	}
	oneLine(t, reason(t, app, as), "images.tar does not have this image")
}

// TestArchivePlatforms: an engine that has an image for two platforms saves both
// under one name.
func TestArchivePlatforms(t *testing.T) {
	amd, _ := partsOf(t, recipe{config: v1.Config{User: "amd"}}.build(t), false)
	arm, _ := partsOf(t, recipe{arch: "arm64", config: v1.Config{User: "arm"}}.build(t), false)
	s := store.DockerArchive(saved(t, "amd="+amd, "arm="+arm,
		manifest(t, tarball.Descriptor{Config: "arm", RepoTags: []string{app, "arm:1"}}, tarball.Descriptor{Config: "amd", RepoTags: []string{app}})), "")
	in := inspector(t, registry.Options{Sources: []content.Source{s}})
	for platform, want := range map[string]string{"linux/amd64": "amd", "linux/arm64": "arm"} {
		f, err := in.Inspect(t.Context(), baseimage.Query{Image: app, Platform: platform, Ask: baseimage.AskConfig})
		if err != nil || f.Config.User != want {
			t.Errorf("%s: %v %v", platform, f, err)
		}
	}
	oneLine(t, reason(t, "arm:1", s), "images.tar has this image not for linux/amd64, only for linux/arm64")
}

// TestArchiveDamage reads files that are not such archives.
func TestArchiveDamage(t *testing.T) {
	img := built(t, v1.Config{}, types.DockerUncompressedLayer, debianFiles)
	config, layers := partsOf(t, img, false)
	whole := tarball.Descriptor{Config: "c.json", RepoTags: []string{app}, Layers: []string{"l"}}
	with := func(change func(*tarball.Descriptor)) string {
		d := whole
		change(&d)
		return manifest(t, d)
	}
	good := tarOf(t, "c.json="+config, "l="+layers[0], manifest(t, whole))
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	_, err := z.Write(good)
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	archive := func(entries ...string) func(string) error {
		return func(name string) error { return os.WriteFile(name, tarOf(t, entries...), 0o600) }
	}
	content := func(text []byte) func(string) error {
		return func(name string) error { return os.WriteFile(name, text, 0o600) }
	}
	const other = "images.tar is not what docker save writes: "
	tests := map[string]struct {
		with func(string) error
		want string
	}{
		"whole":                      {content(good), ""},
		"no file":                    {nothing, "images.tar can't be read: no such file or directory"},
		"a directory":                {directory, "images.tar can't be read: it's a directory"},
		"a pipe":                     {pipe, "images.tar can't be read: it's no regular file"},
		"empty":                      {content(nil), other + "manifest.json is not in it"},
		"no tar":                     {content([]byte("FROM node:20\n")), other + "it's no tar archive"},
		"no tar, and long":           {content([]byte(strings.Repeat("FROM node:20\n", 1000))), other + "it's no tar archive"},
		"compressed":                 {content(gz.Bytes()), other + "it's compressed with gzip, and has to be unpacked first"},
		"breaks off in a layer":      {content(good[:len(good)/2]), other + "it breaks off"},
		"breaks off in the last":     {content(good[:bytes.Index(good, []byte(`[{"Config`))+5]), other + "it breaks off"},
		"no manifest":                {archive("c.json="+config, "l="+layers[0]), other + "manifest.json is not in it"},
		"an OCI archive":             {archive("index.json={}", "oci-layout={}"), other + "it's an OCI layout in an archive, which has to be unpacked, and named as oci:DIR"},
		"a huge manifest":            {archive("manifest.json=" + strings.Repeat(" ", 10<<20) + "[]"), other + "manifest.json has more than 1 MiB"},
		"a manifest that's a link":   {archive("manifest.json->manifest.json"), other + "manifest.json is not in it"},
		"not JSON":                   {archive("manifest.json=x"), other + "its manifest.json can't be read"},
		"other JSON":                 {archive(`manifest.json={"a":1}`), other + "its manifest.json can't be read"},
		"null":                       {archive("manifest.json=null"), "images.tar has no image"},
		"a list of null":             {archive("manifest.json=[null]"), "images.tar does not have this image"},
		"no configuration is named":  {archive("c.json="+config, "l="+layers[0], with(func(d *tarball.Descriptor) { d.Config = "" })), "images.tar lacks the configuration of the image: it isn't named"},
		"no configuration":           {archive("l="+layers[0], manifest(t, whole)), "images.tar lacks the configuration of the image: c.json is not in it"},
		"a path out of it":           {archive("c.json="+config, "l="+layers[0], with(func(d *tarball.Descriptor) { d.Config = "../../../../etc/passwd" })), "images.tar lacks the configuration of the image: passwd is not in it"},
		"a path with dots":           {archive("c.json="+config, "l="+layers[0], with(func(d *tarball.Descriptor) { d.Config, d.Layers = "x/../c.json", []string{"../l"} })), ""},
		"a link out of it":           {archive("c.json="+config, "l->/etc/passwd", manifest(t, whole)), "images.tar lacks a layer of the image: l is not in it"},
		"a link to a link":           {archive("c.json="+config, "l->m", "m->n", "n="+layers[0], manifest(t, whole)), "images.tar lacks a layer of the image: l is not in it"},
		"a configuration of no kind": {archive("c.json={}", "l=x", manifest(t, whole)), "images.tar has something other than a container image under this name"},
		"a broken configuration":     {archive("c.json=[", "l=x", manifest(t, whole)), "images.tar has a configuration that is not JSON"},
		"no layer":                   {archive("c.json="+config, manifest(t, whole)), "images.tar lacks a layer of the image: l is not in it"},
		"no layers":                  {archive("c.json="+config, with(func(d *tarball.Descriptor) { d.Layers = nil })), "images.tar has an image with 0 layers whose configuration tells of 1"},
		"a broken layer":             {archive("c.json="+config, "l="+layers[0][:100], manifest(t, whole)), "layer 1"},
		"a layer with holes":         {sparse(t), other + "l is stored with holes in it"},
		"too many entries":           {content(bytes.Repeat(tarOf(t, "x=")[:512], 100_001)), other + "it has more than 100000 entries"},
	}
	for _, title := range slices.Sorted(maps.Keys(tests)) {
		tt := tests[title]
		t.Run(title, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "images.tar")
			if err := tt.with(file); err != nil {
				t.Fatal(err)
			}
			oneLine(t, reason(t, app, store.DockerArchive(file, "")), tt.want)
		})
	}
}

// sparse returns a function that writes an archive as GNU tar does for a file with
// holes.
func sparse(t testing.TB) func(string) error {
	var b bytes.Buffer
	block := func(name string, kind byte, content string) {
		h := make([]byte, 512)
		copy(h, name)
		copy(h[100:], "0000644\x000000000\x000000000\x00"+fmt.Sprintf("%011o\x00", len(content))+"00000000000\x00        "+string(kind))
		copy(h[257:], "ustar\x0000")
		sum := 0
		for _, c := range h {
			sum += int(c)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		b.Write(h)
		b.WriteString(content + strings.Repeat("\x00", -len(content)&511))
	}
	record := func(key, value string) string {
		n := len(key) + len(value) + 3
		for len(fmt.Sprint(n))+len(key)+len(value)+3 != n {
			n++
		}
		return fmt.Sprintf("%d %s=%s\n", n, key, value)
	}
	block("pax", tar.TypeXHeader, record("GNU.sparse.major", "1")+record("GNU.sparse.minor", "0")+record("GNU.sparse.name", "l")+record("GNU.sparse.realsize", "2048"))
	block("GNUSparseFile.0/l", tar.TypeReg, "1\n1024\n4\n"+strings.Repeat("\x00", 512-9)+"data")
	b.Write(make([]byte, 1024))
	return func(name string) error { return os.WriteFile(name, b.Bytes(), 0o600) }
}
