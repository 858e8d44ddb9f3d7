package repository

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds, in the files of programs that build images and are not read as such, which other
// Dockerfile an image may be built from.

// builders are the base names of such files: of Tilt, Jenkins, Cloud Build, Earthly, CodeBuild, Azure
// Pipelines, Bitbucket, DevSpace, and of workflows with a matrix.
var builders = lazyregexp.New(`(?i)^(?:tiltfile|.*\.tilt|jenkinsfile.*|.*\.groovy|cloudbuild.*\.(?:ya?ml|json)|earthfile|buildspec.*\.ya?ml|azure-pipelines.*\.ya?ml|bitbucket-pipelines\.yml|devspace\.ya?ml)$`)

// dockerfileWord matches a word that may be the path of a Dockerfile.
var dockerfileWord = lazyregexp.New(`[^\s"'=,()\[\]]*ockerfile[^\s"'=,()\[\]]*`)

// buildMention is a Dockerfile that such a file names.
type buildMention struct {
	place  workload.Place
	word   string // as written
	around string // the lines around it
}

// nearLines are the lines before and after one that count as around it.
const nearLines = 12

// otherBuilds records the Dockerfiles that a file of a builder names.
func (r *reader) otherBuilds(name string, text []byte) {
	if !builders.MatchString(path.Base(name)) && path.Dir(name) != ".github/workflows" || !bytes.Contains(text, []byte("ockerfile")) {
		return
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		for _, word := range dockerfileWord.FindAllString(line, -1) {
			if len(r.buildMentions) >= maxHints {
				return
			}
			around := strings.Join(lines[max(0, i-nearLines):min(len(lines), i+nearLines+1)], "\n")
			r.buildMentions = append(r.buildMentions, buildMention{workload.Place{File: name, Line: i + 1}, word, around[:min(len(around), 4000)]})
		}
	}
}

// BuiltOtherwise returns the place that may have an image be built from another Dockerfile than
// these; the zero Place for none. A repository with more of them than are kept may build each image.
func (l *Links) BuiltOtherwise(image string, dockerfiles []string) workload.Place {
	name := imageName(image)
	if dir, base := path.Split(name); strings.Count(name, "/") > 1 { // without the registry
		name = path.Join(path.Base(dir), base)
	}
	name = strings.TrimPrefix(name, "library/")
	for _, m := range l.buildMentions {
		named := strings.Contains(m.around, name) || strings.Contains(m.around, path.Dir(name)+"/$") // of a matrix
		if named && l.isOther(m, dockerfiles) {
			return m.place
		}
	}
	if len(l.buildMentions) == maxHints {
		return l.buildMentions[maxHints-1].place
	}
	return workload.Place{}
}

// isOther reports whether a mention names a Dockerfile that is none of these, or may do so.
func (l *Links) isOther(m buildMention, dockerfiles []string) bool {
	if strings.ContainsAny(m.word, "${}") {
		return true
	}
	word := strings.TrimPrefix(m.word, "-f")
	for _, at := range []string{path.Clean(word), path.Join(path.Dir(m.place.File), word)} {
		if slices.Contains(l.dockerfiles, at) {
			return !slices.Contains(dockerfiles, at)
		}
	}
	return false
}
