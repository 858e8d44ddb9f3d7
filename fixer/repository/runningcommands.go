package repository

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/compose"
	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds, in any text that is read, the commands that are run as root in running
// containers, and those that send them a signal.

var (
	// rootCommand matches docker exec and its like with root as the user, however it is spelled:
	// in a shell, as a list of words, by a variable for docker compose; and what a development
	// container says.
	rootCommand = lazyregexp.New(`(?m)^.*(?:(?i:exec)\b.{0,200}?["' ]-{1,2}(?:[a-zA-Z]*u|user)[ \t"',=:]*(?:root|0)\b|\bexec\w*\b.{0,200}?\b[uU]ser["']?\s?[:=]\s?["'](?:root|0)["']|"(?:remoteUser|containerUser)"\s*:\s*"root").*$`)
	// variableCommand matches the same with a variable as the user; ownNumber what says that it is
	// the number of who calls it.
	variableCommand = lazyregexp.New(`(?m)^.*(?i:exec)\b.{0,200}?["' ]-{1,2}(?:[a-zA-Z]*u|user)[ \t"',=]*(?:\$|\{\{).*$`)
	ownNumber       = lazyregexp.New(`(?i)\bid -|uid|user_?id`)
	// rootOption matches a variable for command lines that is an option with root as the user.
	rootOption = lazyregexp.New(`(?m)^\s*(?:export\s+)?\w+\s*[:?+]?=\s*["']?-{1,2}(?:u|user)[ =]+["']?(?:root|0)\b.*$`)
	// signalCommand matches docker kill and its like with a signal other than those that end a
	// program.
	signalCommand = lazyregexp.New(`(?m)^.*\bkill\b.{0,100}?(?:-s|--signal)[ ="',]*(?:SIG)?(?:HUP|USR1|USR2|WINCH|QUIT)\b.*$`)
	// rootUser matches a setting of runners, which run commands in containers.
	rootUser = lazyregexp.New(`(?m)^.*\buser\b["']?\s?[:=]\s?["']?(?:root|0)\b.*$`)
)

// runners are words of the files of programs that run commands in containers: the labels and the
// settings of Ofelia and Chadburn, Ansible's module, Dip and Lando.
var runners = []string{"job-exec", "docker_container_exec", "dip.yml", ".lando.yml"}

// runningCommands records the commands of a text. lines is the text with a command that goes on
// in the next line in one.
func (r *reader) runningCommands(name string, text, lines []byte) {
	if isOfRunner(name, text) || isPartOfCompose(name, text) {
		r.rootCommands = appendLines(r.rootCommands, name, text, rootUser.FindAllSubmatchIndex(text, maxHints))
	}
	if bytes.Contains(lines, []byte("kill")) {
		r.signalCommands = appendLines(r.signalCommands, name, lines, signalCommand.FindAllSubmatchIndex(lines, maxHints))
	}
	if bytes.Contains(lines, []byte("exec")) || bytes.Contains(lines, []byte("EXEC")) || bytes.Contains(lines, []byte(`User"`)) {
		r.rootCommands = appendLines(r.rootCommands, name, lines, rootCommand.FindAllSubmatchIndex(lines, maxHints))
		r.rootCommands = appendLines(r.rootCommands, name, lines, rootOption.FindAllSubmatchIndex(lines, maxHints))
		variable := slices.DeleteFunc(appendLines(nil, name, lines, variableCommand.FindAllSubmatchIndex(lines, maxHints)), func(l Line) bool {
			return ownNumber.MatchString(l.Text)
		})
		r.rootCommands = append(r.rootCommands, variable[:min(len(variable), maxHints-len(r.rootCommands))]...)
	}
}

func isOfRunner(name string, text []byte) bool {
	return slices.ContainsFunc(runners, func(word string) bool {
		return strings.Contains(path.Base(name), word) || bytes.Contains(text, []byte(word))
	})
}

// isPartOfCompose reports whether a file has a part of services under a name of its own, which
// somebody merges.
func isPartOfCompose(name string, text []byte) bool {
	base := path.Base(name)
	return isYAML(strings.ToLower(base)) && !isCompose(strings.ToLower(base)) && !compose.IsNamedAlike(base) && discover.IsCompose(text)
}

