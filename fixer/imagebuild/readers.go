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
	maxExpected    = 2000 // of each kind
)

// expectations are what the scripts of a repository that name a Dockerfile expect of its
// text, each with the place that does.
type expectations struct {
	// literals are what is in quotes and looks like the beginning of an instruction, by
	// the keyword of that.
	literals map[string][]literal
	// words are the pairs of a keyword and another word of one line, as in
	// awk '$1 == "ENV" && $2 == "VERSION"'.
	words map[[2]string]string
	count int // of the literals
}

type literal struct{ text, place string }

var (
	// quoted matches what a script has between quotes or as a regular expression.
	quoted = lazyregexp.New("'[^'\n]{6,300}'|\"[^\"\n]{6,300}\"|`[^`\n]{6,300}`|/(?:[^/\\\\\n]|\\\\.){6,300}/")
	// instruction matches a literal that begins as a line of a Dockerfile does.
	instruction = lazyregexp.New(`^\^?(` + keywords + `) \S`)
	keyword     = lazyregexp.New(`\b(` + keywords + `)\b`)
)

const keywords = "ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|RUN|USER|VOLUME|WORKDIR"

// expectationsOf reads the scripts of a repository.
func expectationsOf(repository fs.FS) *expectations {
	x := &expectations{literals: map[string][]literal{}, words: map[[2]string]string{}}
	if repository == nil {
		return x
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
			case files >= maxReaders:
				return
			case e.IsDir() && depth < maxReaderDepth && !discover.IsVendored(e.Name()) && e.Name() != ".git":
				files++
				walk(name, depth+1)
			case e.Type().IsRegular() && isReader(e.Name()):
				files++
				x.read(repository, name)
			}
		}
	}
	walk(".", 0)
	return x
}

func isReader(name string) bool {
	return slices.Contains([]string{".sh", ".bash", ".py", ".rb", ".pl", ".awk", ".js", ".mjs", ".cjs", ".ts"}, path.Ext(name))
}

// read adds what one script expects.
func (x *expectations) read(repository fs.FS, name string) {
	f, err := repository.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxReaderBytes))
	if err != nil || !bytes.Contains(text, []byte("ockerfile")) {
		return
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		key := keyword.FindString(line)
		if key == "" {
			continue
		}
		place := fmt.Sprintf("%s:%d", name, number)
		for _, m := range quoted.FindAllString(line, -1) {
			if s := unescaped(m[1 : len(m)-1]); instruction.MatchString(s) && x.count < maxExpected {
				s = strings.TrimPrefix(s, "^")
				first, _, _ := strings.Cut(s, " ")
				x.literals[first] = append(x.literals[first], literal{s, place})
				x.count++
			}
		}
		for _, word := range words(line) {
			if pair := [2]string{key, word}; x.words[pair] == "" && len(x.words) < maxExpected {
				x.words[pair] = place
			}
		}
	}
}

// words are those of a line that a variable or a file may be named by.
func words(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
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

// missing returns the place that finds an instruction as it was and not as it is, "" for
// none.
func (x *expectations) missing(before, after string) string {
	key, rest, _ := strings.Cut(before, " ")
	for _, l := range x.literals[key] {
		if strings.Contains(before, l.text) && !strings.Contains(after, l.text) {
			return l.place
		}
	}
	word := firstWord(rest)
	afterKey, afterRest, _ := strings.Cut(after, " ")
	if place := x.words[[2]string{key, word}]; place != "" && (afterKey != key || firstWord(afterRest) != word) {
		return place
	}
	return ""
}

func firstWord(s string) string {
	if list := strings.Fields(s); len(list) > 0 {
		return list[0]
	}
	return ""
}

// Change is [fixer.Pass.Change], and refuses what takes from the text a line that a script
// or a test of the repository expects there; it doubts what changes the lines that a command
// line works on.
func (p *Pass) Change(at document.Span, f fixer.Finding, may fixer.Decision, edits ...document.Edit) fixer.Reported {
	if place := p.expected(edits); place != "" && !may.Refused() {
		may = fixer.Refusal(place + " expects this text of the Dockerfile")
	}
	if !may.Refused() {
		may = may.And(p.textUsed(edits))
	}
	return p.Pass.Change(at, f, may, edits...)
}

// expected returns the place that expects an instruction as it was before the edits, ""
// for none. Each instruction is looked at by itself: a script finds it by its line.
func (p *Pass) expected(edits []document.Edit) string {
	x := p.build.expects()
	if len(x.literals)+len(x.words) == 0 {
		return ""
	}
	of := map[document.Span][]document.Edit{}
	for _, e := range edits {
		if !e.Inserts() {
			of[e.Anchor] = append(of[e.Anchor], e)
		}
	}
	src := p.File.Bytes()
	for _, e := range edits {
		own, ok := of[e.Anchor]
		if !ok {
			continue
		}
		delete(of, e.Anchor)
		before, after := string(src[e.Anchor.Start:e.Anchor.End]), ""
		if e.Role == document.Changes {
			own = slices.Clone(own)
			for i := range own {
				own[i].Start, own[i].End = own[i].Start-e.Anchor.Start, own[i].End-e.Anchor.Start
			}
			text, err := document.Splice([]byte(before), own)
			if err != nil {
				return "" // which the engine reports
			}
			after = string(text)
		}
		if place := x.missing(before, after); place != "" {
			return place
		}
	}
	return ""
}
