package imagebuild

import (
	"io/fs"

	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Source is a Dockerfile and what belongs to it.
type Source struct {
	Name string // for messages
	Src  []byte
	// Context is the directory that the build context is made of, nil when there
	// is none to look at. It is only read.
	Context fs.FS
	// Beside are the names of other Dockerfiles that have the same context.
	Beside []string
	// Options say how it is built.
	Options stage.Options
	// Ignore is the ignore file that belongs to the Dockerfile alone and is next to it,
	// as Dockerfile.dockerignore; one without a name where it is known that there is
	// none. nil where that is not known: then one of that name is looked for in the root
	// of the context.
	Ignore *IgnoreFile
	// Builds are the known builds of the Dockerfile, where there are several or
	// something more is known of the only one: they take the place of Context,
	// Beside and Options.
	Builds []Build
	// Separate asks for the edits of each finding whose change can be made without the
	// others: fixer.Separate.
	Separate bool
	// Contexts shares what is read of the contexts with other Dockerfiles. nil: all is
	// read for this one alone.
	Contexts *Contexts
}

// IgnoreFile is an ignore file of a build context.
type IgnoreFile struct {
	Name string // for messages
	Text []byte
}

// Build is one way in which the Dockerfile is built.
type Build struct {
	Name string // for messages: "docker-compose.yml:7: service web"
	// Context and Beside are those of Source. Builds that have the same fs.FS as
	// their context share what is read of it.
	Context fs.FS
	Beside  []string
	Options stage.Options
	// Deployments are the known ways in which its image is run. The files of their
	// places are those of Repository.
	Deployments []workload.Deployment
	// Gaps are what could not be read of the ways in which it is run.
	Gaps []workload.Gap
	// Derived is what is built on its image.
	Derived []workload.Derivation
	// Arguments are the places that give its ENTRYPOINT arguments, besides Deployments.
	Arguments []workload.Argument
	// TextUses is what depends on the text of the Dockerfile.
	TextUses []workload.TextUse
	// Offline is where a build is stated that has no network; the zero Place for none.
	Offline workload.Place
	// Linted is where hadolint is run that asks for the version of each package; the zero
	// Place for nowhere.
	Linted workload.Place
	// Mentions are texts of the repository that look like a mount of its container, or like
	// its command.
	Mentions []workload.Mention
	// Kubernetes: the repository deploys something to Kubernetes, which may be its image.
	Kubernetes bool
	// Repository is the root of the checkout that they are of; nil when there is none
	// to look at. It is only read.
	Repository fs.FS
}
