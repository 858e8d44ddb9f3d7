package main

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/composefile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/smoke"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/workspace"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms"
)

// smokeImage is the image of a Dockerfile that is to be checked.
type smokeImage struct {
	test                smoke.Test // what the Dockerfile states
	dockerfile, context string
	arguments           []string     // of docker run
	started             smoke.Checks // what these state
}

// build returns the command that builds the image.
func (i smokeImage) build() string {
	return "docker build " + smoke.Words([]string{"--tag", i.test.Container, "--file", i.dockerfile, i.context})
}

// dockerfile takes the image of a Dockerfile.
func (r *smokeRun) dockerfile(ctx context.Context, j *job) error {
	src, err := j.Load(r.s.in)
	if err != nil {
		return err
	}
	defer src.Close()
	list, err := imagebuild.Containers(ctx, src.Source, r.inspector)
	if err != nil {
		return err
	}
	image := workload.Agreed(list)
	name := r.containerName(j)
	i := smokeImage{dockerfile: j.DiffName(), context: path.Dir(j.DiffName()), test: smoke.Test{Name: j.DiffName(), Container: name, Checks: smoke.OfImage(image)}}
	if dir := j.ContextDir(); dir != "" {
		i.context = workspace.FromHere(dir)
	}
	service, left, err := hardenedService(ctx, image)
	if err != nil {
		return err
	}
	for _, f := range left {
		r.note(j, image.Place.Line, 1, f.Problem, f.Reason)
	}
	i.arguments = append([]string{"--name", name}, runFlags(service)...)
	for _, port := range image.Ports {
		i.arguments = append(i.arguments, "-p", fmt.Sprintf("%d:%d", port, port))
	}
	i.arguments = append(i.arguments, name)
	for _, p := range compose.LoadExample("compose.yaml", 1, string(service)).Services {
		i.started, _ = smoke.OfService(p, image)
	}
	r.images = append(r.images, i)
	return nil
}

// plainService is a Compose file with a service that states nothing.
const plainService = "services:\n  app:\n    build: .\n"

// hardenedService returns a Compose file whose service runs an image with the rights that it needs,
// as far as the evidence goes: what the transforms make of one that states nothing. What packages
// write is no evidence, but a test shows it: read_only is tried. Its findings say what is left out,
// or in doubt, and why.
func hardenedService(ctx context.Context, image workload.Container) (text []byte, left []fixer.Finding, err error) {
	text = []byte(plainService)
	for _, step := range []struct {
		transforms []*fixer.Transform
		threshold  fixer.Safety
	}{
		{[]*fixer.Transform{transforms.ComposeUser, transforms.ComposeInit, transforms.ComposeCapDrop, transforms.ComposeNoNewPrivileges}, fixer.Safe},
		{[]*fixer.Transform{transforms.ComposeReadOnly}, fixer.Unsafe},
	} {
		src := composefile.Source{
			Name: "compose.yaml", Src: text, Place: "compose.yaml", Projects: []*compose.Project{compose.LoadExample("compose.yaml", 1, string(text))},
			Image: func(*compose.Service) workload.Container { return image },
		}
		got, err := composefile.Run(ctx, src, step.transforms, fixer.Options{Threshold: step.threshold, KnownIDs: transforms.IDs()})
		if err != nil {
			return nil, nil, err
		}
		text = got.After
		for _, f := range got.Findings {
			f.Problem = strings.Replace(f.Problem, "service", "container", 1)
			switch {
			case f.Status == fixer.Fixed && len(f.Caveats) == 0:
				continue
			case f.Status == fixer.Fixed:
				f.Problem = "read-only root file system may break it"
			}
			if len(f.Caveats) > 0 { // the reason is that of the change
				f.Reason = strings.Join(f.Caveats, "; ")
			}
			left = append(left, f)
		}
	}
	return text, left, nil
}

// runFlags returns the options of docker run that mean what the service of a Compose file says.
func runFlags(text []byte) (flags []string) {
	file, err := yamlfile.Parse("compose.yaml", text)
	if err != nil {
		return nil // it was parsed before
	}
	service := kubernetes.Field(file.Documents()[0], "services", "app")
	for _, f := range []struct {
		key  string
		flag []string // of a value or of each item, which follows; alone for a boolean
	}{
		{"user", []string{"--user"}}, {"init", []string{"--init"}}, {"read_only", []string{"--read-only"}}, {"tmpfs", []string{"--tmpfs"}},
		{"cap_drop", []string{"--cap-drop"}}, {"security_opt", []string{"--security-opt"}},
	} {
		value := kubernetes.Field(service, f.key)
		switch {
		case value == nil:
		case kubernetes.IsTrue(value):
			flags = append(flags, f.flag...)
		case kubernetes.Text(value) != "":
			flags = append(flags, append(f.flag, kubernetes.Text(value))...)
		default:
			for item := range value.Items() {
				flags = append(flags, append(slices.Clip(f.flag), kubernetes.Text(item))...)
			}
		}
	}
	return flags
}

// notInNames matches what a name of a container, or an image, may not have.
var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// containerName returns a name for the container and the image of a Dockerfile: that of its
// directory, and what distinguishes it from others there.
func (r *smokeRun) containerName(j *job) string {
	dir, err := workspace.RealPath(filepath.Dir(j.Path))
	if err != nil {
		dir = ""
	}
	name := strings.ToLower(filepath.Base(dir))
	if file := strings.ToLower(filepath.Base(j.Path)); file != "dockerfile" && file != "containerfile" {
		name += "-" + strings.NewReplacer("dockerfile", "", "containerfile", "").Replace(file)
	}
	name = strings.TrimRight("smoke-"+strings.Trim(notInNames.ReplaceAllString(name, "-"), "-"), "-")
	for n := 2; slices.ContainsFunc(r.images, func(i smokeImage) bool { return i.test.Container == name }); n++ {
		name = fmt.Sprintf("%s-%d", strings.TrimSuffix(name, fmt.Sprintf("-%d", n-1)), n)
	}
	return name
}
