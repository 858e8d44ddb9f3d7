package baseimage

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestStatic(t *testing.T) {
	list, err := ReadFacts(strings.NewReader(`{"version": 1, "images": [
		{"image": "a", "platform": "linux/arm64", "assumed": "1"}, {"image": "a", "platform": "", "assumed": "2"}, {"image": "a", "platform": "", "assumed": "3"},
		{"image": "docker.io/library/b:latest", "platform": "linux/amd64", "assumed": "4"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s := NewStatic(list...)
	for _, c := range []struct{ image, platform, want string }{
		{"a", "linux/arm64", "1"}, {"a", "linux/amd64", "2"}, {"a", "", "2"}, {"a:latest", "", "2"}, {"docker.io/a", "linux/arm64", "1"},
		{"b", "", "4"}, {"b", "linux/amd64", "4"},
	} {
		f, err := s.Inspect(t.Context(), Query{Image: c.image, Platform: c.platform})
		if err != nil || f.Assumed != c.want {
			t.Errorf("%s for %q: %+v, %v", c.image, c.platform, f, err)
		}
	}
	for _, q := range []Query{{Image: "c"}, {Image: "a:1"}, {Image: "b", Platform: "linux/arm64"}, {Image: "quay.io/a"}, {Image: "A B"}} {
		if f, err := s.Inspect(t.Context(), q); !errors.Is(err, ErrUnknown) {
			t.Errorf("%+v: %+v, %v", q, f, err)
		}
	}
	if _, err := (Static{}).Inspect(t.Context(), Query{Image: "a"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("the zero value: %v", err)
	}
}

// TestAbsent: a file of facts states that a tag doesn't exist, which differs from not
// mentioning it.
func TestAbsent(t *testing.T) {
	const text = `{"version": 1, "images": [{"image": "a:1", "platform": "", "absent": "it has no such tag (404)"}]}`
	list, err := ReadFacts(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewStatic(list...).Inspect(t.Context(), Query{Image: "a:1", Ask: AskDigest})
	if f != nil || !errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnknown) || err.Error() != "it has no such tag (404)" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := NewStatic(list...).Inspect(t.Context(), Query{Image: "a:2"}); errors.Is(err, ErrNotFound) {
		t.Errorf("what is not in the file: %v", err)
	}
}

// TestStaticDigest: an image is known by all names that its digest proves, but only
// those of its own repository.
func TestStaticDigest(t *testing.T) {
	sum := func(c string) string { return "sha256:" + strings.Repeat(c, 64) }
	s := NewStatic(
		&Facts{Image: "node:20", Platform: "linux/amd64", Digest: sum("a"), Config: &Config{User: "amd64"}},
		&Facts{Image: "node:20", Platform: "linux/arm64", Digest: sum("a"), Config: &Config{User: "arm64"}},
		&Facts{Image: "node:20.19.5", Digest: sum("a")}, &Facts{Image: "node:22", Digest: sum("b")}, &Facts{Image: "other:1", Digest: sum("a")},
	)
	for _, c := range []struct{ image, platform, want string }{
		{"node:20.19.5", "", "amd64"}, {"docker.io/library/node:20.19.5", "linux/arm64", "arm64"},
		{"node:20@" + sum("a"), "linux/amd64", "amd64"}, {"node:any@" + sum("a"), "", "amd64"}, {"node@" + sum("a"), "", "amd64"},
		{"node:22", "", ""}, {"other:1", "", ""},
	} {
		f, err := s.Inspect(t.Context(), Query{Image: c.image, Platform: c.platform})
		if err != nil || f.Image != c.image && f.Config != nil || f.Config != nil && f.Config.User != c.want || f.Config == nil && c.want != "" {
			t.Errorf("%s for %q: %+v, %v", c.image, c.platform, f, err)
		}
	}
	for _, image := range []string{"node:20@" + sum("c"), "other@" + sum("a"), "node:20.19.5-slim"} {
		if f, err := s.Inspect(t.Context(), Query{Image: image}); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %+v, %v", image, f, err)
		}
	}
}

// TestNarrowDigest: the digest is returned if it is asked for.
func TestNarrowDigest(t *testing.T) {
	f := &Facts{Digest: "sha256:1", Manifest: "sha256:2", Local: true}
	if n := f.Narrow(AskEverything &^ AskDigest); n.Digest != "" || n.Manifest != "" || n.Local {
		t.Errorf("%+v", n)
	}
	if n := f.Narrow(AskDigest); n.Digest != f.Digest || n.Manifest != f.Manifest || !n.Local {
		t.Errorf("%+v", n)
	}
}

func TestReadFacts(t *testing.T) {
	for _, bad := range []string{`{"version": 1, "images": [{"image": "a", "absent": "x", "digest": "sha256:1"}]}`, ``, `{}`, `{"version": 2}`, `{"version": 1, "images": [{}]}`, `{"version": 1, "images": [null]}`, `{"version": 1, "imagse": []}`, `{"version": 1} x`, `{"version": 1}}`, `{"version": 1}]`,
		`{"version": 1, "images": [{"image": "a", "accounts": {"users": [{"name": "x", "uid": -1, "gid": 0}], "complete": true, "source": "layer"}}]}`,
		`{"version": 1, "images": [{"image": "a", "accounts": {"groups": [{"name": "x", "gid": 4294967295}], "complete": true, "source": "layer"}}]}`} {
		if _, err := ReadFacts(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// TestFactsRoundTrip: written facts are read back, and written the same again.
func TestFactsRoundTrip(t *testing.T) {
	var list []*Facts
	for _, image := range []string{"node:20-slim", "node:20-alpine", "ubuntu:24.04", "gcr.io/distroless/nodejs20-debian12", "nginx", "mcr.microsoft.com/windows/nanoserver"} {
		f, err := Table{}.Inspect(t.Context(), Query{Image: image, Platform: "linux/amd64"})
		if err != nil {
			t.Fatal(err)
		}
		f.Assumed, f.Unread = "a < b & c", "x"
		list = append(list, f)
	}
	var first, second bytes.Buffer
	if err := WriteFacts(&first, list); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(first.String(), "a < b & c") {
		t.Error("the text is escaped as for HTML")
	}
	read, err := ReadFacts(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteFacts(&second, read); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("written\n%s\nread and written\n%s", first.String(), second.String())
	}
}

func TestArchiveOf(t *testing.T) {
	for _, c := range []struct {
		id, version string
		want        Archive
	}{
		{"debian", "9", Moved}, {"debian", "10", Moved}, {"debian", "10.13", Moved}, {"debian", "11", Served}, {"debian", "13", Served}, {"debian", "", ""},
		{"alpine", "3.4.6", Served}, {"alpine", "", Served},
		{"ubuntu", "12.04", Moved}, {"ubuntu", "14.04", Served}, {"ubuntu", "22.04", Served}, {"ubuntu", "23.04", Moved}, {"ubuntu", "24.10", Moved}, {"ubuntu", "25.10", Moved}, {"ubuntu", "26.04", Served}, {"ubuntu", "", ""},
		{"rhel", "8", ""}, {"", "", ""},
	} {
		if got := ArchiveOf(c.id, c.version); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.id, c.version, got, c.want)
		}
	}
}

func TestAskPrograms(t *testing.T) {
	if got := strings.Join((AskConfig | AskSh | AskCorepack | AskGit).Programs(), " "); got != "sh git corepack" {
		t.Error(got)
	}
	if n := len(AskPrograms.Programs()); n != len(programNames) {
		t.Errorf("%d programs, %d names", n, len(programNames))
	}
	if got := (AskUsers | AskTini | AskConfig).String(); got != "config users tini" {
		t.Error(got)
	}
}
