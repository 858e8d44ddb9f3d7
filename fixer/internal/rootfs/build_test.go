package rootfs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/internal/rootfs"
)

// item is an entry of a layer.
type item struct {
	name string
	flag byte
	mode int64
	text string // content, or target
	// capable: with capabilities of its own.
	capable bool
}

// items parses a layer's entries, which are separated by semicolons: "etc/" is a
// directory, "etc/passwd=root" a file, "bin -> usr/bin" a symbolic link, "a => b"
// a hard link, "null %" a device; " 0755" at the end is a mode, and
// " capable" after it gives the file capabilities.
func items(spec string) []item {
	var list []item
	for s := range strings.SplitSeq(spec, ";") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, parseItem(s))
		}
	}
	return list
}

func parseItem(s string) item {
	i := item{flag: tar.TypeReg, mode: 0o644}
	s, i.capable = strings.CutSuffix(s, " capable")
	if name, mode, ok := strings.Cut(s, " 0"); ok {
		i.mode, _ = strconv.ParseInt(mode, 8, 64)
		s = name
	}
	if name, ok := strings.CutSuffix(s, " %"); ok {
		i.name, i.flag = name, tar.TypeChar
	} else if name, target, ok := strings.Cut(s, " -> "); ok {
		i.name, i.text, i.flag, i.mode = name, target, tar.TypeSymlink, 0o777
	} else if name, target, ok := strings.Cut(s, " => "); ok {
		i.name, i.text, i.flag = name, target, tar.TypeLink
	} else if name, content, ok := strings.Cut(s, "="); ok {
		i.name, i.text = name, content
	} else {
		i.name = s
		if strings.HasSuffix(s, "/") {
			i.flag = tar.TypeDir
			if i.mode == 0o644 {
				i.mode = 0o755
			}
		}
	}
	return i
}

func (i item) header() *tar.Header {
	h := &tar.Header{Name: i.name, Typeflag: i.flag, Mode: i.mode}
	switch i.flag {
	case tar.TypeSymlink, tar.TypeLink:
		h.Linkname = i.text
	case tar.TypeReg:
		h.Size = int64(len(i.text))
	}
	if i.capable {
		h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00"}
	}
	return h
}

// archive packs entries.
func archive(t testing.TB, list []item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range list {
		if err := w.WriteHeader(i.header()); err != nil {
			t.Fatal(err)
		}
		if i.flag == tar.TypeReg {
			if _, err := io.WriteString(w, i.text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// blob is a layer that counts the calls.
type blob struct {
	data                []byte
	opened, closed, got int
}

func (b *blob) layer() rootfs.Layer {
	return rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) {
		b.opened++
		return &body{b, bytes.NewReader(b.data)}, nil
	}}
}

type body struct {
	b *blob
	r io.Reader
}

func (o *body) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	o.b.got += n
	return n, err
}

func (o *body) Close() error {
	o.b.closed++
	return nil
}

// pack returns layers of bytes.
func pack(data ...[]byte) ([]*blob, []rootfs.Layer) {
	var blobs []*blob
	var layers []rootfs.Layer
	for _, d := range data {
		b := &blob{data: d}
		blobs, layers = append(blobs, b), append(layers, b.layer())
	}
	return blobs, layers
}

// image returns layers of specs, oldest first.
func image(t testing.TB, specs ...string) ([]*blob, []rootfs.Layer) {
	t.Helper()
	var data [][]byte
	for _, s := range specs {
		data = append(data, archive(t, items(s)))
	}
	return pack(data...)
}

// ask returns a question for the content of the first of some paths, separated by
// commas.
func ask(paths string) rootfs.Question {
	return rootfs.Question{Paths: strings.Split(paths, ","), Content: true}
}

// text returns an answer in one line: "?" if it isn't settled, "-" if nothing exists.
func text(a rootfs.Answer) string {
	capable := ""
	if a.Capable {
		capable = " capable"
	}
	switch {
	case !a.Settled:
		return "?"
	case a.Path == "":
		return "-"
	case a.Mode.IsRegular():
		return fmt.Sprintf("%s %s =%s%s", a.Target, a.Mode, a.Data, capable)
	}
	return fmt.Sprintf("%s %s", a.Target, a.Mode)
}
