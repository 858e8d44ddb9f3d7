package rootfs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

func zipped(t testing.TB, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		if _, err := w.Write(p); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func zstandard(t testing.TB, data []byte, o ...zstd.EOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, o...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// skipped is a zstd frame without content.
func skipped(n int) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{0x5a, 0x2a, 0x4d, 0x18}, uint32(n))
	return append(b, make([]byte, n)...)
}

// readOne asks a single layer for a path.
func readOne(t *testing.T, data []byte, path string) (string, error) {
	t.Helper()
	_, layers := pack(data)
	answers, err := rootfs.Read(t.Context(), layers, []rootfs.Question{ask(path)})
	return text(answers[0]), err
}

func TestCompression(t *testing.T) {
	plain := archive(t, items("etc/; etc/passwd="+strings.Repeat("root", 300)+"; last=1"))
	half := len(plain) / 2
	end := archive(t, nil)
	for name, data := range map[string][]byte{
		"plain":                  plain,
		"without the end":        plain[:len(plain)-len(end)],
		"half of the end":        plain[:len(plain)-len(end)+512],
		"garbage after the end":  append(bytes.Clone(plain), "garbage"...),
		"gzip":                   zipped(t, plain),
		"gzip, two members":      zipped(t, plain[:half], plain[half:]),
		"gzip, an empty member":  zipped(t, nil, plain),
		"gzip, garbage at end":   append(zipped(t, plain), "garbage"...),
		"gzip, cut after end":    zipped(t, plain)[:len(zipped(t, plain))-8],
		"zstd":                   zstandard(t, plain),
		"zstd, two frames":       append(zstandard(t, plain[:half]), zstandard(t, plain[half:])...),
		"zstd, a frame to skip":  append(skipped(9), zstandard(t, plain)...),
		"zstd, 8 MiB of window":  zstandard(t, plain, zstd.WithWindowSize(8<<20)),
		"zstd, best compression": zstandard(t, plain, zstd.WithEncoderLevel(zstd.SpeedBestCompression)),
	} {
		for path, want := range map[string]string{"/last": "/last -rw-r--r-- =1", "/none": "-"} {
			if name == "gzip, cut after end" && path == "/none" {
				continue // depends on where the blocks of the compression end
			}
			if got, err := readOne(t, data, path); got != want || err != nil {
				t.Errorf("%s: %s: got %s, %v", name, path, got, err)
			}
		}
	}
	for name, data := range map[string][]byte{"no byte": {}, "the end only": end, "gzip of nothing": zipped(t, nil), "zstd of nothing": zstandard(t, nil, zstd.WithZeroFrames(true))} {
		if got, err := readOne(t, data, "/a"); got != "-" || err != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

// TestCut cuts a layer at every byte. Only between entries is it complete.
func TestCut(t *testing.T) {
	plain := archive(t, items("a=1; etc/; etc/passwd=root"))
	for name, data := range map[string][]byte{"plain": plain, "gzip": zipped(t, plain), "zstd": zstandard(t, plain)} {
		for n := 1; n < len(data); n++ {
			got, err := readOne(t, data[:n], "/none")
			if err == nil {
				if n%512 != 0 && name == "plain" && n < len(plain)-512 {
					t.Errorf("%s, %d bytes: no error", name, n)
				}
				if got != "-" {
					t.Errorf("%s, %d bytes: got %s", name, n, got)
				}
				continue
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) || got != "?" {
				t.Errorf("%s, %d of %d bytes: got %s, %v", name, n, len(data), got, err)
			}
		}
		// Questions answered before the cut stay answered.
		if got, err := readOne(t, plain[:1536], "/a"); got != "/a -rw-r--r-- =1" || err != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

// TestHeaders reads forms of headers that other tools write.
func TestHeaders(t *testing.T) {
	long := strings.Repeat("n", 200)
	for name, write := range map[string]func(*tar.Writer) error{
		"global header": func(w *tar.Writer) error {
			return w.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "a", PAXRecords: map[string]string{"comment": "x"}})
		},
		"attributes": func(w *tar.Writer) error {
			return w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "b", PAXRecords: map[string]string{"SCHILY.xattr.user.x": "y"}})
		},
		"long name":     func(w *tar.Writer) error { return w.WriteHeader(&tar.Header{Name: long, Format: tar.FormatGNU}) },
		"long PAX name": func(w *tar.Writer) error { return w.WriteHeader(&tar.Header{Name: long, Format: tar.FormatPAX}) },
		"base 256": func(w *tar.Writer) error {
			return w.WriteHeader(&tar.Header{Name: "b", Uid: 1 << 40, Format: tar.FormatGNU})
		},
		"fifo":         func(w *tar.Writer) error { return w.WriteHeader(&tar.Header{Name: "b", Typeflag: tar.TypeFifo}) },
		"unknown type": func(w *tar.Writer) error { return w.WriteHeader(&tar.Header{Name: "b", Typeflag: 'Z'}) },
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if err := write(w); err != nil {
			t.Fatal(name, err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(name, err)
		}
		data := append(b.Bytes(), archive(t, items("a=1"))...)
		if got, err := readOne(t, data, "/a"); got != "/a -rw-r--r-- =1" || err != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
		if got, err := readOne(t, data, "/"+long); (got != "-") != strings.HasPrefix(name, "long") || err != nil {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
	}
}

// TestSparse reads a file with a hole, in the form of PAX 1.0.
func TestSparse(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	records := map[string]string{"path": "GNUSparseFile.0/a", "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a", "GNU.sparse.realsize": "6"}
	var pax strings.Builder
	for _, k := range []string{"GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize"} {
		n := len(k) + len(records[k]) + 3 + 2
		fmt.Fprintf(&pax, "%d %s=%s\n", n, k, records[k])
	}
	content := append([]byte("1\n4\n2\n"), make([]byte, 506)...)
	content = append(content, "xy"...)
	// The writer makes no such headers of its own, so it's given the raw form.
	for _, e := range []struct {
		h    *tar.Header
		data []byte
	}{
		{&tar.Header{Typeflag: tar.TypeReg, Name: "pax", Size: int64(pax.Len()), Format: tar.FormatUSTAR}, []byte(pax.String())},
		{&tar.Header{Typeflag: tar.TypeReg, Name: "GNUSparseFile.0", Mode: 0o644, Size: int64(len(content)), Format: tar.FormatUSTAR}, content},
	} {
		if err := w.WriteHeader(e.h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	retype(data[:512], tar.TypeXHeader)
	if got, err := readOne(t, data, "/a"); got != "/a -rw-r--r-- =\x00\x00\x00\x00xy" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// retype changes the type of a header.
func retype(header []byte, flag byte) {
	header[156] = flag
	copy(header[148:156], "        ")
	sum := 0
	for _, c := range header {
		sum += int(c)
	}
	copy(header[148:156], fmt.Sprintf("%06o\x00 ", sum))
}

var errStored = errors.New("no such blob")

// failing is a stream that ends with an error.
type failing struct{ io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = errStored
	}
	return n, err
}

// TestErrors: an error names its layer, in one line, and wraps its cause; what
// was settled before stands.
func TestErrors(t *testing.T) {
	good := archive(t, items("top=1"))
	stream := func(data []byte) rootfs.Layer {
		return rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(failing{bytes.NewReader(data)}), nil
		}}
	}
	large := archive(t, items("etc/; etc/x=1; etc/passwd=root"))
	for _, tt := range []struct {
		name  string
		layer rootfs.Layer
		want  string
		is    error
	}{
		{"open", rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) { return nil, errStored }}, "layer 2 of 3: no such blob", errStored},
		{"no open", rootfs.Layer{}, "layer 2 of 3: can't be opened", nil},
		{"first byte", stream(nil), "layer 2 of 3: no such blob", errStored},
		{"plain", stream(large[:1024]), "layer 2 of 3: no such blob", errStored},
		{"gzip", stream(zipped(t, large)[:60]), "layer 2 of 3: no such blob", errStored},
		{"gzip header", stream(zipped(t, large)[:5]), "layer 2 of 3: gzip: no such blob", errStored},
		{"zstd", stream(zstandard(t, large)[:60]), "layer 2 of 3: no such blob", errStored},
		{"not a tar archive", rawLayer([]byte(strings.Repeat("<html>", 100))), "layer 2 of 3: archive/tar: invalid tar header", tar.ErrHeader},
		{"broken gzip", rawLayer([]byte("\x1f\x8bnot gzip at all")), "layer 2 of 3: gzip: gzip: invalid header", nil},
		{"window", rawLayer(zstandard(t, make([]byte, 1<<20), zstd.WithWindowSize(32<<20))), "layer 2 of 3: beyond a limit: a zstd window of more than 16777216 bytes", rootfs.ErrLimit},
	} {
		layers := []rootfs.Layer{rawLayer(good), tt.layer, rawLayer(good)}
		answers, err := rootfs.Read(t.Context(), layers, []rootfs.Question{ask("/top"), ask("/none")})
		if err == nil || err.Error() != tt.want || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: error %v", tt.name, err)
		}
		if text(answers[0]) != "/top -rw-r--r-- =1" || answers[1].Settled {
			t.Errorf("%s: %s, %s", tt.name, text(answers[0]), text(answers[1]))
		}
	}
}

