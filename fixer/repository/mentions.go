package repository

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file reads what no other reader of the package knows: each text of the repository
// that looks like a mount, or like the command of a container, whatever tool reads it. There
// are more such tools than formats that can be read in full. What such a text is of is not
// known; a transform takes it for one of the image where both agree, such as in a directory
// that the application writes.

// The bounds of the search. A longer file is not searched; what lies beyond the others is a
// gap.
const (
	maxMentioning     = 256 << 10 // bytes of one file: deployments that people write are shorter
	maxMentioningText = 16 << 20  // bytes of all files
	maxMentions       = 2000      // mounts, and commands
)

// mentioned is what the texts of the repository say in their own form.
type mentioned struct {
	reader           *reader
	known            map[mentionedAt]bool // what a reader of the file's format has read there
	mounts, commands []workload.Mention
	left             int // bytes
}

// mentionedAt is a mount, by its target, in a file.
type mentionedAt struct{ file, target string }

// mentions returns the texts that look like a mount, and those that look like a command.
func (r *reader) mentions() []workload.Mention {
	m := &mentioned{reader: r, known: map[mentionedAt]bool{}, left: maxMentioningText}
	for _, b := range r.builds {
		m.know(b.Deployments)
	}
	for _, d := range r.runs {
		m.know([]workload.Deployment{d.Deployment})
	}
	for _, name := range r.texts {
		if m.inChart(name) {
			continue
		}
		text, ok := m.text(name)
		if m.left < 0 || len(m.mounts) >= maxMentions || len(m.commands) >= maxMentions {
			r.gap(workload.Place{File: name}, "not searched for mounts and commands: the repository has too many of such files")
			break
		}
		if ok {
			m.search(name, text)
		}
	}
	return append(m.mounts, m.commands...)
}

// text returns the content of a file, if it is a text to be searched.
func (m *mentioned) text(name string) (text string, ok bool) {
	info, err := fs.Stat(m.reader.fsys, name)
	if err != nil || info.Size() > maxMentioning {
		return "", false
	}
	f, err := m.reader.fsys.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxMentioning))
	m.left -= len(content)
	isProject := compose.IsNamedAlike(path.Base(name)) && bytes.Contains(content, []byte("services:"))
	return string(content), err == nil && bytes.IndexByte(content, 0) < 0 && !isProject
}

func (m *mentioned) know(list []workload.Deployment) {
	for _, d := range list {
		for _, mount := range d.Mounts {
			m.known[mentionedAt{mount.Place.File, mount.Target}] = true
		}
	}
}

// inChart reports whether a file belongs to a Helm chart, whose templates are read with its
// values.
func (m *mentioned) inChart(name string) bool {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if m.reader.exists[path.Join(dir, "Chart.yaml")] {
			return true
		}
		if dir == "." {
			return false
		}
	}
}

// maxMentionLine is the longest line that is searched, in bytes.
const maxMentionLine = 16 << 10

// search finds the mounts and the commands of a file.
func (m *mentioned) search(name, text string) {
	ofSource, commands := isSource(name), givesCommands(name, text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len(line) > maxMentionLine || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		place := workload.Place{File: name, Line: i + 1}
		if mayMount(line) {
			for _, mount := range mountsOf(lines, i, ofSource) {
				m.mount(place, mount)
			}
		}
		if commands {
			if command := commandAt(lines[i:]); command != "" && len(m.commands) < maxMentions {
				m.commands = append(m.commands, workload.Mention{Place: place, Command: command})
			}
		}
	}
}

// mount adds a mount that no reader of the file's format has read, once for the file.
func (m *mentioned) mount(place workload.Place, mount workload.Mount) {
	mount.Target, mount.Place = path.Clean(mount.Target), place
	if at := (mentionedAt{place.File, mount.Target}); mount.Target != "/" && !m.known[at] && len(m.mounts) < maxMentions {
		m.known[at] = true
		m.mounts = append(m.mounts, workload.Mention{Place: place, Mount: mount})
	}
}

// noText are extensions of files that state no deployment: what is drawn, styled, packed or
// generated, and data.
var noText = words(".png .jpg .jpeg .gif .ico .webp .svg .avif .bmp .pdf .woff .woff2 .ttf .otf .eot .mp3 .mp4 .webm .wav .ogg .zip .gz .tgz .xz .bz2 .7z .jar .war .class .exe .dll .so .o .a .wasm .node " +
	".css .scss .sass .less .styl .html .htm .vue .svelte .map .snap .lock .sum .csv .tsv .sql .db .sqlite .po .pot .mo .patch .diff .log .pem .crt .key .ipynb .parquet .bin .dat .graphql .proto .hbs .ejs .pug")

// languages are the extensions of sources. An application's own say where it writes, in the
// words of a mount; those with a name about deploying may start a container.
var (
	languages = words(".js .mjs .cjs .jsx .ts .mts .cts .tsx .py .rb .go .php .java .kt .kts .scala .groovy .cs .fs .rs .ex .exs .pl .pm .clj .swift .dart .lua .c .h .cc .cpp .hpp .m .r .jl .hs .elm .erl")
	deploying = words("deploy deployment infra infrastructure cdk pulumi stack provision provisioning docker container containers ops devops release fabfile tasks cloud")
)

func isSource(name string) bool { return languages[strings.ToLower(path.Ext(name))] }

// mayMention reports whether a file is searched, by its name.
func mayMention(name string) bool {
	base := strings.ToLower(path.Base(name))
	ext := path.Ext(base)
	switch {
	case noText[ext] || lockFiles[path.Base(name)] || isCompose(base) && isYAML(base) || strings.HasPrefix(base, "changelog") || strings.HasSuffix(base, "ignore"):
		return false
	case languages[ext]:
		parts := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return strings.ContainsRune("/._-", c) })
		return slices.ContainsFunc(parts, func(part string) bool { return deploying[part] })
	}
	return true
}

// beside returns the Dockerfiles that a text may be about: those in the nearest directory at
// or above it that has any, and below that; and those in the directories above.
func beside(dockerfiles []string, file string) (list []string) {
	list = slices.Clone(near(dockerfiles, path.Dir(file)))
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		from, _ := slices.BinarySearch(dockerfiles, dir+"/")
		if dir == "." {
			from = 0
		}
		for _, d := range dockerfiles[from:] {
			if path.Dir(d) == dir && !slices.Contains(list, d) {
				list = append(list, d)
			}
			if dir != "." && !strings.HasPrefix(d, dir+"/") {
				break
			}
		}
		if dir == "." {
			return list
		}
	}
}
