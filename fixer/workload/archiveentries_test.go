package workload

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
)

// archive returns a tar of empty files: each name with its mode and owner.
func archive(t *testing.T, entries ...tar.Header) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range entries {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// compress returns what a compressor makes of a text.
func compress(t *testing.T, open func(io.Writer) io.WriteCloser, text []byte) []byte {
	var out bytes.Buffer
	w := open(&out)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPrivateEntries(t *testing.T) {
	private := archive(t,
		tar.Header{Name: "./d/", Typeflag: tar.TypeDir, Mode: 0o755},
		tar.Header{Name: "./d/key", Typeflag: tar.TypeReg, Mode: 0o600},
		tar.Header{Name: "./d/key2", Typeflag: tar.TypeReg, Mode: 0o600},
		tar.Header{Name: "./d/tool", Typeflag: tar.TypeReg, Mode: 0o744, Uid: 7, Gid: 8},
		tar.Header{Name: "./d/link", Typeflag: tar.TypeSymlink, Linkname: "key", Mode: 0o700},
	)
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	h := &zip.FileHeader{Name: "secret"}
	h.SetMode(0o600)
	if _, err := z.CreateHeader(h); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var many []tar.Header
	for i := range maxArchiveEntries + 1 {
		many = append(many, tar.Header{Name: fmt.Sprint(i), Typeflag: tar.TypeReg, Mode: 0o644})
	}
	const found = "[{d/key -rw------- 0 0} {d/tool -rwxr--r-- 7 8}] <nil>"
	f := Open(fstest.MapFS{
		"a.tar":     {Data: private},
		"a.tar.gz":  {Data: compress(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, private)},
		"a.tar.zst": {Data: compress(t, func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }, private)},
		"a.tar.xz":  {Data: []byte("\xfd7zXZ\x00")},
		"open.tar":  {Data: archive(t, tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o644})},
		"text.gz":   {Data: compress(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, []byte(strings.Repeat("hello ", 1000)))},
		"cut.tar":   {Data: private[:1200]},
		"lfs.tar":   {Data: []byte("version https://git-lfs.github.com/spec/v1\n")},
		"empty.tar": {},
		"many.tar":  {Data: archive(t, many...)},
		"a.zip":     {Data: zipped.Bytes()},
	})
	for name, want := range map[string]string{
		"a.tar": found, "a.tar.gz": found, "a.tar.zst": found,
		"a.tar.xz": "[] its compression is not read", "open.tar": "[] <nil>", "text.gz": "[] <nil>", "empty.tar": "[] <nil>",
		"cut.tar": "[{d/key -rw------- 0 0}] unexpected EOF", "lfs.tar": "[] it is a pointer of Git LFS", "many.tar": "[] it is too large to be looked through",
		"a.zip": "[{secret -rw------- 0 0}] <nil>", "none.tar": "[] file does not exist",
	} {
		list, err := f.PrivateEntries(name)
		if got := fmt.Sprint(list, err); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestUsableBy(t *testing.T) {
	for _, c := range []struct {
		entry    ArchiveEntry
		uid, gid int
		want     bool
	}{
		{ArchiveEntry{Mode: 0o600, UID: 1000}, 1000, 1000, true},
		{ArchiveEntry{Mode: 0o600, UID: 0, GID: 1000}, 1000, 1000, false},
		{ArchiveEntry{Mode: 0o640, GID: 1000}, 1000, 1000, true},
		{ArchiveEntry{Mode: 0o740, GID: 1000}, 1000, 1000, false},
		{ArchiveEntry{Mode: 0o750, GID: 1000}, 1000, 1000, true},
		{ArchiveEntry{Mode: 0o000, UID: 1000}, 1000, 1000, false},
		{ArchiveEntry{Mode: 0o600}, -1, -1, false},
	} {
		if got := c.entry.UsableBy(c.uid, c.gid); got != c.want {
			t.Errorf("%v by %d:%d: %v", c.entry, c.uid, c.gid, got)
		}
	}
}
