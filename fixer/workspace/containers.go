package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what is known of the containers of an image: from the Dockerfile that it
// is built from, as the run repaired it, or from a registry.

// made is what is known of the images of a Dockerfile.
type made struct {
	before, after []container // one for each of its builds
	err           error
	unwritten     bool // what the run repaired could not be written
}

// container is what is known of the image of one build.
type container struct {
	options stage.Options
	workload.Container
}

// containers returns what is known of the images of a Dockerfile with that text.
func (s *Source) containers(ctx context.Context, text []byte, inspector baseimage.Inspector) ([]container, error) {
	src := s.Source
	src.Src = text
	known, err := imagebuild.Containers(ctx, src, inspector)
	if err != nil {
		return nil, err
	}
	list := make([]container, len(known))
	for i, c := range known {
		list[i] = container{Container: c}
		if i < len(src.Builds) {
			list[i].options = src.Builds[i].Options
		}
	}
	return list, nil
}

// record keeps what a repaired Dockerfile makes for what runs images in its repository.
func (s *Source) record(ctx context.Context, r imagebuild.Result, inspector baseimage.Inspector) {
	c := s.file.checkout
	if c == nil || !c.runs {
		return
	}
	m := &made{}
	if m.before, m.err = s.containers(ctx, r.Before, inspector); m.err == nil {
		m.after, m.err = s.containers(ctx, r.After, inspector)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.images[s.file.place] = m
}

// Unwritten says that what Fix changed was not written: the file is as it was before, for
// what is repaired after it.
func (f *File) Unwritten() {
	c := f.checkout
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.images[f.place]; m != nil {
		m.unwritten = true
	}
}

// makes returns what is known of the images of a Dockerfile: of one that is not repaired in
// this run, as it is.
func (c *checkout) makes(ctx context.Context, place string, open *openContexts, inspector baseimage.Inspector) *made {
	c.mu.Lock()
	m, once := c.images[place], c.reading[place]
	if m == nil && once == nil {
		once = sync.OnceValue(func() *made { return c.reads(ctx, place, open, inspector) })
		c.reading[place] = once
	}
	c.mu.Unlock()
	if m != nil {
		return m
	}
	return once()
}

func (c *checkout) reads(ctx context.Context, place string, open *openContexts, inspector baseimage.Inspector) *made {
	f := &File{Path: filepath.Join(c.root, filepath.FromSlash(place)), Name: c.name(place), Tree: c.root, checkout: c, place: place, open: open}
	if known := c.known[place]; known != nil {
		f.Build, f.Context = known.Build, known.Context
	}
	c.left.Add(1) // which closing it takes back
	src, err := f.Load(nil)
	if err != nil {
		return &made{err: err}
	}
	defer src.Close()
	list, err := src.containers(ctx, src.Src, inspector)
	return &made{before: list, after: list, err: err}
}

// image returns what is known of an image by the name that a file has for it. asked is the
// inspector for images that are not the repository's own.
func (c *checkout) image(ctx context.Context, name string, by *File, inspector, asked baseimage.Inspector) workload.Container {
	open := by.open
	if stated, ok := by.built(name); ok {
		list, err := c.makes(ctx, stated.place, open, inspector).of(func(o stage.Options) bool { return o.Target == stated.target })
		if err != nil {
			return workload.Container{Image: stated.place, Own: true, Unknown: stated.place + ": " + err.Error()}
		}
		return workload.Agreed(list)
	}
	builds := c.links.Made(name)
	if len(builds) == 0 {
		return published(ctx, name, asked)
	}
	var found []workload.Container
	for _, b := range builds {
		target := c.target(b)
		list, err := c.makes(ctx, b.Dockerfile, open, inspector).of(func(o stage.Options) bool { return o.Target == target })
		if err != nil {
			return workload.Container{Image: b.Dockerfile, Own: true, Unknown: err.Error()}
		}
		found = append(found, list...)
	}
	one := confirmed(ctx, c.argued(builds[0].Dockerfile, workload.Agreed(found)), name, asked)
	one.Tagged = one.Tagged || c.links.Retagged(name) != (workload.Place{})
	return one
}

// argued returns an image whose user is not known where it depends on an argument that a build of
// the repository sets to what is not known.
func (c *checkout) argued(dockerfile string, one workload.Container) workload.Container {
	for _, b := range c.links.Builds(dockerfile) {
		for _, name := range one.UserArgs {
			if one.Unknown == "" && slices.Contains(b.UnknownArgs, name) {
				one.Unknown = fmt.Sprintf("its user depends on the build argument %s, which %s sets to what is not known", name, b.Place)
			}
		}
	}
	return one
}

// isFixed reports whether the name of an image has a tag or a digest by which it may mean one
// that was built before.
func isFixed(name string) bool {
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return name != ""
	}
	if _, ok := ref.(reference.Digested); ok {
		return true
	}
	tagged, ok := ref.(reference.Tagged)
	return ok && tagged.Tag() != "latest"
}

// confirmed returns an image that a build of the repository names, where a registry that has one
// of that name does not say another user: it may be an older one, or another program.
func confirmed(ctx context.Context, c workload.Container, name string, inspector baseimage.Inspector) workload.Container {
	if c.Unknown != "" || c.Changed {
		return c
	}
	facts, err := inspector.Inspect(ctx, baseimage.Query{Image: name, Ask: baseimage.AskConfig | baseimage.AskAccounts})
	if err != nil || facts.Assumed != "" {
		c.Tagged = isFixed(name)
		return c // it is the repository's alone, as far as can be seen
	}
	if there := workload.OfImage(name, facts); there.Unknown != "" || there.UID != c.UID {
		c.Unknown = fmt.Sprintf("the image at the registry has the user %s, and that of %s has %s", cmp.Or(there.User, "root"), c.Image, cmp.Or(c.User, "root"))
	}
	return c
}

