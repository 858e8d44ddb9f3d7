package compose

import "github.com/dockmend/dockmend/fixer/workload"

// Set is what the Compose files of one directory say.
type Set struct {
	Projects []*Project // the default project first, then by name
	Gaps     []workload.Gap
}

// Project is what one "docker compose up" would start, with all profiles.
type Project struct {
	Name     string         // "" for the default one, "prod" for compose.prod.yaml
	Files    []string       // that are merged, the last wins; slash-separated, from the root
	Services []*Service     // by name; none where compose-go refuses the project
	Gaps     []workload.Gap // of the project as a whole
}

// Service is a service of a project.
type Service struct {
	Name       string
	Place      workload.Place // of its name, in the first file of the project that has it
	Image      string         // "" for none, or where a Gap of the deployment says that it is not known
	Build      *Build         // nil for none
	Deployment workload.Deployment
}

// Build says from what the image of a service is built.
type Build struct {
	Context    string // slash-separated, from the root; "." is the root
	Dockerfile string // slash-separated, from the root; "" with Inline
	Inline     string // the text of dockerfile_inline
	Target     string // "" is the last stage
	Args       []Arg  // by name
	Why        string // what of Context, Dockerfile, Inline, Target is not known, and so "", and why
	Place      workload.Place
}

// Arg is a build argument.
type Arg struct {
	Name, Value string
	Known       bool // false: set to something that the repository does not say
}
