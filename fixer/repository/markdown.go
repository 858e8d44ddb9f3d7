package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

var (
	fence  = lazyregexp.New("^\\s{0,3}(```+|~~~+)")
	prompt = lazyregexp.New(`^\s*(?:[$#>%]|PS>)\s+`)
	// commandLine matches a line of documentation that is read.
	commandLine = lazyregexp.New(`^\s*(?:sudo\s+)?(?:cd|docker|docker-compose|podman|nerdctl|buildah|kubectl)\s`)
	// continued matches the end of a line that continues in PowerShell and in cmd.exe.
	continued = lazyregexp.New("(?m)[ \t][`^](\r?)$")
	// drivePath matches a path of Windows, in which a backslash quotes nothing.
	drivePath = lazyregexp.New(`\b[A-Za-z]:\\[\w.$\\-]*[\w.$-]`)
	// spoken matches a command that runs an image, or something in its container, within a
	// line of text or of HTML.
	spoken = lazyregexp.New("(?:`|<(?:code|pre)[^<>]*>)\\s*((?:sudo\\s+)?(?:(?:(?:docker|podman|nerdctl)\\s+(?:container\\s+|compose\\s+)?|docker-compose\\s+)(?:run|exec)|kubectl\\s+exec)\\s(?:[^`<>]|<[A-Za-z][\\w. -]*>)+)")
	// placeholder matches what the reader of documentation replaces.
	placeholder = lazyregexp.New(`<[A-Za-z][\w. -]*>|\[[A-Za-z][\w. -]*\]`)
)

// markdown reads the command lines in the code blocks of documentation: those of
// docker and similar programs, and cd, and commands in lines of text that run an
// image or something in its container. Each line is a script of its own. A block starts in the root of the
// repository, or in the documentation's directory.
func (r *reader) markdown(name string, text []byte) { r.documentation(name, text, true) }

// plainText is markdown for other formats, where each line may be in a code block.
func (r *reader) plainText(name string, text []byte) { r.documentation(name, text, false) }

// documentation reads a file of documentation. inBlocks: commands are only in code
// blocks, and within lines.
func (r *reader) documentation(name string, text []byte, inBlocks bool) {
	fenced := ""
	s := script{dir: r.docsDir(name), own: path.Dir(name), documented: true}
	if discover.IsDockerfile(path.Base(name)) {
		s.within = name
	}
	r.jsonCommands(name, text, s)
	plain := drivePath.ReplaceAllStringFunc(string(text), func(p string) string { return strings.ReplaceAll(p, `\`, `\\`) })
	for _, l := range logicalLines(continued.ReplaceAllString(plain, ` \$1`)) {
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
		if inBlocks && fenced == "" && !indented || !commandLine.MatchString(command) {
			m := spoken.FindStringSubmatch(l.text)
			if fenced != "" || m == nil {
				continue
			}
			command = m[1]
		}
		if strings.Contains(command, " exec ") {
			command = placeholder.ReplaceAllString(command, "$${__placeholder__}")
		}
		s.place, s.block, s.text = workload.Place{File: name, Line: l.number}, true, command
		s.dir = r.script(s)
	}
}

// docsDir returns the directory where the commands of a documentation file start.
func (r *reader) docsDir(name string) value {
	if path.Dir(name) == "." {
		return literal(".")
	}
	return anywhere
}
