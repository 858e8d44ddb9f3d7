package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds what is known of the image that a file names: by the builds of its repository,
// else from a registry.

// images finds what is known of the images that one file names.
type images struct {
	*checkout // nil for none
	by        *File
	inspector baseimage.Inspector                      // for the bases of the repository's own Dockerfiles
	asked     *recorder                                // for images that are not the repository's own
	commands  map[string]*repository.ContainerCommands // by Compose file
}

func (f *File) images(inspector baseimage.Inspector) *images {
	m := &images{by: f, inspector: inspector, asked: &recorder{Inspector: inspector}, commands: map[string]*repository.ContainerCommands{}}
	if f.checkout != nil && f.checkout.open() {
		m.checkout = f.checkout
	}
	return m
}

// image returns what is known of an image by the name that the file has for it.
func (m *images) image(ctx context.Context, name string) workload.Container {
	if m.checkout == nil {
		return m.published(ctx, name)
	}
	builds := m.builds(name)
	if len(builds) == 0 {
		return m.published(ctx, name)
	}
	var found []workload.Container
	for _, b := range builds {
		list, err := m.makes(ctx, b.dockerfile, m.by.open, m.inspector).of(func(o stage.Options) bool { return o.Target == b.target })
		if err != nil {
			return unreadable(b.dockerfile, err)
		}
		found = append(found, list...)
	}
	one := m.confirmed(ctx, m.argued(builds[0].dockerfile, workload.Agreed(found)), name)
	var files []string
	for _, b := range builds {
		files = append(files, b.dockerfile)
	}
	if at := m.links.BuiltOtherwise(name, files); at != (workload.Place{}) {
		one.Doubts = append(slices.Clip(one.Doubts), at.String()+" may build it from another Dockerfile")
	}
	one.Tagged = one.Tagged || m.links.Retagged(name) != (workload.Place{})
	return one
}

// unreadable returns what is known of the image of a Dockerfile that can't be read.
func unreadable(dockerfile string, err error) workload.Container {
	why := firstLine(err)
	if named := (*document.Error)(nil); !errors.As(err, &named) {
		why = dockerfile + ": " + why
	}
	return workload.Container{Image: dockerfile, Own: true, Unknown: why}
}

// ownBuild is a build of the repository.
type ownBuild struct{ dockerfile, target string }

// builds returns the builds that make an image of that name: what File.Images says of it, else
// those that give it the name.
func (m *images) builds(name string) (list []ownBuild) {
	if stated, ok := m.by.stated(name); ok {
		return []ownBuild{stated}
	}
	for _, b := range m.links.Made(name) {
		list = append(list, ownBuild{b.Dockerfile, m.target(b)})
	}
	return list
}

