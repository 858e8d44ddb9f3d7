package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

const insideContainer = `\bdocker(?:-| )compose\b[^\n]*\b(?:run|exec)\b|\bdocker (?:container )?exec\b`

var (
	// otherCommand matches a command that a file gives to a container, or that a script
	// runs in one.
	otherCommand = lazyregexp.New(`(?mi)^[\s{]*(?:-\s+)?"?\w*(?:command|entrypoint)"?\s*[:=]|\bdocker (?:container )?run\b|` + insideContainer)
	// insideCommand matches one that a README runs in a container: each has a docker
	// run.
	insideCommand = lazyregexp.New(insideContainer)

	readme = lazyregexp.New(`(?i)^readme[\w.-]*$`)

	// commandFolders are the folders of files that run an image.
	commandFolders = []string{".", ".github/workflows", ".circleci", ".devcontainer", "scripts", "bin", "deploy", "k8s", "kubernetes", "manifests"}
	// platformFiles are the files that platforms and tools use to run an image.
	platformFiles = strings.Fields("Makefile package.json heroku.yml fly.toml render.yaml railway.json railway.toml .travis.yml .gitlab-ci.yml Jenkinsfile")
)

// OtherCommand returns the first line that starts something else in an image than its
// own command, such as the tests, which may need development dependencies. A file that
// can't be read is a Gap. The files in the directory of a Dockerfile count, including
// those that its ignore file hides.
func (f *Files) OtherCommand() Answer { return f.commands() }

func (f *Files) findOtherCommand() Answer {
	for _, folder := range commandFolders {
		entries, err := f.ReadDir(folder)
		if err != nil {
			continue // there is none
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			pattern := commandsOf(folder, e.Name())
			if pattern == nil || !e.Type().IsRegular() {
				continue
			}
			text, err := f.ReadFile(name, MaxText)
			if err != nil {
				return Answer{Gap: unreadGap(name, err)}
			}
			if at := pattern.FindStringIndex(text); at != nil {
				return firstIn(name, text, at[0])
			}
		}
	}
	return Answer{}
}

// commandsOf returns the expression for commands in a file of that name, nil if none
// is searched for.
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
