package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

var (
	fence  = lazyregexp.New("^\\s{0,3}(```+|~~~+)")
	prompt = lazyregexp.New(`^\s*(?:[$#>%]|PS>)\s+`)
	// commandLine is a line of documentation that is read.
	commandLine = lazyregexp.New(`^\s*(?:sudo\s+)?(?:cd|docker|podman|nerdctl|buildah)\s`)
)

// markdown reads the command lines in the code blocks of documentation: those of
// docker and the like, and cd. Each line is a script of its own. A block starts
// in the root of the repository, or in the documentation's directory.
func (r *reader) markdown(name string, text []byte) {
	fenced := ""
	s := script{dir: r.docsDir(name), own: path.Dir(name), documented: true}
	for _, l := range logicalLines(string(text)) {
		if m := fence.FindStringSubmatch(l.text); m != nil && (fenced == "" || strings.HasPrefix(m[1], fenced)) {
			s.dir = r.docsDir(name)
			if fenced == "" {
				fenced = m[1]
			} else {
				fenced = ""
			}
			continue
		}
		indented := strings.HasPrefix(l.text, "    ") || strings.HasPrefix(l.text, "\t")
		command := prompt.ReplaceAllString(l.text, "")
		if fenced == "" && !indented || !commandLine.MatchString(command) {
			continue
		}
		s.place, s.block, s.text = workload.Place{File: name, Line: l.number}, true, command
		s.dir = r.script(s)
	}
}

// docsDir is where the commands of a file of documentation start.
func (r *reader) docsDir(name string) value {
	if path.Dir(name) == "." {
		return literal(".")
	}
	return anywhere
}
