package rootfs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

func TestLimits(t *testing.T) {
	deep := strings.Repeat("d/", 600)
	for _, tt := range []struct {
		name   string
		limits rootfs.Limits
		layers []string
		want   string
	}{
		{"entries", rootfs.Limits{Entries: 2}, []string{"a=;b=", "c="}, "layer 1 of 2: beyond a limit: more than 2 entries"},
		{"entries that are implied", rootfs.Limits{Entries: 3}, []string{"a/b/c/d="}, "layer 1 of 1: beyond a limit: more than 3 entries"},
		{"ignored entries", rootfs.Limits{Entries: 1}, []string{".wh..wh.a=;.wh..wh.b="}, "layer 1 of 1: beyond a limit: more than 1 entries"},
		{"names", rootfs.Limits{Names: 8}, []string{"abc=", "abcde=;f="}, "layer 1 of 2: beyond a limit: more than 8 bytes of names"},
		{"links", rootfs.Limits{Names: 8}, []string{"abc -> defghi"}, "layer 1 of 1: beyond a limit: more than 8 bytes of names"},
		{"unpacked", rootfs.Limits{Unpacked: 4000}, []string{"a=1;b=2;c=3"}, "layer 1 of 1: beyond a limit: more than 4000 stored bytes"},
		{"steps", rootfs.Limits{Steps: 1000}, []string{deep + "a=;" + "x=;" + deep + "b="}, "layer 1 of 1: beyond a limit: more than 1000 steps along paths"},
		{"steps for doubts", rootfs.Limits{Steps: 900}, []string{"x=", strings.Repeat("a/", 100) + "b="}, "layer 1 of 2: beyond a limit: more than 900 steps along paths"},
		{"steps along a hard link", rootfs.Limits{Steps: 700}, []string{deep[:400] + "; none => " + deep[:400] + "a; " + deep[:400] + "a="}, "layer 1 of 1: beyond a limit: more than 700 steps along paths"},
		{"long name", rootfs.Limits{}, []string{strings.Repeat("a/", 2048) + "a="}, "layer 1 of 1: beyond a limit: a name of 4097 bytes"},
		{"long link", rootfs.Limits{}, []string{"a -> " + strings.Repeat("a", 4097)}, "layer 1 of 1: beyond a limit: a link of 4097 bytes"},
	} {
		_, layers := image(t, tt.layers...)
		answers, err := rootfs.ReadWithin(t.Context(), layers, []rootfs.Question{ask("/none")}, tt.limits)
		if err == nil || err.Error() != tt.want || !errors.Is(err, rootfs.ErrLimit) || answers[0].Settled {
			t.Errorf("%s: %s, %v", tt.name, text(answers[0]), err)
		}
	}
	// At the limits, all is well.
	_, layers := image(t, "abc/; abc/d=1", "e -> f")
	answers, err := rootfs.ReadWithin(t.Context(), layers, []rootfs.Question{ask("/none")}, rootfs.Limits{Entries: 3, Names: 6, Unpacked: 2048 + 512 + 2*512 + 512})
	if text(answers[0]) != "-" || err != nil {
		t.Errorf("%s, %v", text(answers[0]), err)
	}
}

func TestMaxLayers(t *testing.T) {
	_, layers := image(t, many(rootfs.MaxLayers+1, "a=1")...)
	answers, err := rootfs.Read(t.Context(), layers, []rootfs.Question{ask("/a")})
	if !errors.Is(err, rootfs.ErrLimit) || len(answers) != 1 || answers[0].Settled {
		t.Errorf("%v, %v", answers, err)
	}
	answers, err = rootfs.Read(t.Context(), layers[1:], []rootfs.Question{ask("/b")})
	if err != nil || text(answers[0]) != "-" {
		t.Errorf("%v, %v", answers, err)
	}
}