// ContainerCommands are the lines of a repository that run a command as root in containers of one
// Compose file, or send them a signal: those in a directory above or below the file's, or in one
// for the whole repository. It does not change, and is safe for concurrent use.
type ContainerCommands struct {
	root, signals, touching []containerLine
	every                   workload.Place // of what does something in all containers
}

// containerLine is a line, and whose containers it may mean.
type containerLine struct {
	Line
	services map[string]bool // that it names, by the service or by a container
	any      bool            // it names none, and may mean each
}

// ContainerCommands returns the commands for the services of a Compose file, in all projects that
// it is a part of. It searches each line for each name, so it is called once a file.
func (l *Links) ContainerCommands(file string) *ContainerCommands {
	names := map[string][]string{} // by service
	for _, p := range l.Projects(file) {
		for _, s := range p.Services {
			for _, name := range []string{s.Name, s.Container} {
				if name != "" && !slices.Contains(names[s.Name], name) {
					names[s.Name] = append(names[s.Name], name)
				}
			}
		}
	}
	near := func(lines []Line) []containerLine { return linesNear(lines, path.Dir(file), names) }
	return &ContainerCommands{root: near(l.rootCommands), signals: near(l.signalCommands), touching: near(l.touchCommands), every: l.everyTouched}
}

// Root returns the lines that run a command as root in a container of a service: those that name
// it or one of its containers, and those that name no service and may mean each.
func (c *ContainerCommands) Root(service string) []Line { return meant(c.root, service) }

// Signals is Root for lines that send a signal.
func (c *ContainerCommands) Signals(service string) []Line { return meant(c.signals, service) }

func meant(lines []containerLine, service string) (list []Line) {
	for _, line := range lines {
		if line.any || line.services[service] {
			list = append(list, line.Line)
		}
	}
	return list
}

// linesNear returns the lines that may be for what runs from a directory, with the services that
// each names. A list that is full may lack the line that matters: its last one counts for every
// service.
func linesNear(lines []Line, dir string, names map[string][]string) (list []containerLine) {
	own := path.Join("/", dir)
	for _, line := range lines {
		from := path.Join("/", strings.TrimSuffix(path.Dir(line.Place.File), ".devcontainer"))
		if !workload.Within(from, own) && !workload.Within(own, from) && !isOfRepository(from) {
			continue
		}
		near := containerLine{Line: line, services: map[string]bool{}}
		for service, words := range names {
			if slices.ContainsFunc(words, func(word string) bool { return namesContainer(line.Text, word) }) {
				near.services[service] = true
			}
		}
		near.any = len(near.services) == 0 && (strings.ContainsAny(line.Text, "$<{") || !isDocs(strings.ToLower(path.Base(line.Place.File))))
		list = append(list, near)
	}
	if len(lines) == maxHints {
		list = append(list, containerLine{Line: lines[maxHints-1], any: true})
	}
	return list
}

// namesContainer reports whether a text has the name of a container or a service, also with the
// project before it and a number after it (app-web-1).
func namesContainer(text, name string) bool {
	for at := 0; ; at++ {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		at += i
		if (at == 0 || !isNameByte(text[at-1]) || strings.IndexByte("-_", text[at-1]) >= 0) && endsName(text[at+len(name):]) {
			return true
		}
	}
}

// endsName reports whether a name ends before a text, or does so after a number.
func endsName(rest string) bool {
	if rest != "" && (rest[0] == '-' || rest[0] == '_') {
		if after := strings.TrimLeft(rest[1:], "0123456789"); len(after) < len(rest)-1 {
			rest = after
		}
	}
	return rest == "" || !isNameByte(rest[0])
}

// isNameByte reports whether a byte may be within the name of a container, dots aside.
func isNameByte(c byte) bool {
	return c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isOfRepository reports whether a directory has what is for a whole repository: its scripts, its
// jobs of CI.
func isOfRepository(dir string) bool {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(dir, "/"), "/"); first {
	case "bin", "scripts", "script", "tools", "hack", "ci", "docs", "doc":
		return true
	default:
		return strings.HasPrefix(first, ".")
	}
}
