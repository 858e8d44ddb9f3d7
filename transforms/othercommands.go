package transforms

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file looks at what stands beside a Dockerfile for other commands that are
// run in its image.

var (
	// otherCommand is a command that a file gives to a container, or that a script
	// runs in one.
	otherCommand = lazyregexp.New(`(?mi)^[\s{]*(?:-\s+)?"?\w*(?:command|entrypoint)"?\s*[:=]|\bdocker (?:container )?run\b|` + inside)
	// insideCommand is one that somebody is told to run in a container. Every README
	// has a docker run.
	insideCommand = lazyregexp.New(inside)

	readme = lazyregexp.New(`(?i)^readme[\w.-]*$`)
)

const inside = `\bdocker(?:-| )compose\b[^\n]*\b(?:run|exec)\b|\bdocker (?:container )?exec\b`

// platformFiles are the files by which platforms and tools run an image.
var platformFiles = strings.Fields("Makefile package.json heroku.yml fly.toml render.yaml railway.json railway.toml .travis.yml .gitlab-ci.yml Jenkinsfile")

// otherCommands finds a file beside the Dockerfile that starts something else in
// the image than its own command, such as the tests: it may use what development
// needs. "" when there is none.
func otherCommands(dir fs.FS) string {
	for _, folder := range []string{".", ".github/workflows", ".circleci", ".devcontainer", "scripts", "bin", "deploy", "k8s", "kubernetes", "manifests"} {
		entries, err := fs.ReadDir(dir, folder)
		if err != nil {
			continue // there is none
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			pattern := commandsOf(folder, e.Name())
			if pattern == nil || !e.Type().IsRegular() {
				continue
			}
			if text, err := readSmall(dir, name); err != nil || pattern.MatchString(text) {
				return name
			}
		}
	}
	return ""
}

// commandsOf is what a command looks like in a file of that name, nil where none
// is looked for.
func commandsOf(folder, name string) *lazyregexp.Regexp {
	ext := path.Ext(name)
	switch {
	case folder == "." && readme.MatchString(name):
		return insideCommand
	case folder != "." && (ext == ".yml" || ext == ".yaml"), ext == ".sh", slices.Contains(platformFiles, name):
		return otherCommand
	}
	return nil
}