// TestMaxFile: content that is too large is refused by its header, and the other
// questions are answered.
func TestMaxFile(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "passwd", Typeflag: tar.TypeReg, Mode: 0o644, Size: 10 << 30}); err != nil {
		t.Fatal(err)
	}
	_, layers := pack(archive(t, items("a=1")), b.Bytes())
	// The second question is answered from the header alone.
	answers, err := rootfs.Read(t.Context(), layers, []rootfs.Question{ask("/passwd"), {Paths: []string{"/passwd"}}})
	want := `layer 2 of 2: beyond a limit: more than 1048576 bytes of content in "/passwd"`
	if err == nil || err.Error() != want || !errors.Is(err, rootfs.ErrLimit) {
		t.Errorf("error %v", err)
	}
	if answers[0].Settled || !answers[1].Settled || answers[1].Path != "/passwd" {
		t.Errorf("%+v", answers)
	}

	_, layers = image(t, "x=1", "f=12345; g=1234; l -> f")
	answers, err = rootfs.ReadWithin(t.Context(), layers, []rootfs.Question{ask("/l"), ask("/g"), ask("/x")}, rootfs.Limits{File: 4})
	if !errors.Is(err, rootfs.ErrLimit) || text(answers[0]) != "?" || text(answers[1]) != "/g -rw-r--r-- =1234" || text(answers[2]) != "/x -rw-r--r-- =1" {
		t.Errorf("%v, %v", answers, err)
	}
}

// TestKept: content that is not kept is read again.
func TestKept(t *testing.T) {
	blobs, layers := image(t, "a=1; b=2; c=3")
	questions := []rootfs.Question{ask("/x,/a"), ask("/x,/b"), ask("/x,/c")}
	answers, err := rootfs.ReadWithin(t.Context(), layers, questions, rootfs.Limits{Kept: 2})
	for i, a := range answers {
		if want := fmt.Sprintf("/%c -rw-r--r-- =%d", 'a'+i, i+1); text(a) != want {
			t.Errorf("got %s, want %s", text(a), want)
		}
	}
	if err != nil || blobs[0].opened != 2 {
		t.Errorf("opened %d times, error %v", blobs[0].opened, err)
	}
}

// endless repeats bytes.
type endless struct {
	data []byte
	pos  int
	read int64
	each func(int64)
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.data[e.pos:])
	e.pos = (e.pos + n) % len(e.data)
	e.read += int64(n)
	if e.each != nil {
		e.each(e.read)
	}
	return n, nil
}

func (*endless) Close() error { return nil }

// TestEndless: an endless stream is ended, whether it unpacks to anything or not.
func TestEndless(t *testing.T) {
	plain := archive(t, items("a="+strings.Repeat("x", 1<<16)))
	plain = plain[:len(plain)-1024]
	for _, tt := range []struct {
		name string
		data []byte
		what string
	}{
		{"plain", plain, "stored"},
		{"gzip", zipped(t, plain), "unpacked"},
		{"gzip of nothing", zipped(t, nil), "stored"},
		{"zstd", zstandard(t, plain), "unpacked"},
		{"zstd of nothing", skipped(1000), "stored"},
		{"headers for nothing", zipped(t, paxHeaders(t)), "unpacked"},
	} {
		layers := []rootfs.Layer{{Open: func(context.Context) (io.ReadCloser, error) { return &endless{data: tt.data}, nil }}}
		_, err := rootfs.ReadWithin(t.Context(), layers, []rootfs.Question{ask("/none")}, rootfs.Limits{Unpacked: 10 << 20})
		if want := "layer 1 of 1: beyond a limit: more than 10485760 " + tt.what + " bytes"; !errors.Is(err, rootfs.ErrLimit) || err.Error() != want {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

// paxHeaders is an extended header that no entry follows.
func paxHeaders(t *testing.T) []byte {
	t.Helper()
	record := "13 comment=x\n"
	data := archive(t, []item{{name: "pax", flag: tar.TypeReg, text: record}})[:1024]
	retype(data[:512], tar.TypeXHeader)
	return data
}

// TestCancel ends while it reads an endless stream.
func TestCancel(t *testing.T) {
	cause := errors.New("enough")
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Name: "a", Typeflag: tar.TypeReg, Size: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	plain := append(b.Bytes(), make([]byte, 4<<20)...)
	for name, data := range map[string][]byte{"plain": plain, "gzip": zipped(t, plain), "zstd": zstandard(t, plain)} {
		ctx, cancel := context.WithCancelCause(t.Context())
		e := &endless{data: data, each: func(n int64) {
			if n > 0 {
				cancel(cause)
			}
		}}
		layers := []rootfs.Layer{{Open: func(context.Context) (io.ReadCloser, error) { return e, nil }}}
		_, err := rootfs.Read(ctx, layers, []rootfs.Question{ask("/none")})
		if !errors.Is(err, cause) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	blobs, layers := image(t, "a=1")
	if _, err := rootfs.Read(ctx, layers, []rootfs.Question{ask("/a")}); !errors.Is(err, context.Canceled) || blobs[0].opened != 0 {
		t.Errorf("opened %d times, error %v", blobs[0].opened, err)
	}
}
