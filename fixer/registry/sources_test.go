package registry_test

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/registry/store"
)

// dated is an image with history, configuration and layers, which every kind of
// source has to report alike.
func dated(t testing.TB, as types.MediaType) v1.Image {
	return built(t, v1.Config{User: "node", Env: []string{"NODE_VERSION=20.19.5", "PATH=/usr/local/bin:/usr/bin"}, Entrypoint: []string{"docker-entrypoint.sh"},
		Cmd: []string{"node"}, WorkingDir: "/app", Shell: []string{"/bin/bash", "-c"}, OnBuild: []string{"COPY . ."},
		Volumes: map[string]struct{}{"/data": {}}, ExposedPorts: map[string]struct{}{"3000/tcp": {}}}, as,
		append([]string{"history " + bookworm}, debianFiles...),
		append([]string{`history RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node --shell /bin/bash --create-home node # buildkit`}, nodeFiles[:5]...),
		append([]string{`history RUN /bin/sh -c set -ex && curl -fsSLO node.tar.xz && tar -xJf node.tar.xz -C /usr/local # buildkit`}, nodeFiles[5:]...))
}

// questions are asked of a new Inspector each, since earlier answers must not matter.
var questions = []baseimage.Ask{baseimage.AskConfig, baseimage.AskUsers | baseimage.AskDistro, baseimage.AskAccounts, baseimage.AskVersions, baseimage.AskPrograms, baseimage.AskDigest, baseimage.AskEverything}

// asRegistry compares the facts from a source with those from a registry. Digests are
// left out unless the source has them.
func asRegistry(t *testing.T, img v1.Image, name string, source content.Source, digests bool) {
	t.Helper()
	h := newHub(t)
	h.push("team/app:1", img)
	for _, ask := range questions {
		want := *inspect(t, inspector(t, registry.Options{Transport: h}), app, ask)
		got := *inspect(t, inspector(t, registry.Options{Sources: []content.Source{source}, Transport: h}), name, ask)
		want.Image, want.Local = name, true
		if !digests {
			want.Digest, want.Manifest = got.Digest, got.Manifest
		}
		if got, want := toJSON(t, &got), toJSON(t, &want); got != want {
			t.Errorf("%s\n got %s\nwant %s", ask, got, want)
		}
	}
}

// reason asks everything of a source, and returns why an answer is missing: the error,
// or why the layers are unread. "" if all is answered.
func reason(t testing.TB, image string, sources ...content.Source) string {
	t.Helper()
	f, err := inspector(t, registry.Options{Sources: sources, Table: registry.NoTable{}}).
		Inspect(context.Background(), baseimage.Query{Image: image, Ask: baseimage.AskEverything})
	if err != nil {
		return err.Error()
	}
	return f.Unread
}

// oneLine checks the form of a reason, and that it has the text.
func oneLine(t testing.TB, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) || want == "" && got != "" || strings.Contains(got, "\n") {
		t.Errorf("the reason is %q, want %q in one line", got, want)
	}
}

// TestSourcesInOrder: an image is taken from the first source that has it.
func TestSourcesInOrder(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", built(t, v1.Config{User: "registry"}, types.DockerLayer, debianFiles))
	h.push("team/other:1", built(t, v1.Config{User: "registry"}, types.DockerLayer, debianFiles))
	archive := store.DockerArchive(archiveOf(t, map[string]v1.Image{app: built(t, v1.Config{User: "archive"}, types.DockerLayer, debianFiles)}), "")
	broken := store.OCILayout(filepath.Join(t.TempDir(), "none"), "")
	const other = "registry.example.com/team/other:1"
	const nowhere = "registry.example.com/team/nowhere:1"
	tests := []struct {
		name, image string
		sources     []content.Source
		want        string // the user, or the error
		requests    bool
	}{
		{"in both, the archive first", app, []content.Source{archive, nil}, "archive", false},
		{"in both, the registry first", app, []content.Source{nil, archive}, "registry", true},
		{"in the second alone", other, []content.Source{archive, nil}, "registry", true},
		{"the first is broken", other, []content.Source{broken, nil}, "registry", true},
		{"nowhere", nowhere, []content.Source{archive, nil}, "registry.example.com has no such image or tag (404)", true},
		{"nowhere, the archive last", nowhere, []content.Source{nil, archive}, "does not have this image", true},
		{"nowhere, and one can't tell", nowhere, []content.Source{broken, archive, nil}, "none is no OCI layout: no such file or directory", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h.requests()
			f, err := inspector(t, registry.Options{Sources: tt.sources, Transport: h}).
				Inspect(t.Context(), baseimage.Query{Image: tt.image, Ask: baseimage.AskEverything})
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = f.Config.User
			}
			oneLine(t, got, tt.want)
			if asked := len(h.requests()) > 0; asked != tt.requests {
				t.Errorf("a registry was asked: %t", asked)
			}
		})
	}
}

// TestSourcePrepares: a source that has to save an image first may be silent for
// as long as the layers have time, and others no longer than a registry.
func TestSourcePrepares(t *testing.T) {
	config, layers := partsOf(t, dated(t, types.DockerLayer), false)
	for _, tt := range []struct {
		prepares bool
		takes    time.Duration // the opening of each layer
		want     string
	}{
		{true, 20 * time.Second, ""},
		{true, time.Hour, "its layers took more than 2m0s"},
		{false, 20 * time.Second, "the source sent nothing of a layer for 10s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := stub([]byte(config), len(layers), tt.prepares, func(ctx context.Context, i int) (io.ReadCloser, error) {
				select {
				case <-time.After(tt.takes):
					return io.NopCloser(strings.NewReader(layers[i])), nil
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			})
			oneLine(t, reason(t, app, s), tt.want)
		})
	}
}
