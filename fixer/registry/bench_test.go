package registry_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	containers "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/registry"
	"github.com/dockmend/dockmend/fixer/registry/transport"
	"github.com/dockmend/dockmend/transforms"
)

// shop is a registry over HTTP for the benchmarks, which count what is asked.
type shop struct {
	host string
	in   func(dir string, o registry.Options) *registry.Inspector
}

func newShop(b *testing.B) *shop {
	server := httptest.NewServer(containers.New(containers.Logger(log.New(io.Discard, "", 0))))
	b.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	return &shop{host, func(dir string, o registry.Options) *registry.Inspector {
		o.Allow, o.Cache = []transport.Host{transport.Host(host)}, dir
		return inspector(b, o)
	}}
}

// push stores an image, in an index with one for another platform.
func (s *shop) push(b *testing.B, image string, img v1.Image) {
	ref, err := name.ParseReference(s.host + "/" + image)
	if err != nil {
		b.Fatal(err)
	}
	other := recipe{arch: "arm64"}
	err = remote.WriteIndex(ref, mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: other.build(b), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}}))
	if err != nil {
		b.Fatal(err)
	}
}

// bulk makes the archive of a distribution of the given size, of files that
// can't be packed, with the account files in the middle.
func bulk(b *testing.B, size int) []byte {
	b.Helper()
	const files = 400
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	r := rand.New(rand.NewPCG(1, 2))
	write := func(name string, text []byte) {
		if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			b.Fatal(err)
		}
	}
	data := make([]byte, size/files)
	for i := range files {
		if i == files/2 {
			if err := w.WriteHeader(&tar.Header{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o755}); err != nil {
				b.Fatal(err)
			}
			write("etc/group", []byte(debianGroup))
			write("etc/passwd", []byte(debianPasswd))
		}
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		write(fmt.Sprintf("file%d", i), data)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// report adds what one question cost to the figures of the benchmark.
func report(b *testing.B, c transport.Cost) {
	b.ReportMetric(float64(c.Requests), "requests/op")
	b.ReportMetric(float64(c.Layers), "layers/op")
	b.ReportMetric(float64(c.Bytes)/1024, "KiB/op")
}

// asking counts what a question costs.
func asking(b *testing.B, in *registry.Inspector, image string, what baseimage.Ask) (f *baseimage.Facts, c transport.Cost) {
	b.Helper()
	var m transport.Meter
	f, err := in.Inspect(transport.WithMeter(context.Background(), &m), baseimage.Query{Image: image, Ask: what})
	if err != nil {
		b.Fatal(err)
	}
	if f.Assumed != "" || f.Unread != "" {
		b.Fatalf("%+v", f)
	}
	return f, m.Cost()
}

// BenchmarkHistory: the cost of USER node in an image of the official
// form, from its configuration and history.
func BenchmarkHistory(b *testing.B) {
	s := newShop(b)
	s.push(b, "node:20", nodeDebian.build(b))
	var c transport.Cost
	for b.Loop() {
		_, c = asking(b, s.in("", registry.Options{}), s.host+"/node:20", baseimage.AskConfig|baseimage.AskDistro|baseimage.AskUsers|baseimage.AskSh|baseimage.AskChown)
	}
	report(b, c)
}

// BenchmarkLayers: all accounts of an image, which lie in the middle of a layer
// of 64 MiB: of its only one, and of the upper one of two.
func BenchmarkLayers(b *testing.B) {
	for _, layers := range []int{1, 2} {
		b.Run(fmt.Sprint(layers), func(b *testing.B) {
			s := newShop(b)
			img := v1.Image(empty.Image)
			var total int64
			for range layers {
				layer := packed(b, bulk(b, 64<<20), types.DockerLayer)
				size, err := layer.Size()
				if err != nil {
					b.Fatal(err)
				}
				total += size
				if img, err = mutate.Append(img, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: bookworm}}); err != nil {
					b.Fatal(err)
				}
			}
			s.push(b, "app:1", configured(b, img, v1.Config{}))
			var c transport.Cost
			for b.Loop() {
				_, c = asking(b, s.in("", registry.Options{}), s.host+"/app:1", baseimage.AskAccounts)
			}
			report(b, c)
			b.ReportMetric(100*float64(c.Bytes)/float64(total), "%-of-image")
		})
	}
}

// BenchmarkAgain: the same image in another run, before and after its tag expires.
func BenchmarkAgain(b *testing.B) {
	for _, c := range []struct {
		name string
		o    registry.Options
	}{{"fresh", registry.Options{}}, {"old", registry.Options{Refresh: true}}} {
		b.Run(c.name, func(b *testing.B) {
			s := newShop(b)
			s.push(b, "node:20", nodeDebian.build(b))
			dir := b.TempDir()
			asking(b, s.in(dir, registry.Options{}), s.host+"/node:20", baseimage.AskUsers)
			var cost transport.Cost
			for b.Loop() {
				_, cost = asking(b, s.in(dir, c.o), s.host+"/node:20", baseimage.AskUsers)
			}
			report(b, cost)
		})
	}
}

// BenchmarkManyFiles repairs 100 and 500 Dockerfiles over 12 bases.
func BenchmarkManyFiles(b *testing.B) {
	for _, files := range []int{100, 500} {
		b.Run(fmt.Sprint(files), func(b *testing.B) {
			s := newShop(b)
			for i := range 12 {
				base := nodeDebian
				base.config.Labels = map[string]string{"number": fmt.Sprint(i)}
				s.push(b, fmt.Sprintf("node:%d", i), base.build(b))
			}
			var m transport.Meter
			for b.Loop() {
				m = transport.Meter{}
				in := s.in("", registry.Options{})
				for i := range files {
					src := fmt.Sprintf("FROM %s/node:%d\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD [\"node\", \"server.js\"]\n", s.host, i%12)
					r, err := imagebuild.Run(transport.WithMeter(context.Background(), &m), imagebuild.Source{Name: "Dockerfile", Src: []byte(src)}, transforms.All(), in, fixer.Options{})
					if err != nil {
						b.Fatal(err)
					}
					if bytes.Equal(r.Before, r.After) {
						b.Fatalf("nothing was repaired: %+v", r.Findings)
					}
				}
			}
			report(b, m.Cost())
		})
	}
}
