package proof

import (
	"slices"
	"testing"
)

func TestStart(t *testing.T) {
	for name, c := range map[string]struct {
		start        Start
		command, env []string
	}{
		"as the image says": {Start{}, []string{"/entry", "node", "a.js"}, []string{"A=1", "B=2"}},
		"a command":         {Start{Command: []string{"npm", "start"}}, []string{"/entry", "npm", "start"}, []string{"A=1", "B=2"}},
		"an empty command":  {Start{Command: []string{}}, []string{"/entry", "node", "a.js"}, []string{"A=1", "B=2"}},
		"an entrypoint":     {Start{Entrypoint: []string{"sh"}}, []string{"sh"}, []string{"A=1", "B=2"}},
		"both":              {Start{Entrypoint: []string{"sh"}, Command: []string{"-c", "x"}}, []string{"sh", "-c", "x"}, []string{"A=1", "B=2"}},
		"variables":         {Start{Env: []string{"A=9", "C=3"}}, []string{"/entry", "node", "a.js"}, []string{"B=2", "A=9", "C=3"}},
	} {
		i := &Image{Command: []string{"/entry", "node", "a.js"}, entrypoint: []string{"/entry"}, env: []string{"A=1", "B=2"}}
		i.start(c.start)
		if !slices.Equal(i.Command, c.command) || !slices.Equal(i.env, c.env) {
			t.Errorf("%s: %q %q", name, i.Command, i.env)
		}
	}
}
