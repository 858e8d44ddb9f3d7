package proof

import (
	"bytes"
	"strings"
	"sync"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// The bounds of a kept log.
const (
	tailLines  = 40
	lineLength = 500 // in bytes; the rest is cut
	maxDenied  = 50
)

// tail keeps the last lines that are written to it, and passes on each line as soon as
// it is complete. It is safe for concurrent use, and never fails.
type tail struct {
	mu    sync.Mutex
	lines []string
	rest  []byte
	line  func(string) // called with mu held; may be nil
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(b)
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		t.rest = append(t.rest, b[:i]...)
		t.flush()
		b = b[i+1:]
	}
	t.rest = append(t.rest, b[:min(len(b), max(0, lineLength-len(t.rest)))]...)
	return n, nil
}

// flush ends an unfinished line.
func (t *tail) flush() {
	line := strings.TrimRight(string(t.rest[:min(len(t.rest), lineLength)]), "\r")
	t.rest = t.rest[:0]
	if strings.TrimSpace(line) == "" {
		return
	}
	if t.line != nil {
		t.line(line)
	}
	t.lines = append(t.lines, line)
	if len(t.lines) > tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
}

// Close does nothing: an unfinished line is in the tail all the same.
func (t *tail) Close() error { return nil }

// last returns the kept lines, and the unfinished one.
func (t *tail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.rest) > 0 {
		t.flush()
	}
	return append([]string(nil), t.lines...)
}

// Denied is an access that failed for lack of permission.
type Denied struct {
	Path string `json:"path"` // "" when the line names none
	Line string `json:"line"` // the message of the command
}

var (
	deniedWords = lazyregexp.New(`(?i)\bEACCES\b|\bEROFS\b|\bEPERM\b|permission denied|read-only file system|operation not permitted|SQLITE_READONLY|SQLITE_CANTOPEN|readonly database|unable to open database`)
	notMessage  = lazyregexp.New(`^\s*(at |(code|errno|syscall|path): )`)
	deniedPath  = lazyregexp.New("(?:^|[\\s'\"`(\u2018=\u201c])(/[^\\s'\"`:,;)\u2019\u201d]*)")
)

// denied parses a line of a log. Programs name the path after the error (Node), or
// before it (shells, coreutils). It leaves out what follows a message of Node's: the
// stack, which names places in the program, and the error's fields.
func denied(line string) (Denied, bool) {
	at := deniedWords.FindStringIndex(line)
	if at == nil || notMessage.MatchString(line) {
		return Denied{}, false
	}
	d := Denied{Line: line}
	if m := deniedPath.FindStringSubmatch(line[at[1]:]); m != nil {
		d.Path = m[1]
	} else if m := deniedPath.FindAllStringSubmatch(line[:at[0]], -1); m != nil {
		d.Path = m[len(m)-1][1]
	}
	return d, true
}

// progress follows the steps of a build.
type progress struct {
	mu    sync.Mutex
	steps map[digest.Digest]*step
	order []*step
	tell  func(string)
}

type step struct {
	name, err string
	ended     bool
	log       tail
}

func newProgress(tell func(string)) *progress {
	return &progress{steps: map[digest.Digest]*step{}, tell: tell}
}

func (p *progress) add(st *client.SolveStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range st.Vertexes {
		s := p.steps[v.Digest]
		if s == nil {
			s = &step{name: v.Name}
			p.steps[v.Digest] = s
			p.order = append(p.order, s)
		}
		if v.Started != nil && v.Completed == nil && !v.Cached {
			p.tell(s.name)
		}
		s.ended = v.Completed != nil
		if v.Error != "" {
			s.err = v.Error
		}
	}
	for _, l := range st.Logs {
		if s := p.steps[l.Vertex]; s != nil {
			_, _ = s.log.Write(l.Data)
		}
	}
}

// current returns the step that began last and has not ended.
func (p *progress) current() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.order) - 1; i >= 0; i-- {
		if !p.order[i].ended {
			return p.order[i].name
		}
	}
	return ""
}

// failure returns the step that failed with that error, or the named one, and its last lines.
// Steps that were cancelled because of it have failed too; they say so. Of a step that two builds
// share, an old BuildKit tells one of them alone how it ended: the error has its command.
func (p *progress) failure(name, err string) (string, []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var with *step // the one of the longest command in err
	longest := 0
	for _, s := range p.order {
		if s.name == name && name != "" || name == "" && s.err != "" && !strings.Contains(s.err, "context canceled") {
			return s.name, s.log.last()
		}
		if _, command, ok := strings.Cut(s.name, " RUN "); ok && !s.ended && len(command) > longest && strings.Contains(err, command) {
			with, longest = s, len(command)
		}
	}
	if name == "" && with != nil {
		return with.name, with.log.last()
	}
	return name, nil
}
