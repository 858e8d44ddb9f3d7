package proof

import (
	"slices"
	"strings"
)

// Start is how what runs an image starts it. The zero value is as the image says.
type Start struct {
	// Entrypoint replaces that of the image, and removes its CMD; Command replaces CMD. nil, and an
	// empty Command: the image's.
	Entrypoint, Command []string
	WorkDir             string   // "" for the image's
	User                string   // "" for the image's
	Env                 []string // NAME=VALUE, in the place of or besides the image's
	// HealthCheck is the command of a health check in the place of the image's; nil: the image's,
	// empty: none.
	HealthCheck []string
	Volumes     []string // directories that are volumes, besides the image's
	Ports       []int    // TCP ports that it listens on, where the image exposes none
}

// start makes the image one that starts so by itself.
func (i *Image) start(s Start) {
	command := i.Command[len(i.entrypoint):]
	if s.Entrypoint != nil {
		i.entrypoint, command = s.Entrypoint, nil
	}
	if len(s.Command) > 0 { // an empty one is the image's
		command = s.Command
	}
	i.Command = slices.Concat(i.entrypoint, command)
	if s.WorkDir != "" {
		i.WorkDir = s.WorkDir
	}
	if s.User != "" {
		i.User = s.User
	}
	if s.HealthCheck != nil {
		i.health = &healthCheck{Test: append([]string{"CMD"}, s.HealthCheck...)}
	}
	i.Volumes = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(i.Volumes), s.Volumes...))))
	if len(i.Expose) == 0 {
		i.Expose = s.Ports
	}
	i.env = slices.Clone(i.env)
	for _, e := range s.Env {
		name, _, _ := strings.Cut(e, "=")
		i.env = slices.DeleteFunc(i.env, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		i.env = append(i.env, e)
	}
}
