package workload

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds what depends on which program is PID 1 of the container.

// ProcessOne is a line that depends on which program is PID 1.
type ProcessOne struct {
	Evidence
	// Own: a source compares the number of its own process, or of its parent's. Otherwise
	// it looks at PID 1 from outside, or a start script compares its own.
	Own bool
}

// operators are those of comparisons, in the languages that are read and in test.
const operators = `\s*(?:[!=]==?|[<>]=?|=|-(?:eq|ne|gt|ge|lt|le)\s)\s*`

var (
	ownNumber = textMatcher{[]string{"pid", "PID", "$$", "process::id"}, lazyregexp.New(
		// Node.js (nodejs.org, "process.pid").
		`\bprocess(?:\.|\[['"])pp?id\b(?:['"]\])?` + operators + `['"]?[01]\b|\b[01]['"]?` + operators + `(?:\w+\()?process\.pp?id\b|!process\.ppid\b|\bswitch\s*\(\s*process\.pp?id\b|` +
			// getpid(2) of Python, Ruby, Go, PHP and Rust.
			`\b(?i:(?:posix_)?getp?pid|getmypid)\(\)` + operators + `[01]\b|\bProcess\.pp?id` + operators + `[01]\b|\bprocess::id\(\)` + operators + `1\b|` +
			// The shell.
			`\$(?:\$|PPID\b|BASHPID\b|\{(?:\$|PPID|BASHPID)\})"?` + operators + `['"]?[01]\b|\b[01]['"]?` + operators + `"?\$(?:\$|PPID\b|\{PPID\})`)}
	// The same numbers of Node.js in variables of their own.
	takesNumber = lazyregexp.New(`\bpp?id\b[^{}\n]*\}\s*(?:=\s*process\b|=\s*require\(['"](?:node:)?process['"]|from\s*['"](?:node:)?process['"])|\bpp?id\s*=\s*process\.pp?id\b`)
	takenNumber = textMatcher{[]string{"pid"}, lazyregexp.New(`\bpp?id\s*[!=]==?\s*[01]\b`)}
	// What /proc/1 tells of the program alone (proc(5)): its cgroup, namespaces, mounts,
	// environment and output are those of the container, or are handed on.
	namedOne = textMatcher{[]string{"/proc/1", "ps ", "pgrep", "pkill", "lsof", "strace"}, lazyregexp.New(
		`/proc/1/(?:comm|cmdline|exe|stat|statm|status|sched|schedstat|smaps|smaps_rollup|io|task|maps|wchan|stack|syscall|oom_score|fdinfo)\b|/proc/1/fd(?:['"\s)|;&]|$)|` +
			`\bps\b[^\n|;&]*\s-?p\s*1\b|\b(?:ps|pgrep|pkill)\b[^\n|;&]*\s(?:-P|--p?pid[= ]|--parent[= ])\s*1\b|\b(?:lsof|strace)\b[^\n|;&]*\s-p\s*1\b`)}
)

// ProcessOneIn returns the lines of a text that depend on which program is PID 1, at
// most 20 of each kind.
func ProcessOneIn(name, text string) (list []ProcessOne) {
	l := lines{text: text}
	add := func(m textMatcher, own bool) {
		for _, at := range m.in(text) {
			if e := l.evidence(name, at); !isComment(e.Text) {
				list = append(list, ProcessOne{e, own})
			}
		}
	}
	add(ownNumber, true)
	if strings.Contains(text, "process") && takesNumber.MatchString(text) {
		add(takenNumber, true)
	}
	add(namedOne, false)
	return list
}

// isComment reports whether a line is a comment in one of the languages that are read.
func isComment(line string) bool {
	return slices.ContainsFunc([]string{"//", "*", "/*", "# "}, func(mark string) bool { return strings.HasPrefix(line, mark) })
}

// ProcessOne returns the lines of the sources, and of the scripts that start the
// container, that depend on which program is PID 1.
func (w *Workload) ProcessOne() (list []ProcessOne) {
	for _, u := range w.in.Files.processOne() {
		if w.in.Takes == nil || w.in.Takes(u.Place.File) {
			list = append(list, u)
		}
	}
	if start := w.Start(); start != nil {
		list = append(list, start.ProcessOne()...)
	}
	return list
}

// ProcessOne returns such lines of the script, and of all that it runs.
func (s *Script) ProcessOne() (list []ProcessOne) {
	seen := map[*Script]bool{}
	s.All(func(c *Command) bool {
		if in := c.In; in.Kind == ShellScript && !seen[in] && len(list) < maxHits {
			seen[in] = true
			for _, u := range ProcessOneIn(in.Name, in.Text) {
				if in.Place.Line > 0 { // of a heredoc
					u.Place = in.Place
				}
				list = append(list, ProcessOne{u.Evidence, false})
			}
		}
		return true
	})
	return list
}

// findProcessOne reads the sources of the context.
func (f *Files) findProcessOne() (list []ProcessOne) {
	f.eachSource(func(s *sourceEntry, text string, gap *sourceGap) {
		if gap == nil && s.lang != "" && len(list) < maxResults {
			list = append(list, ProcessOneIn(s.name, text)...)
		}
	})
	return list
}