// service returns what is known of the image of a Compose service: what it builds, else what
// it names.
func (c *checkout) service(ctx context.Context, s *compose.Service, by *File, inspector, asked baseimage.Inspector) workload.Container {
	switch {
	case s.Build == nil && s.Image == "":
		return workload.Container{Image: s.Written, Unknown: "its image depends on a variable without a value"}
	case s.Build == nil:
		return c.commands(s, c.image(ctx, s.Image, by, inspector, asked))
	case s.Build.Inline != "":
		return workload.Container{Own: true, Unknown: "its Dockerfile is inline, which is not repaired"}
	case s.Build.Why != "":
		return workload.Container{Own: true, Unknown: "its build: " + s.Build.Why}
	}
	list, err := c.makes(ctx, s.Build.Dockerfile, by.open, inspector).of(c.builtAs(s))
	if err != nil {
		return workload.Container{Image: s.Build.Dockerfile, Own: true, Unknown: s.Build.Dockerfile + ": " + err.Error()}
	}
	one := workload.Agreed(list)
	one.Tagged = isFixed(s.Image)
	one = c.commands(s, c.argued(s.Build.Dockerfile, one))
	for _, a := range s.Build.Args {
		if a.Variable && one.Unknown == "" && slices.Contains(one.UserArgs, a.Name) {
			one.Unknown = fmt.Sprintf("its user depends on the build argument %s, which %s takes from a variable", a.Name, s.Build.Place)
		}
	}
	return one
}

// commands adds what commands of the repository do to the containers of a service.
func (c *checkout) commands(s *compose.Service, one workload.Container) workload.Container {
	var others []string
	for _, p := range c.links.Projects(s.Place.File) {
		for _, other := range p.Services {
			if other.Name != s.Name {
				others = append(others, other.Name, other.Container)
			}
		}
	}
	dir, names := path.Dir(s.Place.File), []string{s.Name, s.Container}
	one.Gains = slices.Clip(one.Gains)
	for _, line := range c.links.RootCommands(dir, names, others) {
		one.Gains = append(one.Gains, workload.Reason{Program: "a command", Why: "runs as root in a container", Place: line.Place})
	}
	for _, line := range c.links.SignalCommands(dir, names, others) {
		one.NoInit = cmp.Or(one.NoInit, line.Place.String()+" sends it a signal")
	}
	return one
}

// builtAs returns which options are those of the build of a service.
func (c *checkout) builtAs(s *compose.Service) func(stage.Options) bool {
	want := stage.Options{Target: s.Build.Target, BuildArgs: map[string]string{}}
	for _, a := range s.Build.Args {
		if a.Known {
			want.BuildArgs[a.Name] = a.Value
		}
	}
	if f := c.known[s.Build.Dockerfile]; f != nil {
		want.Target = cmp.Or(f.Build.Target, want.Target)
		maps.Copy(want.BuildArgs, f.Build.BuildArgs)
	}
	return func(o stage.Options) bool { return o.Target == want.Target && maps.Equal(o.BuildArgs, want.BuildArgs) }
}

// target returns the target of a build.
func (c *checkout) target(b repository.Made) string {
	if f := c.known[b.Dockerfile]; f != nil && f.Build.Target != "" {
		return f.Build.Target
	}
	return c.links.Builds(b.Dockerfile)[b.Build].Target
}

// of returns the images of the builds with these options.
func (m *made) of(build func(stage.Options) bool) (list []workload.Container, err error) {
	if m.err != nil {
		return nil, m.err
	}
	now := m.after
	if m.unwritten {
		now = m.before
	}
	for i, b := range now {
		if !build(b.options) {
			continue
		}
		one := b.Container
		one.Changed = i < len(m.before) && (m.before[i].UID != one.UID || m.before[i].Unknown != "")
		list = append(list, one)
	}
	if list == nil {
		return nil, errors.New("its build is not among those that are known")
	}
	return list, nil
}

// stated is what the caller says that an image is built from.
type stated struct{ place, target string }

// built returns what File.Images says of an image; false for nothing.
func (f *File) built(image string) (stated, bool) {
	for name, value := range f.Images {
		if !sameImage(name, image) {
			continue
		}
		file, target, _ := strings.Cut(value, "#")
		dir, err := RealPath(filepath.Dir(file))
		if err != nil {
			return stated{place: file, target: target}, true
		}
		place, err := filepath.Rel(f.checkout.root, filepath.Join(dir, filepath.Base(file)))
		if err != nil {
			place = file
		}
		return stated{filepath.ToSlash(place), target}, true
	}
	return stated{}, false
}

// sameImage reports whether two names mean one image, whatever their tags.
func sameImage(a, b string) bool {
	one, err := reference.ParseNormalizedNamed(a)
	other, fails := reference.ParseNormalizedNamed(b)
	return err == nil && fails == nil && one.Name() == other.Name()
}

// published returns what a registry says of an image.
func published(ctx context.Context, name string, inspector baseimage.Inspector) workload.Container {
	facts, err := inspector.Inspect(ctx, baseimage.Query{Image: name, Ask: baseimage.AskConfig | baseimage.AskAccounts})
	if err != nil {
		return workload.Container{Image: name, Unknown: "no build of the repository names " + name + ", and " + firstLine(err)}
	}
	return workload.OfImage(name, facts)
}

// firstLine returns an error in one line.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