// argued returns an image whose user is not known where it depends on an argument that a build of
// the repository sets to what is not known, and is in doubt where people are told to set it.
func (c *checkout) argued(dockerfile string, one workload.Container) workload.Container {
	for _, b := range c.links.Builds(dockerfile) {
		for _, name := range one.UserArgs {
			if one.Unknown == "" && slices.Contains(b.UnknownArgs, name) {
				one.Unknown, one.NotRoot = fmt.Sprintf("its user depends on the build argument %s, which %s sets to what is not known", name, b.Place), false
			}
		}
	}
	for _, name := range one.UserArgs {
		if at := c.links.GivenArgument(dockerfile, name); at != (workload.Place{}) {
			one.Doubts = append(slices.Clip(one.Doubts), fmt.Sprintf("%s gives a build the argument %s, which its user depends on", at, name))
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
func (m *images) confirmed(ctx context.Context, c workload.Container, name string) workload.Container {
	if c.Unknown != "" || c.Changed {
		return c
	}
	facts, err := m.asked.Inspect(ctx, baseimage.Query{Image: name, Ask: baseimage.AskConfig | baseimage.AskAccounts})
	if err != nil || facts.Assumed != "" {
		c.Tagged = isFixed(name)
		return c // it is the repository's alone, as far as can be seen
	}
	if there := workload.OfImage(name, facts); there.Unknown != "" || there.UID != c.UID {
		c.NotRoot = false
		c.Unknown = fmt.Sprintf("the image at the registry has the user %s, and that of %s has %s", cmp.Or(there.User, "root"), c.Image, cmp.Or(c.User, "root"))
	}
	return c
}

// service returns what is known of the image of a Compose service: what it builds, else what
// it names.
func (m *images) service(ctx context.Context, s *compose.Service) workload.Container {
	switch {
	case s.Build == nil && s.Image == "":
		return workload.Container{Image: s.Written, Unknown: "its image depends on a variable without a value"}
	case s.Build == nil:
		return m.withCommands(s, m.image(ctx, s.Image))
	case s.Build.Inline != "":
		return workload.Container{Own: true, Unknown: "its Dockerfile is inline, which is not repaired"}
	case s.Build.Why != "":
		return workload.Container{Own: true, Unknown: "its build: " + s.Build.Why}
	case m.checkout == nil:
		return workload.Container{Image: s.Image, Unknown: "there is no repository to look at for its build"}
	}
	list, err := m.makes(ctx, s.Build.Dockerfile, m.by.open, m.inspector).of(m.builtAs(s))
	if err != nil {
		return unreadable(s.Build.Dockerfile, err)
	}
	one := workload.Agreed(list)
	one.Tagged = isFixed(s.Image)
	one = m.withCommands(s, m.argued(s.Build.Dockerfile, one))
	for _, a := range s.Build.Args {
		if a.Variable && one.Unknown == "" && slices.Contains(one.UserArgs, a.Name) {
			one.Unknown, one.NotRoot = fmt.Sprintf("its user depends on the build argument %s, which %s takes from a variable", a.Name, s.Build.Place), false
		}
	}
	return one
}

// withCommands adds what commands of the repository do to the containers of a service.
func (m *images) withCommands(s *compose.Service, one workload.Container) workload.Container {
	if m.checkout == nil {
		return one
	}
	file := s.Place.File
	commands := m.commands[file]
	if commands == nil {
		commands = m.links.ContainerCommands(file)
		m.commands[file] = commands
	}
	one.Gains = slices.Clip(one.Gains)
	for _, line := range commands.Root(s.Name) {
		one.Gains = append(one.Gains, workload.Reason{Program: "a command", Why: "runs as root in a container", Place: line.Place})
	}
	if at := m.links.DevContainer(file, s.Name); at != (workload.Place{}) {
		one.Gains = append(one.Gains, workload.Reason{Program: "a development container", Why: "has features, which install sudo", Place: at})
		one.Doubts = append(slices.Clip(one.Doubts), at.String()+" makes it a development container, whose user gets the number of the host's")
	}
	one.Touched = cmp.Or(one.Touched, commands.Touched(s.Name))
	for _, line := range commands.Signals(s.Name) {
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

// stated returns what File.Images says of an image, first of that very name; false for nothing.
func (f *File) stated(image string) (ownBuild, bool) {
	for _, name := range slices.Sorted(maps.Keys(f.Images)) {
		if f.Images[image] != "" && name != image || !sameImage(name, image) {
			continue
		}
		file, target, _ := strings.Cut(f.Images[name], "#")
		dir, err := RealPath(filepath.Dir(file))
		if err != nil {
			return ownBuild{file, target}, true
		}
		place, err := filepath.Rel(f.checkout.root, filepath.Join(dir, filepath.Base(file)))
		if err != nil {
			place = file
		}
		return ownBuild{filepath.ToSlash(place), target}, true
	}
	return ownBuild{}, false
}

// sameImage reports whether two names mean one image, whatever their tags.
func sameImage(a, b string) bool {
	one, err := reference.ParseNormalizedNamed(a)
	other, fails := reference.ParseNormalizedNamed(b)
	return err == nil && fails == nil && one.Name() == other.Name()
}

// published returns what a registry says of an image.
func (m *images) published(ctx context.Context, name string) workload.Container {
	facts, err := m.asked.Inspect(ctx, baseimage.Query{Image: name, Ask: baseimage.AskConfig | baseimage.AskAccounts})
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
