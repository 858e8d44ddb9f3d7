package compose

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads what the engine runs in a running container (Compose specification,
// "healthcheck", "post_start", "pre_stop").

// inside returns the health check of a service and its hooks, as deployments of the
// service with their commands.
func (g *gathering) inside() (list []workload.Deployment) {
	add := func(attribute string, command []string, user, dir string) {
		if len(command) == 0 {
			return
		}
		d := g.to.Deployment
		d.Name, d.Inside, d.Gaps = attribute, true, nil
		d.Entrypoint, d.Command = []string{}, command
		if user != "" {
			d.User = user
		}
		if dir != "" {
			d.WorkingDir = dir
		}
		if at := g.layers.last(attribute); at.key != nil {
			d.Place = at.place(at.key)
			if attribute == "healthcheck" {
				d.Place = g.placeIn(attribute, "test")
			}
		}
		list = append(list, d)
	}
	if check := g.config.HealthCheck; check != nil && !check.Disable {
		add("healthcheck", checked(check.Test), "", "")
	}
	for _, hook := range g.config.PostStart {
		add("post_start", hook.Command, hook.User, hook.WorkingDir)
	}
	for _, hook := range g.config.PreStop {
		add("pre_stop", hook.Command, hook.User, hook.WorkingDir)
	}
	return list
}

// healthCheck returns the command of the health check that a service states: empty where it has
// none, nil where the image's counts.
func (g *gathering) healthCheck() []string {
	switch check := g.config.HealthCheck; {
	case check == nil:
		return nil
	case check.Disable, len(check.Test) > 0 && check.Test[0] == "NONE":
		return []string{}
	default:
		var list []string
		for _, word := range checked(check.Test) {
			list = append(list, g.unknowns.written(word))
		}
		return list
	}
}

// checked returns the words of the test of a health check; nil for none.
func checked(test types.HealthCheckTest) []string {
	switch {
	case len(test) > 1 && test[0] == "CMD":
		return test[1:]
	case len(test) > 1 && test[0] == "CMD-SHELL":
		return []string{"/bin/sh", "-c", test[1]}
	}
	return nil
}
