package rootfs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

const (
	benchEntries = 50_000
	benchSize    = 1 << 30 / benchEntries
)

// generate writes a layer of 50,000 entries and 1 GiB, a third of which can't be
// compressed, with /etc/passwd in the middle.
func generate(to io.Writer) error {
	z, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := tar.NewWriter(z)
	content := make([]byte, benchSize)
	rnd := rand.NewChaCha8([32]byte{})
	_, _ = rnd.Read(content[:len(content)/3])
	entry := func(name string, size int) error {
		h := &tar.Header{Name: name, Mode: 0o755, Typeflag: tar.TypeReg, Size: int64(size)}
		if size == 0 {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err := w.Write(content[:size])
		return err
	}
	for i := range benchEntries {
		name, size := fmt.Sprintf("usr/share/package-%03d/file-%05d", i/100, i), benchSize
		switch {
		case i == benchEntries/2:
			name, size = "etc/", 0
		case i == benchEntries/2+1:
			name = "etc/passwd"
		case i%100 == 0:
			name, size = fmt.Sprintf("usr/share/package-%03d/", i/100), 0
		}
		if err := entry(name, size); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return z.Close()
}

// BenchmarkStream1GiB reads a layer to its end, for a file that isn't there, and
// until /etc/passwd is found. The layer is generated while it's read, and the
// generator counts into the peak of the heap, some 1.5 MiB. The heap is measured
// every MiB of stored bytes.
func BenchmarkStream1GiB(b *testing.B) {
	for _, tt := range []struct{ name, path string }{{"all", "/none"}, {"passwd", "/etc/passwd"}} {
		b.Run(tt.name, func(b *testing.B) {
			var peak uint64
			var stored int64
			for b.Loop() {
				runtime.GC()
				stored = 0
				layer := rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) {
					r, w := io.Pipe()
					go func() { _ = w.CloseWithError(generate(w)) }()
					return &gauge{ReadCloser: r, read: &stored, peak: &peak}, nil
				}}
				answers, err := rootfs.Read(b.Context(), []rootfs.Layer{layer}, []rootfs.Question{ask(tt.path)})
				if err != nil || !answers[0].Settled || answers[0].Path == "" != (tt.path == "/none") {
					b.Fatal(text(answers[0])[:20], err)
				}
			}
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
			b.ReportMetric(float64(stored)/(1<<20), "stored-MiB")
		})
	}
}

// gauge records how large the heap is.
type gauge struct {
	io.ReadCloser
	read *int64
	peak *uint64
}

func (g *gauge) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	before := *g.read >> 20
	if *g.read += int64(n); *g.read>>20 != before {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*g.peak = max(*g.peak, m.HeapInuse)
	}
	return n, err
}

// BenchmarkRead reads a layer of 5,000 small entries that is in memory.
func BenchmarkRead(b *testing.B) {
	var list []item
	for i := range 5000 {
		if i%50 == 0 {
			list = append(list, item{name: fmt.Sprintf("usr/share/package-%03d/", i/50), flag: tar.TypeDir, mode: 0o755})
		}
		list = append(list, item{name: fmt.Sprintf("usr/share/package-%03d/file-%05d", i/50, i), flag: tar.TypeReg, text: "x"})
	}
	data := archive(b, list)
	_, layers := pack(data)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rootfs.Read(b.Context(), layers, []rootfs.Question{ask("/none")}); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzRead reads any bytes as one layer and as two.
func FuzzRead(f *testing.F) {
	for _, spec := range []string{
		"etc/; etc/passwd=root; bin -> usr/bin; usr/bin/sh=; a => etc/passwd",
		".wh.a=; a/b/.wh..wh..opq=; a/b/c -> ../..",
		"a -> b; b -> a; a/x=1",
	} {
		data := archive(f, items(spec))
		f.Add(data, []byte{})
		f.Add(data, zipped(f, data))
		f.Add(zstandard(f, data), data)
	}
	limits := rootfs.Limits{Entries: 5000, Names: 1 << 20, Steps: 1 << 20, Unpacked: 4 << 20, File: 1 << 16}
	f.Fuzz(func(t *testing.T, lower, upper []byte) {
		for _, blobs := range [][][]byte{{lower}, {lower, upper}} {
			stored, layers := pack(blobs...)
			answers, err := rootfs.ReadWithin(t.Context(), layers, []rootfs.Question{ask("/etc/passwd,/etc/group"), ask("/bin/sh"), ask("/a/b/c"), {Paths: []string{"/"}}}, limits)
			for _, a := range answers {
				if !a.Settled && (a.Path != "" || a.Data != nil) || a.Settled && a.Path != "" && a.Target[0] != '/' {
					t.Errorf("%+v", a)
				}
			}
			if err != nil && (bytes.ContainsRune([]byte(err.Error()), '\n') || len(answers) != 4) {
				t.Errorf("%d answers, error %q", len(answers), err)
			}
			for _, b := range stored {
				if b.opened != b.closed || b.opened > 2 {
					t.Errorf("opened %d times, closed %d times", b.opened, b.closed)
				}
			}
		}
	})
}
