package main

import (
	"archive/tar"
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// push puts an image into a registry.
func push(t *testing.T, image string, img v1.Image) {
	t.Helper()
	ref, err := name.ParseReference(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(ref, img); err != nil {
		t.Fatal(err)
	}
}

// nodeImage returns an image with the history of the official node images, and those
// of their files that are read.
func nodeImage(t *testing.T) v1.Image {
	t.Helper()
	const passwd = "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
	const group = "root:x:0:\nwww-data:x:33:\n"
	img, err := mutate.Append(empty.Image,
		layer(t, `# debian.sh --arch 'amd64' out/ 'bookworm' '@1757289600'`,
			"bin->usr/bin", "etc/", "etc/group="+group, "etc/os-release->../usr/lib/os-release", "etc/passwd="+passwd,
			"usr/", "usr/bin/", "usr/bin/apt-get=x", "usr/bin/chown=x", "usr/bin/dash=x", "usr/bin/sh->dash",
			"usr/lib/", "usr/lib/os-release=ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n", "usr/sbin/", "usr/sbin/useradd=x"),
		layer(t, `RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit`,
			"etc/", "etc/group="+group+"node:x:1000:\n", "etc/passwd="+passwd+"node:x:1000:1000::/home/node:/bin/bash\n", "home/", "home/node/"),
		mutate.Addendum{History: v1.History{CreatedBy: `ENV NODE_VERSION=20.19.5`, EmptyLayer: true}},
		layer(t, `RUN /bin/sh -c set -ex && curl -fsSLO node.tar.xz && tar -xJf node.tar.xz -C /usr/local # buildkit`,
			"usr/", "usr/local/", "usr/local/bin/", "usr/local/bin/node=x", "usr/local/bin/npm->../lib/node_modules/npm/bin/npm-cli.js",
			"usr/local/lib/", "usr/local/lib/node_modules/", "usr/local/lib/node_modules/npm/", "usr/local/lib/node_modules/npm/bin/",
			"usr/local/lib/node_modules/npm/bin/npm-cli.js=x", `usr/local/lib/node_modules/npm/package.json={"version":"10.8.2"}`),
		mutate.Addendum{History: v1.History{CreatedBy: `CMD ["node"]`, EmptyLayer: true}},
	)
	if err != nil {
		t.Fatal(err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", "amd64"
	file.Config = v1.Config{
		Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NODE_VERSION=20.19.5", "YARN_VERSION=1.22.22"},
		Entrypoint: []string{"docker-entrypoint.sh"}, Cmd: []string{"node"},
	}
	if img, err = mutate.ConfigFile(img, file); err != nil {
		t.Fatal(err)
	}
	return img
}

// programImage returns an image that has a program and starts it.
func programImage(program []byte) (v1.Image, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "bin/app", Mode: 0o755, Size: int64(len(program))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		return nil, err
	}
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: runtime.GOARCH, Config: v1.Config{Entrypoint: []string{"/bin/app"}}})
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(img, l)
}

// layer returns a layer: "dir/", "file=content" (a program if that is x), or
// "link->target".
func layer(t *testing.T, history string, entries ...string) mutate.Addendum {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h, content := &tar.Header{Name: e, Typeflag: tar.TypeDir, Mode: 0o755}, ""
		if file, text, ok := strings.Cut(e, "="); ok {
			content = text
			h = &tar.Header{Name: file, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}
			if text == "x" {
				h.Mode = 0o755
			}
		} else if link, target, ok := strings.Cut(e, "->"); ok {
			h = &tar.Header{Name: link, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return mutate.Addendum{Layer: l, History: v1.History{CreatedBy: history}}
}
