package workload

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the build arguments that decide as which user an image starts, and which
// numbers its accounts have.

var (
	accountTools = lazyregexp.New(`\b(?:useradd|adduser|usermod|groupadd|addgroup|groupmod)\b`)
	argumentName = lazyregexp.New(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)
)

// userArgs returns the names of the arguments, and of the variables that are made of them,
// sorted.
func (w *Workload) userArgs() []string {
	names := map[string]bool{}
	add := func(text string) {
		for _, m := range argumentName.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	for _, s := range slices.Backward(w.in.Run.Steps) {
		switch cmd := s.In.Cmd.(type) {
		case *instructions.UserCommand:
			add(cmd.User)
		case *instructions.RunCommand:
			if accountTools.MatchString(s.In.Logical) {
				add(s.In.Logical)
			}
		case *instructions.EnvCommand:
			for _, kv := range cmd.Env {
				if names[kv.Key] {
					add(kv.Value)
				}
			}
		case *instructions.ArgCommand:
			for _, kv := range cmd.Args {
				if names[kv.Key] && kv.Value != nil {
					add(*kv.Value)
				}
			}
		}
	}
	list := make([]string, 0, len(names))
	for name := range names {
		if !strings.HasPrefix(name, "_") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
