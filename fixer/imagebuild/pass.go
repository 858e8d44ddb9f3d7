package imagebuild

import (
	"fmt"
	"io/fs"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Pass is what one transform sees of one Dockerfile, for one build of it.
type Pass struct {
	*fixer.Pass
	File  *dockerfile.File
	Graph *stage.Graph
	// Context is the build context, without what its ignore file hides; nil when
	// there is none to look at. IgnoreFile is that file's name, "" when there is
	// none.
	Context    fs.FS
	IgnoreFile string
	// Directory is the one that the context is made of, with what is hidden: for
	// files that stand beside a Dockerfile, as a compose file does. nil without a
	// context.
	Directory fs.FS
	// Beside are the other Dockerfiles that are known to have the same context.
	Beside []string
	// Deployments are the known ways in which the image of this build is run.
	Deployments []workload.Deployment
	// Perhaps are the ways in which an image is run that may be this one, or another.
	Perhaps []workload.Deployment
	// Mentions are texts of the repository that look like a mount, or like a command of a
	// container, in files of kinds that are not read.
	Mentions []workload.Mention
	// Inside are the commands that are run in a running container of the image, such as by
	// docker exec: they run as its user, and start nothing that the container lives by.
	Inside []workload.Deployment
	// Gaps are what could not be read of them.
	Gaps []workload.Gap
	// Derived is what is built on the image of this build.
	Derived []workload.Derivation
	// Arguments are the places that give its ENTRYPOINT arguments, besides Deployments.
	Arguments []workload.Argument
	// Offline is where this build is stated, if it has no network; else the zero Place.
	Offline workload.Place
	// Linted is where hadolint is run that asks for the version of each package; the zero
	// Place for nowhere.
	Linted workload.Place
	// Kubernetes: the repository deploys something to Kubernetes, which may be the image.
	Kubernetes bool
	// Repository is the root of the checkout that they are of; nil for none.
	Repository fs.FS
	// Build is how the image is built.
	Build stage.Options

	build *build
}

// On returns the Run of a [fixer.Transform] of kind [dockerfile.Kind].
func On(run func(*Pass) error) func(*fixer.Pass) error {
	return func(p *fixer.Pass) error {
		if _, ok := p.View.(*build); !ok {
			return fmt.Errorf("%s runs on Dockerfiles, but its kind is %q", p.Transform().ID, p.Transform().Kind)
		}
		return run(of(p))
	}
}

// AtEnd returns a decision for [fixer.Reported.Provided].
func AtEnd(holds func(end *Pass) fixer.Decision) func(end *fixer.Pass) fixer.Decision {
	return func(end *fixer.Pass) fixer.Decision { return holds(of(end)) }
}

// of returns the pass over a Dockerfile that the engine's is.
func of(engine *fixer.Pass) *Pass {
	b := engine.View.(*build)
	p := &Pass{
		Pass: engine, File: b.graph.File, Graph: b.graph, Build: b.Build.Options,
		Gaps: b.Gaps, Derived: b.Derived, Arguments: b.Arguments, Offline: b.Offline, Linted: b.Linted, Kubernetes: b.Kubernetes, Mentions: b.Mentions, Repository: b.Repository, build: b,
	}
	for _, d := range b.Deployments {
		switch {
		case d.Inside:
			p.Inside = append(p.Inside, d)
		case d.Perhaps:
			p.Perhaps = append(p.Perhaps, d)
		default:
			p.Deployments = append(p.Deployments, d)
		}
	}
	if c := b.contents.context; c != nil {
		p.Context, p.IgnoreFile = b.contents.files.FS(), c.IgnoreFile
		p.Directory, p.Beside = b.contents.directory, b.Beside
	}
	return p
}

// Base returns what is known of the image that n is built from, by way of the stages
// between. The error says in one line why nothing is known.
func (p *Pass) Base(n *stage.Node, ask baseimage.Ask) (*baseimage.Facts, error) {
	root := n.Root()
	if root.Err != nil {
		return nil, root.Err
	}
	return p.Image(root.Image, root.Platform, ask)
}

// Image returns what is known of an image that need not be the base of a stage, by its
// name as BuildKit would pull it. The error says in one line why nothing is known; it
// wraps baseimage.ErrNotFound when there is no such image or tag.
func (p *Pass) Image(name, platform string, ask baseimage.Ask) (*baseimage.Facts, error) {
	if err := p.Build.Replaced(name); err != nil {
		return nil, err
	}
	return p.build.images.inspect(p.build.ctx, imageKey{name, platform}, ask)
}

// Workload returns the model of what a container of the stage does, made once for
// an evaluation.
func (p *Pass) Workload(run *stage.Evaluation) *workload.Workload {
	w, ok := p.build.workloads[run]
	if !ok {
		w = workload.Of(workload.Input{Run: run, Context: p.Context, Files: p.Files(), Takes: p.Graph.Takes(), Deployments: p.Deployments, Perhaps: p.Perhaps, Ask: func(ask baseimage.Ask) (*baseimage.Facts, error) {
			return p.Base(run.Node, ask)
		}})
		p.build.workloads[run] = w
	}
	return w
}

// Files returns the build context as the model reads it: once for all questions.
func (p *Pass) Files() *workload.Files { return p.build.contents.files }

// DirectoryFiles returns Directory as the model reads it.
func (p *Pass) DirectoryFiles() *workload.Files { return p.build.contents.all }

// NodeProcess returns what the sources of Node.js that the stages take from the
// build context say of their process.
func (p *Pass) NodeProcess() *workload.NodeProcess {
	return p.Files().NodeProcess().Of(p.Graph.Takes())
}

// Became returns the instruction of the final text that one of the text in which the
// change was reported has become, nil where it was deleted.
func (p *Pass) Became(in *dockerfile.Instruction) *dockerfile.Instruction {
	if offset, ok := p.Pass.Became(in.Start); ok {
		if became := p.File.InstructionAt(offset); became != nil && became.Start == offset {
			return became
		}
	}
	return nil
}
