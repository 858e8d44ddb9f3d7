package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// maxBlocks bounds the YAML blocks that are read of one documentation file.
const maxBlocks = 100

var (
	yamlFence = lazyregexp.New("^([ \t]*(?:>[ \t]*)?)(```+|~~~+)[ \t]*(?i:ya?ml|docker-compose|compose)\\b")
	yamlRST   = lazyregexp.New(`^([ \t]*)\.\. (?:code-block|code|sourcecode):: ya?ml\s*$`)
	yamlADoc  = lazyregexp.New(`^\[source, *ya?ml\b.*\]\s*$`)
)

// isDocs reports whether a lower-case base name is that of documentation that shows
// how an image is run.
func isDocs(base string) bool {
	switch path.Ext(base) {
	case ".md", ".mdx", ".rst", ".adoc":
		return !strings.HasPrefix(base, "changelog") // what holds no more
	}
	return false
}

// block is a block of YAML in documentation.
type block struct {
	line int // of its first line, from 1
	text string
}

// examples reads the Compose files that documentation shows in blocks of YAML.
func (r *reader) examples(name string, text []byte) {
	for _, b := range yamlBlocks(string(text)) {
		if !strings.Contains("\n"+b.text, "\nservices:") || !r.spend(name, len(b.text)) {
			continue
		}
		if r.composeBytes += int64(len(b.text)); r.composeBytes > maxComposeBytes {
			r.composeBytes -= int64(len(b.text))
			continue
		}
		p := compose.LoadExample(name, b.line, b.text)
		r.gapsOf(p.Gaps)
		for _, s := range p.Services {
			d := run{Deployment: s.Deployment, image: s.Image, dir: path.Dir(name)}
			if s.Build != nil && r.exists[s.Build.Dockerfile] {
				d.dockerfile = s.Build.Dockerfile
			}
			if d.image != "" || d.dockerfile != "" {
				r.deploy(d)
			}
		}
	}
}

// yamlBlocks returns the blocks that are marked as YAML: fenced as in Markdown, in a
// reStructuredText directive, in AsciiDoc delimiters. Indentation that all lines of a
// block share is removed.
func yamlBlocks(text string) (list []block) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines) && len(list) < maxBlocks; i++ {
		line := strings.TrimRight(lines[i], "\r")
		end, indent := "", ""
		if m := yamlFence.FindStringSubmatch(line); m != nil {
			indent, end = m[1], m[2]
		} else if m := yamlRST.FindStringSubmatch(line); m != nil {
			indent = m[1]
		} else if yamlADoc.MatchString(line) && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "----") {
			i++
			end = "----"
		} else {
			continue
		}
		b := block{line: i + 2}
		for i++; i < len(lines) && !ends(lines[i], indent, end); {
			i++
		}
		b.text = dedent(lines[b.line-1 : min(i, len(lines))])
		list = append(list, b)
	}
	return list
}

// ends reports whether a line ends a block: its closing delimiter; or, for "", text
// that is indented no more than the opening line.
func ends(line, indent, delimiter string) bool {
	if delimiter != "" {
		return strings.HasPrefix(strings.TrimLeft(line, " \t>"), delimiter)
	}
	return strings.TrimSpace(line) != "" && len(line)-len(strings.TrimLeft(line, " \t")) <= len(indent)
}

// dedent joins lines without the indentation, and the marks of a quote, that the first
// of them with text has.
func dedent(lines []string) string {
	indent, found := "", false
	var b strings.Builder
	for _, line := range lines {
		line = strings.TrimRight(line, " \t\r")
		if first := strings.TrimLeft(line, " \t>"); !found && first != "" {
			indent, found = line[:len(line)-len(first)], true
		}
		b.WriteString(strings.TrimPrefix(line, indent))
		b.WriteByte('\n')
	}
	return b.String()
}
