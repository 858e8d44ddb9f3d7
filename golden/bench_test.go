package golden

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms"
)

// typical is the Dockerfile that the benchmarks work on.
const typical = "all/legacy-express"

func typicalSource(b *testing.B) (imagebuild.Source, baseimage.Inspector) {
	b.Helper()
	src, err := os.ReadFile(filepath.Join(typical, "Dockerfile"))
	if err != nil {
		b.Fatal(err)
	}
	text, err := os.ReadFile("images.json")
	if err != nil {
		b.Fatal(err)
	}
	list, err := baseimage.ReadFacts(bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	return imagebuild.Source{Name: "Dockerfile", Src: src, Context: buildContext(b, typical, false, false)}, baseimage.NewStatic(list...)
}

// BenchmarkBuildKitParse is the floor: BuildKit's parser alone, once.
func BenchmarkBuildKitParse(b *testing.B) {
	src, _ := typicalSource(b)
	for b.Loop() {
		if _, err := parser.Parse(bytes.NewReader(src.Src)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse is the lossless document.
func BenchmarkParse(b *testing.B) {
	src, _ := typicalSource(b)
	for b.Loop() {
		if _, err := dockerfile.Parse("Dockerfile", src.Src); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAll is the whole list on one file whose base is known.
func BenchmarkAll(b *testing.B) {
	src, images := typicalSource(b)
	for b.Loop() {
		if _, err := imagebuild.Run(b.Context(), src, transforms.All(), images, fixer.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAll1000 is the whole list on 1,000 files, one after the other: all
// golden inputs, repeatedly.
func BenchmarkAll1000(b *testing.B) {
	_, images := typicalSource(b)
	dirs, err := Cases(".", "Dockerfile")
	if err != nil {
		b.Fatal(err)
	}
	var sources []imagebuild.Source
	for i := range 1000 {
		dir := dirs[i%len(dirs)]
		name := filepath.Join(dir, "Dockerfile")
		src, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		sources = append(sources, imagebuild.Source{Name: name, Src: src, Context: buildContext(b, dir, false, false)})
	}
	for b.Loop() {
		for _, src := range sources {
			if _, err := imagebuild.Run(b.Context(), src, transforms.All(), images, fixer.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
