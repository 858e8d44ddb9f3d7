package repository

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds, in any text that is read, the build arguments that people and programs are told
// to give.

// givenArg is a build argument on a command line.
type givenArg struct {
	name  string
	place workload.Place
}

// argumentGiven matches the argument of docker build and docker compose build, and what docker buildx
// bake sets.
var argumentGiven = lazyregexp.New(`(?:--build-arg[= ]+["']?|--set[= ]+["']?[\w*.-]+\.args\.)([A-Za-z_]\w*)=([^\s"']*)`)

// argumentsGiven records them. Those of docker build with a value that the text states are those of
// a build that is known.
func (r *reader) argumentsGiven(name string, text []byte) {
	if !bytes.Contains(text, []byte("--build-arg")) && !bytes.Contains(text, []byte(".args.")) {
		return
	}
	for number, line := range strings.Split(string(text), "\n") {
		for rest := line; len(r.givenArgs) < maxHints; {
			m := argumentGiven.FindStringSubmatchIndex(rest)
			if m == nil {
				break
			}
			value := rest[m[4]:m[5]]
			if strings.ContainsAny(value, "$`<{") || !strings.Contains(line, "docker build") && !strings.Contains(line, "buildx build") {
				r.givenArgs = append(r.givenArgs, givenArg{rest[m[2]:m[3]], workload.Place{File: name, Line: number + 1}})
			}
			rest = rest[m[1]:]
		}
	}
}

// GivenArgument returns the place of a command line that gives a build of a Dockerfile an argument
// whose value is not known, or that says no Dockerfile; the zero Place for none. It is in a
// directory above or below the Dockerfile's, or in one for the whole repository. A repository with
// more of them than are kept may give each argument.
func (l *Links) GivenArgument(dockerfile, name string) workload.Place {
	own := path.Join("/", path.Dir(dockerfile))
	for _, a := range l.givenArgs {
		from := path.Join("/", path.Dir(a.place.File))
		if a.name == name && (workload.Within(from, own) || workload.Within(own, from) || isOfRepository(from)) {
			return a.place
		}
	}
	if len(l.givenArgs) == maxHints {
		return l.givenArgs[maxHints-1].place
	}
	return workload.Place{}
}
