package history

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// entry is one line of an image's build history, parsed.
type entry struct {
	kind    kind
	text    string // the script of a run; the whole of anything else
	shell   string // of a run: the program
	errexit bool   // a run's shell stops at the first command that fails
	empty   bool   // it made no layer
}

// kind is what an entry does to the image.
type kind int

const (
	inert   kind = iota // changes the configuration, or makes an empty directory
	run                 // a script for a shell
	command             // a command without a shell, its words run together
	copied              // COPY or ADD
	foreign             // anything else: its effect is unknown
)

// inertWords are the instructions that put no file into an image.
var inertWords = map[string]bool{
	"ARG": true, "CMD": true, "ENTRYPOINT": true, "ENV": true, "EXPOSE": true, "HEALTHCHECK": true, "LABEL": true, "MAINTAINER": true,
	"ONBUILD": true, "SHELL": true, "STOPSIGNAL": true, "USER": true, "VOLUME": true, "WORKDIR": true,
}

// readHistory parses the history, oldest entry first. It's complete if
// it accounts for every layer.
func readHistory(c *v1.ConfigFile) (entries []entry, complete bool) {
	layers := 0
	for _, h := range c.History {
		e := readEntry(h.CreatedBy)
		if e.empty = h.EmptyLayer; !e.empty {
			layers++
		}
		entries = append(entries, e)
	}
	return entries, layers == len(c.RootFS.DiffIDs)
}

// readEntry parses the forms that docker's builders write:
//
//	/bin/sh -c SCRIPT                      RUN /bin/sh -c SCRIPT # buildkit
//	|1 ARG=value /bin/sh -c SCRIPT         RUN |1 ARG=value /bin/sh -c SCRIPT # buildkit
//	/bin/sh -c #(nop) COPY file:… in /dir  COPY name /dir # buildkit
func readEntry(s string) entry {
	s = strings.TrimSpace(s)
	if _, instruction, ok := strings.Cut(s, "#(nop)"); ok && strings.HasPrefix(s, "/bin/") {
		return readInstruction(strings.TrimSpace(instruction))
	}
	if e, ok := readShell(s); ok {
		return e
	}
	return readInstruction(strings.TrimSpace(strings.TrimSuffix(s, "# buildkit")))
}

func readInstruction(s string) entry {
	word, rest, _ := strings.Cut(s, " ")
	switch {
	case word == "RUN":
		if e, ok := readShell(strings.TrimSpace(rest)); ok {
			return e
		}
		return entry{kind: command, text: s}
	case word == "COPY", word == "ADD":
		return entry{kind: copied, text: s}
	case inertWords[word]:
		return entry{kind: inert, text: s}
	}
	return entry{kind: foreign, text: s}
}

// readShell parses "[|N ARG=value…] SHELL [options] -c SCRIPT".
func readShell(s string) (entry, bool) {
	if !strings.HasPrefix(s, "|") {
		return cutShell(s)
	}
	// The values may contain blanks, so the shell is where one begins. If there are
	// two, either may be part of a value.
	var first entry
	for rest, found := s, false; ; {
		i := strings.Index(rest, " /")
		if i < 0 {
			return first, found
		}
		rest = rest[i+1:]
		e, ok := cutShell(rest)
		switch {
		case ok && found:
			return entry{kind: command, text: s}, true
		case ok:
			first, found = e, true
		}
	}
}

// cutShell cuts a shell with its options off its script. Buildah writes a shell before
// a JSON form too, which had none.
func cutShell(s string) (entry, bool) {
	shell, rest, _ := strings.Cut(s, " ")
	e := entry{kind: run, shell: shell}
	switch path.Base(shell) {
	case "sh", "bash", "ash", "dash":
	default:
		return entry{}, false
	}
	for {
		option, after, ok := strings.Cut(strings.TrimLeft(rest, " "), " ")
		if !ok || !strings.HasPrefix(option, "-") || strings.HasPrefix(option, "--") {
			return entry{}, false
		}
		rest = after
		e.errexit = e.errexit || strings.Contains(option, "e")
		if strings.HasSuffix(option, "o") { // its value follows
			var name string
			name, rest, _ = strings.Cut(rest, " ")
			e.errexit = e.errexit || name == "errexit"
		}
		if strings.Contains(option, "c") {
			e.text = rest
			if json.Unmarshal([]byte(rest), new([]string)) == nil {
				e = entry{kind: command, text: rest}
			}
			return e, true
		}
	}
}

// operands returns what a COPY or ADD copied, as far as it's known, and where to.
func (e entry) operands() (sources []string, dest string) {
	words := strings.Fields(e.text)[1:]
	words = slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "--") })
	if len(words) == 0 {
		return nil, ""
	}
	return words[:len(words)-1], words[len(words)-1]
}
