package composefile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// seeing returns a transform that has visit look at a file, and changes what it says.
func seeing(visit func(*composefile.Pass) error) []*fixer.Transform {
	return []*fixer.Transform{{ID: "looks", Title: "look", Since: "0.1.0", Kind: compose.Kind, Run: composefile.On(visit)}}
}

// TestMeans: a service of the file has what it means in each project, also after the file is
// edited, and an image is asked for once.
func TestMeans(t *testing.T) {
	const text = "services:\n  base:\n    image: a\n  web:\n    extends: base\n    image: b\n"
	files := fstest.MapFS{
		"compose.yaml":      {Data: []byte(text)},
		"compose.prod.yaml": {Data: []byte("services:\n  web:\n    user: \"1\"\n")},
		"my-stack.yaml":     {Data: []byte("services:\n  web:\n    image: c\n")},
	}
	set, err := compose.Load(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	var projects, beside []*compose.Project
	for _, p := range set.Projects {
		if p.Files[0] == "compose.yaml" {
			projects = append(projects, p)
		} else {
			beside = append(beside, p)
		}
	}
	var said []string
	asked := map[string]int{}
	look := func(p *composefile.Pass) error {
		for _, s := range p.Services {
			line := s.Name + ":"
			for _, m := range s.Means {
				line += " " + m.Name + "/" + p.Image(m).Image + "/" + m.Deployment.User
			}
			said = append(said, fmt.Sprintf("%s beside %d at %d", line, len(p.Beside(s.Name)), p.Line(p.At(s).Start)))
		}
		return nil
	}
	grow := func(p *composefile.Pass) error {
		if _, has := p.Services[0].Node.Get("init"); has != nil {
			return nil
		}
		edit, err := p.File.AddEntry(p.Services[0].Node, "init", yamlfile.Bool(true))
		p.Change(p.At(p.Services[0]), fixer.Finding{Problem: "grows"}, fixer.Decision{}, edit)
		return err
	}
	_, err = composefile.Run(t.Context(), composefile.Source{
		Name: "compose.yaml", Src: []byte(text), Place: "compose.yaml", Projects: projects, Beside: beside,
		Image: func(s *compose.Service) workload.Container {
			asked[s.Image]++
			return workload.Container{Image: s.Image}
		},
	}, append(seeing(grow), seeing(look)...), fixer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "base: base/a/ web/b/ base/a/ web/b/1 beside 0 at 2\nweb: web/b/ web/b/1 beside 1 at 4"
	if got := strings.Join(said, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if asked["a"] != 2 || asked["b"] != 2 { // once in each of the two projects
		t.Errorf("asked for %v", asked)
	}
}

// TestCreates: a file is added to the folder of the Compose file, and what runs later sees it there.
func TestCreates(t *testing.T) {
	const text = "services:\n  web:\n    image: a\n"
	files := fstest.MapFS{"deploy/compose.yaml": {Data: []byte(text)}}
	sees := func(p *composefile.Pass) bool {
		_, err := fs.Stat(p.Repository(), "deploy/web.json")
		return err == nil
	}
	create := func(p *composefile.Pass) error {
		if sees(p) {
			t.Error("the file is there before it is added")
		}
		edit, err := p.File.AddEntry(p.Services[0].Node, "env_file", yamlfile.String("web.json"))
		p.Create(p.At(p.Services[0]), fixer.Finding{Problem: "has no file"}, fixer.Decision{}, fixer.NewFile{Name: "web.json", Text: []byte("{}\n")}, edit)
		return err
	}
	look := func(p *composefile.Pass) error {
		if !sees(p) {
			t.Error("the file that was added is not there")
		}
		return nil
	}
	ts := append(seeing(create), seeing(look)...)
	ts[0].Safety = fixer.Safe
	r, err := composefile.Run(t.Context(), composefile.Source{
		Name: "compose.yaml", Src: []byte(text), Place: "deploy/compose.yaml", Repository: files, Separate: true,
	}, ts, fixer.Options{})
	if err != nil || len(r.Created) != 1 || string(r.After) != text+"    env_file: web.json\n" {
		t.Errorf("%s%+v, %v", r.After, r.Created, err)
	}
	if files["deploy/web.json"] != nil {
		t.Error("the repository has it, too")
	}
}

// TestNothingKnown: without projects a service means nothing, and of an image nothing is known.
func TestNothingKnown(t *testing.T) {
	look := func(p *composefile.Pass) error {
		if len(p.Services) != 1 || p.Services[0].Means != nil || p.Image(&compose.Service{}).Unknown == "" {
			t.Errorf("%+v", p.Services)
		}
		if _, err := p.Inspect("a", baseimage.AskConfig); !errors.Is(err, baseimage.ErrUnknown) {
			t.Error(err)
		}
		return nil
	}
	if _, err := composefile.Run(t.Context(), composefile.Source{Name: "a", Src: []byte("services:\n  web:\n    image: a\n")}, seeing(look), fixer.Options{}); err != nil {
		t.Fatal(err)
	}
}

// TestRefusals: what is no YAML is an error with its place, and a transform runs on its own kind.
func TestRefusals(t *testing.T) {
	var located *yamlfile.Error
	if _, err := composefile.Run(t.Context(), composefile.Source{Name: "a", Src: []byte("a: [\n")}, nil, fixer.Options{}); !errors.As(err, &located) || located.Line != 2 {
		t.Error(err)
	}
	if _, err := manifest.Run(t.Context(), manifest.Source{Name: "a", Src: []byte("a: [\n")}, nil, fixer.Options{}); !errors.As(err, &located) || located.Line != 2 {
		t.Error(err)
	}
	other := &fixer.Transform{ID: "other", Title: "other", Since: "0.1.0", Kind: compose.Kind, Run: manifest.On(func(*manifest.Pass) error { return nil })}
	r, err := composefile.Run(t.Context(), composefile.Source{Name: "a", Src: []byte("services: {}\n")}, []*fixer.Transform{other}, fixer.Options{})
	if err != nil || len(r.Findings) != 1 || r.Findings[0].Status != fixer.Failed {
		t.Errorf("%+v, %v", r.Findings, err)
	}
	other = &fixer.Transform{ID: "other", Title: "other", Since: "0.1.0", Kind: kubernetes.Kind, Run: composefile.On(func(*composefile.Pass) error { return nil })}
	r, err = manifest.Run(t.Context(), manifest.Source{Name: "a", Src: []byte("a: 1\n")}, []*fixer.Transform{other}, fixer.Options{})
	if err != nil || len(r.Findings) != 1 || r.Findings[0].Status != fixer.Failed {
		t.Errorf("%+v, %v", r.Findings, err)
	}
}
