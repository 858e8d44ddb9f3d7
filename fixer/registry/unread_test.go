package registry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/registry"
)

// shelf answers with the documents of an image, and with layer for requests for its
// layers.
func shelf(t *testing.T, img v1.Image, layer carry) carry {
	t.Helper()
	manifest, err := img.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	name, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	return func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.Contains(r.URL.Path, "/manifests/"):
			return answer(r, http.StatusOK, bytes.NewReader(manifest)), nil
		case strings.HasSuffix(r.URL.Path, "/blobs/"+name.String()):
			return answer(r, http.StatusOK, bytes.NewReader(config)), nil
		}
		return layer(r)
	}
}

// body answers with a layer.
func body(b io.Reader) carry {
	return func(r *http.Request) (*http.Response, error) { return answer(r, http.StatusOK, b), nil }
}

// trickle sends a byte at intervals, without an end.
type trickle struct {
	ctx   context.Context
	pause time.Duration
}

func (s trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(s.pause):
		p[0] = 0x1f
		return 1, nil
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

// TestUnread: unreadable layers are not a failure and cause no retry; the facts state
// why something is missing, and the table fills in what it knows.
func TestUnread(t *testing.T) {
	whole := tarOf(t, debianFiles...)
	tests := []struct {
		name  string
		layer carry
		want  string
		after time.Duration
	}{
		{"missing", status404, "docker.io answered 404 Not Found", 0},
		{"forbidden", refuse(403), "docker.io answered 403 Forbidden: it gives no access", 0},
		{"too many requests", refuse(429), "docker.io answered 429 Too Many Requests: log in or set a mirror", 0},
		{"in trouble", refuse(500), "docker.io answered 500 Internal Server Error", 100 * time.Millisecond},
		{"no answer", hang, "docker.io sent nothing of a layer for 10s", 10 * time.Second},
		{"no body", func(r *http.Request) (*http.Response, error) {
			return answer(r, http.StatusOK, endless{r.Context(), false}), nil
		}, "docker.io sent nothing of a layer for 10s", 10 * time.Second},
		{"a byte now and then", func(r *http.Request) (*http.Response, error) {
			return answer(r, http.StatusOK, trickle{r.Context(), 9 * time.Second}), nil
		}, "its layers took more than 2m0s", 2 * time.Minute},
		{"breaks off", body(io.MultiReader(bytes.NewReader(whole[:600]), failing{io.ErrUnexpectedEOF})), "docker.io: layer 1 of 1 breaks off", 0},
		{"too short", body(bytes.NewReader(whole[:600])), "docker.io sent another layer than was asked for: the digest does not match", 0},
		{"another", body(bytes.NewReader(tarOf(t, "etc/", "etc/x=y"))), "docker.io sent another layer than was asked for: the digest does not match", 0},
		{"no archive", body(strings.NewReader(strings.Repeat("no archive ", 1000))), "layer 1 of 1: archive/tar: invalid tar header", 0},
		{"a connection that fails", broken(io.ErrUnexpectedEOF), "docker.io broke off its answer", 100 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				img := built(t, v1.Config{}, types.DockerUncompressedLayer, debianFiles)
				in := inspector(t, registry.Options{Transport: shelf(t, img, func(r *http.Request) (*http.Response, error) {
					requests++
					return tt.layer(r)
				})})
				start := time.Now()
				f := inspect(t, in, "index.docker.io/team/app:1", baseimage.AskGit)
				if !strings.HasPrefix(f.Unread, tt.want) || f.Assumed != "" || f.Programs != nil {
					t.Errorf("unread: %q, want %q", f.Unread, tt.want)
				}
				if took := time.Since(start); took != tt.after {
					t.Errorf("took %s, want %s", took, tt.after)
				}
				before := requests
				if f := inspect(t, in, "index.docker.io/team/app:1", baseimage.AskAccounts|baseimage.AskTini); !strings.HasPrefix(f.Unread, tt.want) || requests != before {
					t.Errorf("%q after %d further requests", f.Unread, requests-before)
				}
			})
		})
	}
}

func status404(r *http.Request) (*http.Response, error) { return refuse(404)(r) }

func refuse(code int) carry {
	return func(r *http.Request) (*http.Response, error) { return answer(r, code, strings.NewReader("")), nil }
}

// failing is a body that ends in an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestUnreadKnown: answers from before the layers failed count, and the table has the
// rest.
func TestUnreadKnown(t *testing.T) {
	img := built(t, v1.Config{}, types.DockerUncompressedLayer, debianFiles)
	whole := tarOf(t, debianFiles...)
	in := inspector(t, registry.Options{Transport: shelf(t, img, func(r *http.Request) (*http.Response, error) {
		return answer(r, http.StatusOK, io.MultiReader(bytes.NewReader(whole[:bytes.Index(whole, []byte("usr/bin/apt-get"))]), failing{io.ErrUnexpectedEOF})), nil
	})})
	f := inspect(t, in, "debian:12", baseimage.AskAccounts|baseimage.AskGit)
	if f.Unread == "" || f.Accounts.Source != baseimage.FromLayer || len(f.Accounts.Users) != 3 {
		t.Errorf("accounts: %+v, unread %q", f.Accounts, f.Unread)
	}
	if has, known := f.Programs.Has("git"); has || !known || f.Programs.Source != baseimage.FromTable {
		t.Errorf("programs: %+v", f.Programs)
	}
}

