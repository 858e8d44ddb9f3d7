package imagebuild

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds what scripts and tests of a repository expect of the text of a
// Dockerfile: to a replacement or an assertion, another spelling is another line.

// The bounds of what is read of a repository for that.
const (
	maxReaderDepth = 2
	maxReaders     = 3000
	maxReaderBytes = 128 << 10
	maxLiterals    = 2000
)

// literal is a text that a script has, and where.
type literal struct {
	text  string
	place string
}

// quoted matches what a script has between quotes or as a regular expression.
var quoted = lazyregexp.New("'[^'\n]{6,300}'|\"[^\"\n]{6,300}\"|`[^`\n]{6,300}`|/(?:[^/\\\\\n]|\\\\.){6,300}/")

// instruction matches a literal that begins as a line of a Dockerfile does.
var instruction = lazyregexp.New(`^\^?(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|RUN|USER|VOLUME|WORKDIR) \S`)

// literals returns what the scripts of a repository that name a Dockerfile have in quotes
// and that looks like a line of one.
func literals(repository fs.FS) (list []literal) {
	if repository == nil {
		return nil
	}
	files := 0
	var walk func(dir string, depth int)
	walk = func(dir string, depth int) {
		entries, err := fs.ReadDir(repository, dir)
		if err != nil {
			return
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			switch {
			case e.IsDir() && depth < maxReaderDepth && !discover.IsVendored(e.Name()) && e.Name() != ".git":
				walk(name, depth+1)
			case e.Type().IsRegular() && isReader(e.Name()) && files < maxReaders && len(list) < maxLiterals:
				files++
				list = append(list, literalsOf(repository, name)...)
			}
		}
	}
	walk(".", 0)
	return list
}

func isReader(name string) bool {
	return slices.Contains([]string{".sh", ".bash", ".py", ".rb", ".pl", ".js", ".mjs", ".cjs", ".ts"}, path.Ext(name))
}

func literalsOf(repository fs.FS, name string) (list []literal) {
	f, err := repository.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxReaderBytes))
	if err != nil || !bytes.Contains(text, []byte("ockerfile")) {
		return nil
	}
	for i, line := range bytes.Split(text, []byte("\n")) {
		for _, m := range quoted.FindAllString(string(line), -1) {
			if s := unescaped(m[1 : len(m)-1]); instruction.MatchString(s) {
				list = append(list, literal{strings.TrimPrefix(s, "^"), fmt.Sprintf("%s:%d", name, i+1)})
			}
		}
	}
	return list
}

// unescaped returns what a regular expression without operators matches.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Change is [fixer.Pass.Change], and refuses what takes from the text a line that a script
// or a test of the repository expects there.
func (p *Pass) Change(at document.Span, f fixer.Finding, may fixer.Decision, edits ...document.Edit) fixer.Reported {
	if place := p.expected(edits); place != "" && !may.Refused() {
		may = fixer.Refusal(place + " expects this text of the Dockerfile")
	}
	return p.Pass.Change(at, f, may, edits...)
}

// expected returns the place that expects a text which the edits take away, "" for none.
func (p *Pass) expected(edits []document.Edit) string {
	if len(edits) == 0 || p.Repository == nil {
		return ""
	}
	before := p.File.Bytes()
	var after []byte
	for _, l := range p.build.expects() {
		n := bytes.Count(before, []byte(l.text))
		if n == 0 {
			continue
		}
		if after == nil {
			var err error
			if after, err = document.Splice(before, edits); err != nil {
				return "" // which the engine reports
			}
		}
		if bytes.Count(after, []byte(l.text)) < n {
			return l.place
		}
	}
	return ""
}
