package workspace

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/repository"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// maxBuilds bounds the builds of one Dockerfile that are judged: each is evaluated
// separately.
const maxBuilds = 16

// use opens the build contexts, and adds the builds: those that the repository states,
// and the one without a target, which users may run by hand.
func (s *Source) use() {
	f := s.file
	b := &builder{source: s, opened: map[string]fs.FS{}}
	if f.directory != "" {
		for _, known := range f.builds {
			b.add(known)
		}
		targeted := !slices.ContainsFunc(s.Builds, func(b imagebuild.Build) bool { return b.Options.Target == "" })
		if len(s.Builds) == 0 || targeted {
			b.plain()
		}
		if b.opened[f.within] == nil {
			b.open(f.within)
		}
	} else {
		s.Builds = []imagebuild.Build{{Options: f.Build}}
	}
	s.own, s.opened = b.opened[f.within], b.opened
	if f.checkout != nil && f.checkout.open() {
		b.deployments(f.checkout.links.Deployments(f.place))
		for i := range s.Builds {
			s.Builds[i].Derived, s.Builds[i].Arguments = f.checkout.links.Derived(f.place), f.checkout.links.Arguments(f.place)
			s.Builds[i].TextUses, s.Builds[i].Linted = f.checkout.links.TextUses(f.place), f.checkout.links.Linted()
			s.Builds[i].Kubernetes = f.checkout.links.Kubernetes()
			s.Builds[i].Mentions = f.checkout.links.Mentions(f.place)
		}
	}
}

// builder makes the builds of a source.
type builder struct {
	source *Source
	stages []string // their names, when they are known
	parsed bool
	opened map[string]fs.FS // contexts, by their paths
}

// add adds a known build, once for each context and set of options.
func (b *builder) add(known repository.Build) {
	f := b.source.file
	o := stage.Options{BuildArgs: maps.Clone(known.Args), Target: cmp.Or(f.Build.Target, known.Target), Platform: cmp.Or(f.Build.Platform, known.Platform)}
	if len(f.Build.BuildArgs) > 0 && o.BuildArgs == nil {
		o.BuildArgs = map[string]string{}
	}
	maps.Copy(o.BuildArgs, f.Build.BuildArgs)
	o.Contexts = known.Contexts
	if o.Target != "" && !b.hasStage(o.Target) {
		return // which fails: a mistake rather than a build
	}
	context := b.open(known.Context)
	for i := range b.source.Builds {
		if same := &b.source.Builds[i]; same.Context == context && same.Options.Target == o.Target && same.Options.Platform == o.Platform && maps.Equal(same.Options.BuildArgs, o.BuildArgs) && maps.Equal(same.Options.Contexts, o.Contexts) {
			same.Deployments = append(same.Deployments, known.Deployments...)
			same.Offline = cmp.Or(same.Offline, known.Offline)
			return
		}
	}
	if len(b.source.Builds) >= maxBuilds {
		return
	}
	b.source.Builds = append(b.source.Builds, imagebuild.Build{
		Name: fmt.Sprintf("%s: %s", known.Place, known.By), Context: context, Beside: f.beside(f.pathOf(known.Context)), Options: o, Deployments: known.Deployments, Offline: known.Offline,
	})
}

// plain adds the build of the command line in the file's own context.
func (b *builder) plain() {
	f := b.source.file
	b.source.Builds = append(b.source.Builds, imagebuild.Build{
		Name: "a build without a target", Context: b.open(f.within), Beside: f.beside(f.directory), Options: f.Build,
	})
}

// open returns the files of a context of the checkout; of the file's own context for
// "". It is nil if they can't be opened: then nothing is known of them.
func (b *builder) open(within string) fs.FS {
	if files, ok := b.opened[within]; ok {
		return files
	}
	f := b.source.file
	var context *openContext
	var err error
	if within != "" {
		context, err = f.open.openWithin(f.checkout, within)
	} else {
		context, err = f.open.openDir(f.directory)
	}
	var files fs.FS
	if err == nil {
		files = context.files
		b.source.contexts = append(b.source.contexts, context)
	}
	b.opened[within] = files
	return files
}

// deployments gives each build those deployments of its image that belong to no build
// of the repository, and what could not be read of Compose files near it.
func (b *builder) deployments(all []workload.Deployment) {
	owned := map[workload.Place]bool{}
	for _, known := range b.source.Builds {
		for _, d := range known.Deployments {
			owned[d.Place] = true
		}
	}
	f := b.source.file
	var gaps []workload.Gap
	for _, dir := range slices.Compact(slices.Sorted(slices.Values([]string{path.Dir(f.place), cmp.Or(f.within, "."), "."}))) {
		gaps = append(gaps, f.checkout.links.ComposeGaps(dir)...)
	}
	for i := range b.source.Builds {
		b.source.Builds[i].Gaps = gaps
		b.source.Builds[i].Repository = f.checkout.dir.FS()
		for _, d := range all {
			if !owned[d.Place] {
				b.source.Builds[i].Deployments = append(b.source.Builds[i].Deployments, d)
			}
		}
	}
}

// hasStage reports whether the Dockerfile can be read and has a stage of that name.
func (b *builder) hasStage(name string) bool {
	if !b.parsed {
		b.parsed = true
		if f, err := dockerfile.Parse("", b.source.Src); err == nil {
			for _, st := range f.Stages {
				b.stages = append(b.stages, st.Name)
			}
		}
	}
	return slices.Contains(b.stages, strings.ToLower(name))
}