// TestMismatch: nothing counts of a layer with another digest.
func TestMismatch(t *testing.T) {
	img := built(t, v1.Config{}, types.DockerUncompressedLayer, debianFiles)
	in := inspector(t, registry.Options{Transport: shelf(t, img, body(bytes.NewReader(tarOf(t, nodeFiles...))))})
	if f := inspect(t, in, app, baseimage.AskAccounts|baseimage.AskGit); f.Accounts != nil || f.Unread == "" {
		t.Errorf("%+v", f)
	}
}

// TestBombs: what would exceed a bound ends with an error.
func TestBombs(t *testing.T) {
	for _, c := range []struct {
		name    string
		entries []string
		want    string
	}{
		{"a passwd of 2 MiB", []string{"etc/", "etc/group=", "etc/passwd=" + strings.Repeat("x", 2<<20)}, `layer 1 of 1: beyond a limit: more than 1048576 bytes of content in "/etc/passwd"`},
	} {
		h := newHub(t)
		h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer, c.entries))
		if f := inspect(t, inspector(t, registry.Options{Transport: h}), app, baseimage.AskAccounts); f.Unread != c.want || f.Accounts != nil {
			t.Errorf("%s: unread %q, want %q", c.name, f.Unread, c.want)
		}
	}
}

// TestInterrupted: a caller that gives up while a layer is read gets its own error, and
// the next one a whole answer.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		img := built(t, v1.Config{}, types.DockerUncompressedLayer, debianFiles)
		first := true
		in := inspector(t, registry.Options{Concurrency: 1, Transport: shelf(t, img, func(r *http.Request) (*http.Response, error) {
			if first {
				first = false
				return answer(r, http.StatusOK, endless{r.Context(), false}), nil
			}
			return answer(r, http.StatusOK, bytes.NewReader(tarOf(t, debianFiles...))), nil
		})})
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if f, err := in.Inspect(ctx, baseimage.Query{Image: app, Ask: baseimage.AskAccounts}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("facts %+v, error %v", f, err)
		}
		if f := inspect(t, in, app, baseimage.AskAccounts); f.Unread != "" || f.Accounts == nil {
			t.Errorf("the next: %+v", f)
		}
	})
}

// TestRefusedContent: a file that is too large leaves its own question open, and
// no other, in whatever order they are asked.
func TestRefusedContent(t *testing.T) {
	h := newHub(t)
	h.push("team/app:1", built(t, v1.Config{}, types.DockerLayer, debianFiles, []string{"etc/", "etc/passwd=" + strings.Repeat("x", 2<<20)}))
	answers := map[baseimage.Ask]string{}
	for _, order := range [][]baseimage.Ask{{baseimage.AskDistro, baseimage.AskAccounts, baseimage.AskGit}, {baseimage.AskAccounts, baseimage.AskGit, baseimage.AskDistro}, {baseimage.AskGit, baseimage.AskDistro, baseimage.AskAccounts}} {
		in := inspector(t, registry.Options{Transport: h, Table: registry.NoTable{}})
		for _, what := range order {
			got := toJSON(t, inspect(t, in, app, what))
			if before, ok := answers[what]; ok && got != before {
				t.Errorf("%s in the order %v:\n got %s\nwant %s", what, order, got, before)
			}
			answers[what] = got
		}
	}
	if s := answers[baseimage.AskDistro]; !strings.Contains(s, "bookworm") || strings.Contains(s, "unread") {
		t.Errorf("distribution: %s", s)
	}
	if s := answers[baseimage.AskAccounts]; strings.Contains(s, "accounts") || !strings.Contains(s, "unread") {
		t.Errorf("accounts: %s", s)
	}
}

// TestSlowHost: a host that is slow with one layer is not asked for those of other
// images.
func TestSlowHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		img := built(t, v1.Config{}, types.DockerUncompressedLayer, debianFiles)
		for _, c := range []struct {
			layer carry
			took  time.Duration
		}{
			{hang, 10 * time.Second},
			{func(r *http.Request) (*http.Response, error) {
				return answer(r, http.StatusOK, trickle{r.Context(), 5 * time.Second}), nil
			}, 3 * 2 * time.Minute},
		} {
			in := inspector(t, registry.Options{Transport: shelf(t, img, c.layer)})
			start := time.Now()
			for _, image := range []string{"a", "b", "c", "d", "e", "f"} {
				if f := inspect(t, in, "registry.example.com/team/"+image, baseimage.AskGit); f.Unread == "" {
					t.Errorf("%s: %+v", image, f)
				}
			}
			if took := time.Since(start); took != c.took {
				t.Errorf("took %s, want %s", took, c.took)
			}
		}
	})
}
