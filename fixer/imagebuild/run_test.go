package imagebuild_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
)

const src = "FROM node:20\n# why\nRUN a\nCMD b\n"

// inserts makes a transform that puts a line in front of the last instruction.
func inserts(id, line string, s fixer.Safety) *fixer.Transform {
	return &fixer.Transform{Kind: dockerfile.Kind, ID: id, Safety: s, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		last := p.File.Instructions[len(p.File.Instructions)-1]
		for _, in := range p.File.Instructions {
			if in.Logical == line {
				return nil
			}
		}
		e, err := p.File.InsertBefore(last, line)
		if err != nil {
			return err
		}
		p.Change(last.Span, fixer.Finding{Problem: "inserts " + line}, fixer.Decision{}, e)
		return nil
	})}
}

func run(t *testing.T, text string, o fixer.Options, ts ...*fixer.Transform) imagebuild.Result {
	t.Helper()
	r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(text)}, ts, baseimage.Static{}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSteps(t *testing.T) {
	r := run(t, src, fixer.Options{}, inserts("one", "USER x", fixer.Safe), inserts("two", "EXPOSE 1", fixer.Safe))
	if want := "FROM node:20\n# why\nRUN a\nUSER x\nEXPOSE 1\nCMD b\n"; string(r.After) != want {
		t.Errorf("got\n%swant\n%s", r.After, want)
	}
	if len(r.Steps) != 2 || r.Steps[0].ID != "one" || string(r.Steps[0].Text) != "FROM node:20\n# why\nRUN a\nUSER x\nCMD b\n" || string(r.Steps[1].Text) != string(r.After) {
		t.Errorf("steps %q", r.Steps)
	}
	// Both findings speak of the line that came in, not of the one that the
	// first step moved.
	for _, f := range r.Findings {
		if f.Line != 4 || f.Col != 1 || f.Status != fixer.Fixed || f.Safety != fixer.Safe {
			t.Errorf("finding %+v", f)
		}
	}
}

func TestThreshold(t *testing.T) {
	unsafe := inserts("one", "USER x", fixer.Unsafe)
	r := run(t, src, fixer.Options{}, unsafe)
	if string(r.After) != src || len(r.Findings) != 1 || r.Findings[0].Status == fixer.Fixed || r.Findings[0].Safety != fixer.Unsafe {
		t.Errorf("below the threshold: %+v", r)
	}
	r = run(t, src, fixer.Options{Threshold: fixer.Unsafe}, unsafe)
	if string(r.After) == src || r.Findings[0].Status != fixer.Fixed {
		t.Errorf("at the threshold: %+v", r)
	}
}

