package compose

import (
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
)

// Kind is the kind of a document: the name for messages.
const Kind document.Kind = "Compose file"

// Set is the meaning of the Compose files of one directory.
type Set struct {
	Projects []*Project // the default project first, then by name
	Gaps     []workload.Gap
}

// Project is what one "docker compose up" would start, with all profiles.
type Project struct {
	Name     string         // "" for the default one, "prod" for compose.prod.yaml
	Files    []string       // merged files, the last wins; slash-separated, from the root
	Services []*Service     // by name; none if compose-go refuses the project
	Gaps     []workload.Gap // of the project as a whole
}

// Service is a service of a project.
type Service struct {
	Name       string
	Place      workload.Place // of its name, in the first file of the project that has it
	Image      string         // "" for none, or if a Gap of the deployment says that it is unknown
	Written    string         // the image as written, where it is unknown
	Build      *Build         // nil for none
	Container  string         // container_name; "" for none, or an unknown one
	Deployment workload.Deployment
	// Hosts are the names by which other services reach it, its own first.
	Hosts []string
	// DependsOn are the services that depends_on and links name, by name.
	DependsOn []Dependency
	// Inside is what the engine runs in the container: its health check, and its hooks.
	Inside []workload.Deployment
	// Parts are the entries of files that it is put together of. Each takes precedence over
	// those before it; what it extends comes first.
	Parts []Part
	// Attributes are the places of what it states, by name; of several, the one that counts.
	Attributes map[string]workload.Place
	// Groups are the further groups of group_add, as written.
	Groups []string
	// SecurityOpt are the options of security_opt, as written.
	SecurityOpt []string
}

// Dependency is what a service states of another one that it depends on.
type Dependency struct {
	Name string // as written, where it has an unknown variable
	// Healthy: it starts after the health check of the other one passes. Completed: after the other one
	// ended with code 0.
	Healthy, Completed bool
	Optional           bool     // it starts without the other one, too
	Aliases            []string // the other names by which it reaches the other one: those of links
}

// Part is the entry of a service in one file.
type Part struct {
	Place    workload.Place // of its name
	Extended bool           // another service, which this one extends
}

// Build is what the image of a service is built from.
type Build struct {
	Context     string // slash-separated, from the root; "." is the root
	Dockerfile  string // slash-separated, from the root; "" with Inline
	Inline      string // the text of dockerfile_inline, InlinePlace its first line
	InlinePlace workload.Place
	Target      string // "" is the last stage
	Args        []Arg  // by name
	Why         string // which of Context, Dockerfile, Inline, Target is unknown, and so "", and why
	Place       workload.Place
	// Network is that of the RUN instructions, "none" for none; "" for the builder's own.
	Network      string
	NetworkPlace workload.Place
	// Contexts are the places of additional_contexts, by the name of the image or stage
	// that each is put in the place of; nil for none.
	Contexts map[string]workload.Place
	// Sources are what is put there, as written: "service:api", "../shared".
	Sources map[string]string
}

// Arg is a build argument.
type Arg struct {
	Name, Value string
	Known       bool // false: set to something that the repository does not state
	// Variable: its value is made of a variable, of which another machine may have another.
	Variable bool
}
