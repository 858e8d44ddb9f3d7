package imagebuild_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// perBuild makes a transform that changes the CMD of each target stage into what
// word makes of its pass; "" leaves it, with a note.
func perBuild(word func(p *imagebuild.Pass) string) *fixer.Transform {
	return &fixer.Transform{Kind: dockerfile.Kind, ID: "cmd", Safety: fixer.Safe, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Targets() {
			c := n.Eval(nil).Final.Cmd
			if c == nil {
				continue
			}
			text := word(p)
			switch text {
			case "":
				p.Leave(c.In.Span, "can't tell", "")
				continue
			case strings.TrimSpace(c.In.Body()):
				continue
			}
			e, err := c.In.ReplaceBody(text)
			if err != nil {
				return err
			}
			p.Change(c.In.Span, fixer.Finding{Problem: "needs " + text}, fixer.Decision{}, e)
		}
		return nil
	})}
}

// fromContext is what the file "cmd" of the build context says.
func fromContext(p *imagebuild.Pass) string {
	text, err := fs.ReadFile(p.Context, "cmd")
	if err != nil {
		return ""
	}
	return string(text)
}

func runBuilds(t *testing.T, text string, builds []imagebuild.Build, ts ...*fixer.Transform) imagebuild.Result {
	t.Helper()
	r, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(text), Builds: builds}, ts, baseimage.Static{}, fixer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBuilds: a change is made where all builds of its stage need the same, and is
// left alone with both their names where they differ.
func TestBuilds(t *testing.T) {
	const text = "FROM a AS web\nCMD b\nFROM a AS worker\nCMD c\n"
	context := func(cmd string) fs.FS {
		if cmd == "" {
			return fstest.MapFS{}
		}
		return fstest.MapFS{"cmd": {Data: []byte(cmd)}}
	}
	build := func(name, target, cmd string) imagebuild.Build {
		return imagebuild.Build{Name: name, Context: context(cmd), Options: stage.Options{Target: target}}
	}
	for _, c := range []struct {
		name       string
		builds     []imagebuild.Build
		want, says string
	}{
		{"agree", []imagebuild.Build{build("one", "web", "x"), build("two", "web", "x")}, "FROM a AS web\nCMD x\nFROM a AS worker\nCMD c\n", "2:1 cmd safe true: needs x"},
		{"of other stages", []imagebuild.Build{build("one", "web", "x"), build("two", "worker", "y")}, "FROM a AS web\nCMD x\nFROM a AS worker\nCMD y\n", "2:1 cmd safe true: needs x\n4:1 cmd safe true: needs y"},
		{"another edit", []imagebuild.Build{build("one", "web", "x"), build("two", "web", "y")}, text, "2:1 cmd note false: its builds need different changes (unchanged): one: needs x; two: needs y"},
		{"one refuses", []imagebuild.Build{build("one", "web", ""), build("two", "web", "y")}, text, "2:1 cmd note false: its builds need different changes (unchanged): one: can't tell (unchanged); two: needs y"},
		{"one has it already", []imagebuild.Build{build("one", "web", "x"), build("two", "web", "b")}, text, "2:1 cmd note false: its builds need different changes (unchanged): one: needs x; two: nothing to change"},
		{"both refuse", []imagebuild.Build{build("one", "web", ""), build("two", "web", "")}, text, "2:1 cmd note false: can't tell (unchanged)"},
		{"one alone", []imagebuild.Build{build("one", "web", "x")}, "FROM a AS web\nCMD x\nFROM a AS worker\nCMD c\n", "2:1 cmd safe true: needs x"},
		{"a note of one", []imagebuild.Build{build("one", "web", ""), build("two", "worker", "c")}, text, "2:1 cmd note false: can't tell (unchanged)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runBuilds(t, text, c.builds, perBuild(fromContext))
			if string(r.After) != c.want || says(r) != c.says {
				t.Errorf("got\n%s\nsays\n%s", r.After, says(r))
			}
		})
	}
}

// TestNotesOfOneBuild: what several stages of one build have to say of the instruction
// that they inherit is said once, and of no build by its name.
func TestNotesOfOneBuild(t *testing.T) {
	const text = "FROM a AS base\nCMD b\nFROM base AS x\nRUN a\nFROM base AS y\nRUN b\nFROM a AS z\nCMD c\n"
	notes := &fixer.Transform{Kind: dockerfile.Kind, ID: "notes", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Targets() {
			if c := n.Eval(nil).Final.Cmd; c.In.Line == 2 {
				p.Leave(c.In.Span, "here", "")
			}
		}
		return nil
	})}
	r := runBuilds(t, text, []imagebuild.Build{{Name: "one"}, {Name: "two"}}, notes)
	if got := says(r); got != "2:1 notes note false: here (unchanged)" {
		t.Errorf("says\n%s", got)
	}
}

