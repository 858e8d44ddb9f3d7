package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file looks for calls of git in what a build runs.

// The bounds of the search: beyond them the question is open.
const (
	maxGitFiles = 400
	maxGitBytes = 2 << 20 // of all of them
	gitDepth    = 2       // directories that are entered whatever their names
)

var (
	gitFolders = []string{"scripts", "script", "build", "tools", "config", "bin", "webpack", ".husky", ".yarn"}
	gitExts    = []string{".js", ".cjs", ".mjs", ".ts", ".mts", ".json", ".sh"}

	callsGit = textMatcher{[]string{"git", "Git", "husky", "lefthook"},
		lazyregexp.New(`\bgit\s+(rev-parse|describe|log|status|show|config|branch|tag|diff|ls-files|submodule|rev-list|symbolic-ref|name-rev)\b|['"]git['"]\s*,|\bhusky\b|\blefthook\b|simple-git|git-rev|git-describe|git-commit|gitinfo|git-hash|GitRevision`)}
)

// GitCall returns the first call of git, or the first use of a package that calls it,
// in package.json, in the configuration files of the context's root and in its folders
// of build scripts.
func (f *Files) GitCall() Answer { return f.gitCalls() }

func (f *Files) findGitCall() Answer {
	if f.files == nil {
		return openAnswer("", ErrNoContext.Error())
	}
	g := &gitLook{files: f, left: maxGitFiles, bytes: maxGitBytes}
	return g.dir(".", 0)
}

// gitLook searches for a call of git.
type gitLook struct {
	files       *Files
	left, bytes int // files and bytes that may still be read
}

// dir returns the first call in a directory; above is the number of directories above
// it.
func (g *gitLook) dir(dir string, above int) Answer {
	if above >= MaxSourceDepth {
		return openAnswer(dir, fmt.Sprintf("directories below %d others are not looked at", MaxSourceDepth-1))
	}
	entries, err := g.files.ReadDir(dir)
	if err != nil {
		return Answer{Gap: unreadGap(dir, err)}
	}
	for _, e := range entries {
		var a Answer
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && (dir != "." && above < gitDepth || slices.Contains(gitFolders, e.Name())):
			a = g.dir(name, above+1)
		case e.Type().IsRegular() && slices.Contains(gitExts, path.Ext(name)) && !strings.Contains(name, "lock"):
			a = g.file(name)
		}
		if !a.None() {
			return a
		}
	}
	return Answer{}
}

func (g *gitLook) file(name string) Answer {
	if g.left--; g.left < 0 {
		return openAnswer(name, fmt.Sprintf("there are more than %d files that may call git", maxGitFiles))
	}
	text, err := g.files.read(name, MaxText, true)
	if err != nil {
		return Answer{Gap: unreadGap(name, err)}
	}
	if g.bytes -= len(text); g.bytes < 0 {
		return openAnswer(name, fmt.Sprintf("the files that may call git have more than %d MiB", maxGitBytes>>20))
	}
	if at := callsGit.first(text); at >= 0 {
		return firstIn(name, text, at)
	}
	return Answer{}
}