// TestRollback: whatever a transform does wrong, its change is taken back, it
// is named, and the others go on.
func TestRollback(t *testing.T) {
	good := inserts("good", "USER x", fixer.Safe)
	edit := func(f func(p *imagebuild.Pass) []document.Edit) func(*imagebuild.Pass) error {
		return func(p *imagebuild.Pass) error {
			p.Change(p.File.Instructions[0].Span, fixer.Finding{Problem: "bad"}, fixer.Decision{}, f(p)...)
			return nil
		}
	}
	for name, bad := range map[string]func(*imagebuild.Pass) error{
		"error":  func(*imagebuild.Pass) error { return errors.New("broken") },
		"panics": func(*imagebuild.Pass) error { panic("broken") },
		"no instruction": edit(func(p *imagebuild.Pass) []document.Edit {
			e, _ := p.File.InsertBefore(p.File.Instructions[1], "NOSUCH x")
			return []document.Edit{e}
		}),
		"does not parse": edit(func(p *imagebuild.Pass) []document.Edit {
			e, _ := p.File.Instructions[0].Replace(p.File.Instructions[0].Args[0], "a b c d")
			return []document.Edit{e}
		}),
		"becomes a continuation": edit(func(p *imagebuild.Pass) []document.Edit {
			e, _ := p.File.Instructions[1].Replace(p.File.Instructions[1].Args[0], `a \`)
			return []document.Edit{e}
		}),
		"edits overlap": edit(func(p *imagebuild.Pass) []document.Edit {
			in := p.File.Instructions[1]
			e, _ := in.Replace(in.Args[0], "x")
			return []document.Edit{e, e}
		}),
		"changes nothing": edit(func(p *imagebuild.Pass) []document.Edit {
			in := p.File.Instructions[1]
			e, _ := in.Replace(in.Args[0], "a")
			return []document.Edit{e}
		}),
		"edit of no file": edit(func(*imagebuild.Pass) []document.Edit { return []document.Edit{{}} }),
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, src, fixer.Options{}, &fixer.Transform{Kind: dockerfile.Kind, ID: "bad", Safety: fixer.Safe, Run: imagebuild.On(bad)}, good)
			if want := strings.Replace(src, "CMD", "USER x\nCMD", 1); string(r.After) != want {
				t.Errorf("got\n%s", r.After)
			}
			if len(r.Findings) != 2 || r.Findings[0].Status != fixer.Failed || r.Findings[0].ID != "bad" {
				t.Errorf("findings %+v", r.Findings)
			}
		})
	}
}

// TestTooLarge: a change that the file has no room for is left out.
func TestTooLarge(t *testing.T) {
	text := src + strings.Repeat("#\n", (dockerfile.MaxSize-len(src))/2)
	r := run(t, text, fixer.Options{}, inserts("one", "USER x", fixer.Safe))
	if string(r.After) != text || len(r.Findings) != 1 || r.Findings[0].Status != fixer.Refused || !strings.Contains(r.Findings[0].Sentence(), "more than 1048576 bytes") {
		t.Errorf("%+v", r.Findings)
	}
}

func TestBadInput(t *testing.T) {
	for text, want := range map[string]string{
		"":               "no instructions",
		"FROM a\nNOPE b": "Dockerfile:2:1: unknown instruction",
	} {
		_, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(text)}, nil, baseimage.Static{}, fixer.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src), Options: stage.Options{Target: "nosuch"}}, nil, baseimage.Static{}, fixer.Options{})
	if err == nil || !strings.Contains(err.Error(), `no stage is named "nosuch"`) {
		t.Errorf("target: %v", err)
	}
}

// TestNoInspector: without an inspector there is an error, and no findings of broken
// transforms.
func TestNoInspector(t *testing.T) {
	asks := &fixer.Transform{Kind: dockerfile.Kind, ID: "asks", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		_, err := p.Base(p.Graph.Nodes[0], baseimage.AskConfig)
		return err
	})}
	r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src)}, []*fixer.Transform{asks}, nil, fixer.Options{})
	if err == nil || !strings.Contains(err.Error(), "takes an Inspector") || r.Findings != nil {
		t.Errorf("error %v, findings %+v", err, r.Findings)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := imagebuild.Run(ctx, imagebuild.Source{Name: "Dockerfile", Src: []byte(src)}, []*fixer.Transform{inserts("one", "USER x", fixer.Safe)}, baseimage.Static{}, fixer.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestAssumed: that facts are an assumption is said once for each image.
func TestAssumed(t *testing.T) {
	images := baseimage.NewStatic(&baseimage.Facts{Image: "a", Assumed: "no network"}, &baseimage.Facts{Image: "b"})
	asks := &fixer.Transform{Kind: dockerfile.Kind, ID: "asks", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Nodes {
			if _, err := p.Base(n, baseimage.AskConfig); err != nil {
				return err
			}
		}
		return nil
	})}
	text := "FROM b AS one\nFROM a AS two\nFROM a\nFROM scratch\n"
	r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(text)}, []*fixer.Transform{asks, asks}, images, fixer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].Line != 2 || r.Findings[0].Col != 6 || !strings.Contains(r.Findings[0].Sentence(), "a is assumed") || !strings.HasSuffix(r.Findings[0].Sentence(), "no network") {
		t.Errorf("%+v", r.Findings)
	}
}

func TestForeignSyntax(t *testing.T) {
	for syntax, foreign := range map[string]bool{
		"docker/dockerfile": false, "docker/dockerfile:1.7-labs": false, "docker.io/docker/dockerfile:1": false,
		"docker/dockerfile-upstream:master": false, "docker/dockerfile@sha256:0123": false,
		"example.com/docker/dockerfile": true, "localhost:5000/docker/dockerfile": true, "other": true,
	} {
		text := "# syntax=" + syntax + "\n" + src
		r := run(t, text, fixer.Options{}, inserts("one", "USER x", fixer.Safe))
		if (string(r.After) == text) != foreign {
			t.Errorf("%s: %+v", syntax, r.Findings)
		}
	}
}

// noting is an Inspector that notes what it is asked.
type noting struct {
	baseimage.Static
	asked []string
}

func (n *noting) Inspect(ctx context.Context, q baseimage.Query) (*baseimage.Facts, error) {
	n.asked = append(n.asked, q.Image+" "+q.Ask.String())
	return n.Static.Inspect(ctx, q)
}

// TestImage: an image that is the base of no stage is asked for like one that is,
// each question once; that a tag does not exist stays an error of its own.
func TestImage(t *testing.T) {
	in := &noting{Static: baseimage.NewStatic(
		&baseimage.Facts{Image: "node:20", Digest: "sha256:1", Config: &baseimage.Config{User: "x"}}, &baseimage.Facts{Image: "node:21", Absent: "no such tag"},
	)}
	asks := &fixer.Transform{Kind: dockerfile.Kind, ID: "asks", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		f, err := p.Base(p.Graph.Nodes[0], baseimage.AskConfig)
		if err != nil || f.Config.User != "x" || f.Digest != "" {
			t.Errorf("%+v, %v", f, err)
		}
		for range 2 {
			if f, err = p.Image("node:20", stage.DefaultPlatform, baseimage.AskDigest); err != nil || f.Digest != "sha256:1" {
				t.Errorf("%+v, %v", f, err)
			}
			if _, err := p.Image("node:21", stage.DefaultPlatform, baseimage.AskDigest); !errors.Is(err, baseimage.ErrNotFound) {
				t.Errorf("error %v", err)
			}
		}
		return nil
	})}
	if _, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src)}, []*fixer.Transform{asks}, in, fixer.Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "node:20 config, node:20 config digest, node:21 digest"; strings.Join(in.asked, ", ") != want {
		t.Errorf("asked %q, want %s", in.asked, want)
	}
}

// TestEnds: a finding ends where its place does, in the text that came in.
func TestEnds(t *testing.T) {
	notes := &fixer.Transform{Kind: dockerfile.Kind, ID: "notes", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions {
			p.Leave(in.Span, in.Name(), "")
		}
		return nil
	})}
	r := run(t, "FROM a\nRUN b \\\n  c\nCMD d\n", fixer.Options{}, inserts("one", "USER x", fixer.Safe), notes)
	var got []string
	for _, f := range r.Findings {
		if f.ID == "notes" {
			got = append(got, fmt.Sprintf("%s %d:%d-%d:%d", f.Problem, f.Line, f.Col, f.EndLine, f.EndCol))
		}
	}
	if want := "FROM 1:1-1:7, RUN 2:1-3:4, CMD 4:1-4:6"; strings.Join(got, ", ") != want {
		t.Errorf("%s, want %s", strings.Join(got, ", "), want)
	}
}