func rawLayer(data []byte) rootfs.Layer {
	_, layers := pack(data)
	return layers[0]
}

// TestReadAgainFails: an answer without its content is not an answer.
func TestReadAgainFails(t *testing.T) {
	first, second := archive(t, items("a=1; b -> a")), archive(t, items("a=1; b -> a"))
	for name, again := range map[string]func() ([]byte, error){
		"gone":    func() ([]byte, error) { return nil, errStored },
		"shorter": func() ([]byte, error) { return nil, nil },
		"another": func() ([]byte, error) { return archive(t, items("a/")), nil },
		"cut":     func() ([]byte, error) { return second[:512], nil },
	} {
		opened := 0
		layer := rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) {
			data := first
			if opened++; opened > 1 {
				var err error
				if data, err = again(); err != nil {
					return nil, err
				}
			}
			return io.NopCloser(bytes.NewReader(data)), nil
		}}
		answers, err := rootfs.Read(t.Context(), []rootfs.Layer{layer}, []rootfs.Question{ask("/b"), {Paths: []string{"/b"}}})
		if err == nil || !strings.HasPrefix(err.Error(), "layer 1 of 1: ") || opened != 2 {
			t.Errorf("%s: opened %d times, error %v", name, opened, err)
		}
		if text(answers[0]) != "?" || answers[1].Target != "/a" {
			t.Errorf("%s: %s, %s", name, text(answers[0]), text(answers[1]))
		}
	}
}