// TestBuildsOfOneStage: what else a transform would change in a stage about which
// the builds differ stays as well.
func TestBuildsOfOneStage(t *testing.T) {
	both := &fixer.Transform{Kind: dockerfile.Kind, ID: "both", Safety: fixer.Safe, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions[1:] {
			text := "x"
			if in.Name() == "CMD" {
				text = fromContext(p)
			}
			e, err := in.ReplaceBody(text)
			if err != nil {
				return err
			}
			p.Change(in.Span, fixer.Finding{Problem: "needs " + text}, fixer.Decision{}, e)
		}
		return nil
	})}
	const text = "FROM a\nRUN b\nCMD c\n"
	r := runBuilds(t, text, []imagebuild.Build{
		{Name: "one", Context: fstest.MapFS{"cmd": {Data: []byte("d")}}}, {Name: "two", Context: fstest.MapFS{"cmd": {Data: []byte("e")}}},
	}, both)
	if string(r.After) != text || len(r.Findings) != 2 || r.Findings[0].Status == fixer.Fixed {
		t.Errorf("got\n%s\nsays\n%s", r.After, says(r))
	}
}

// TestBuildsSharedContext: builds of one context share what is read of it, and a
// file that is created is there for all of them, and for what runs later.
func TestBuildsSharedContext(t *testing.T) {
	shared := fstest.MapFS{"a": {}}
	asked := map[*workload.Files]int{}
	asks := &fixer.Transform{Kind: dockerfile.Kind, ID: "asks", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		asked[p.Files()]++
		asked[p.DirectoryFiles()]++
		return nil
	})}
	creates := &fixer.Transform{Kind: dockerfile.Kind, ID: "creates", Safety: fixer.Safe, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if p.IgnoreFile == "" {
			p.Create(p.File.Instructions[0].Span, fixer.Finding{Problem: "no ignore file"}, fixer.Decision{}, fixer.NewFile{Name: ".dockerignore", Text: []byte("a\n")})
		}
		return nil
	})}
	sees := &fixer.Transform{Kind: dockerfile.Kind, ID: "sees", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if _, err := fs.Stat(p.Context, "a"); err == nil || p.IgnoreFile != ".dockerignore" {
			return fmt.Errorf("the ignore file is not seen")
		}
		if _, err := fs.Stat(p.Directory, ".dockerignore"); err != nil {
			return err
		}
		return asks.Run(p.Pass)
	})}
	builds := []imagebuild.Build{
		{Name: "one", Context: shared, Options: stage.Options{Target: "x"}}, {Name: "two", Context: shared, Options: stage.Options{Target: "y"}},
	}
	r := runBuilds(t, "FROM a AS x\nFROM a AS y\n", builds, asks, creates, sees)
	if says(r) != "1:1 creates safe true: no ignore file" || len(r.Created) != 1 {
		t.Errorf("%d files, says\n%s", len(r.Created), says(r))
	}
	if len(asked) != 4 { // the context and its directory: before, and with the new file
		t.Errorf("asked %v", asked)
	}
	builds[1].Context = fstest.MapFS{"a": {}}
	r = runBuilds(t, "FROM a AS x\nFROM a AS y\n", builds, creates)
	if len(r.Created) != 0 || !strings.Contains(says(r), "its builds need different changes (unchanged): one, two: no ignore file") {
		t.Errorf("%d files, says\n%s", len(r.Created), says(r))
	}
}

// TestDeployments: each build has its own deployments and options.
func TestDeployments(t *testing.T) {
	var got []string
	lists := &fixer.Transform{Kind: dockerfile.Kind, ID: "lists", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, d := range p.Deployments {
			got = append(got, p.Build.Target+" "+d.Name)
		}
		for _, d := range p.Perhaps {
			got = append(got, p.Build.Target+" perhaps "+d.Name)
		}
		return nil
	})}
	runBuilds(t, "FROM a AS x\nFROM a AS y\n", []imagebuild.Build{
		{Options: stage.Options{Target: "x"}, Deployments: []workload.Deployment{{Name: "service x"}, {Name: "service z", Perhaps: true}}},
		{Options: stage.Options{Target: "y"}, Deployments: []workload.Deployment{{Name: "service y"}}},
	}, lists)
	if strings.Join(got, ", ") != "x service x, x perhaps service z, y service y" {
		t.Errorf("got %q", got)
	}
}

// TestTooManyBuilds: the work for one file is bounded.
func TestTooManyBuilds(t *testing.T) {
	_, err := imagebuild.Run(t.Context(), imagebuild.Source{Name: "Dockerfile", Src: []byte(src), Builds: make([]imagebuild.Build, 1000)}, nil, baseimage.Static{}, fixer.Options{})
	if err == nil || !strings.Contains(err.Error(), "1000 builds") {
		t.Errorf("error %v", err)
	}
}
