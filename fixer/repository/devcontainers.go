package repository

import (
	"slices"

	"github.com/dockmend/dockmend/fixer/workload"
)

// devContainer is a development container that a Compose file has as a service.
type devContainer struct {
	files   []string // of Compose, from the root
	service string
	place   workload.Place
}

// DevContainer returns the place that has a service of a Compose file be a development container,
// the zero Place where none does. Its tools build another image on that of the service, with what
// features install, sudo among them, and give the user the number of the host's
// (containers.dev, "Dev Container metadata reference", updateRemoteUserUID).
func (l *Links) DevContainer(file, service string) workload.Place {
	for _, d := range l.devContainers {
		if d.service == service && slices.Contains(d.files, file) {
			return d.place
		}
	}
	return workload.Place{}
}
