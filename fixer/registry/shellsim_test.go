package registry_test

import "strings"

// stmt is a piece of a shell script: its text, and what a shell does with it in
// a world. The status is that of the last command.
type stmt struct {
	text string
	run  func(w *world, sh *sh) (status int)
	kind stmtKind
}

type stmtKind int

const (
	single stmtKind = iota // in any context
	chain                  // of "&&"
	loose                  // changes meaning after other text
)

// whole is the text of a statement as one command.
func (s stmt) whole() string {
	if s.kind == single {
		return s.text
	}
	return "{ " + s.text + "; }"
}

// sh is the state of a shell.
type sh struct {
	errexit bool
	minded  int // how many enclosing constructs disable errexit
	exited  bool
}

// simple returns a command that succeeds or fails.
func simple(text string, do func(w *world) bool) stmt {
	return stmt{text: text, run: func(w *world, s *sh) int {
		if do(w) {
			return 0
		}
		return s.failed(1)
	}}
}

// failed is the end of a command with a status.
func (s *sh) failed(status int) int {
	s.exited = s.exited || status != 0 && s.errexit && s.minded == 0
	return status
}

// set is "set -e" or "set +e".
func set(on bool) stmt {
	text := map[bool]string{true: "set -e", false: "set +e"}[on]
	return stmt{text: text, run: func(_ *world, s *sh) int {
		s.errexit = on
		return 0
	}}
}

// list runs one statement after the other.
func list(sep string, all ...stmt) stmt {
	var texts []string
	for _, s := range all {
		texts = append(texts, s.text)
	}
	return stmt{kind: loose, text: strings.Join(texts, sep), run: func(w *world, s *sh) (status int) {
		for _, one := range all {
			if !s.exited {
				status = one.run(w, s)
			}
		}
		return status
	}}
}

// and is a chain of "&&"; errexit checks only its last member.
func and(all ...stmt) stmt {
	var texts []string
	for _, s := range all {
		if s.kind == loose {
			s.text = s.whole()
		}
		texts = append(texts, s.text)
	}
	return stmt{kind: chain, text: strings.Join(texts, " && "), run: func(w *world, s *sh) (status int) {
		for i, one := range all {
			if i < len(all)-1 {
				s.minded++
			}
			status = one.run(w, s)
			if i < len(all)-1 {
				s.minded--
			}
			if status != 0 || s.exited {
				return status
			}
		}
		return status
	}}
}

// or is "a || b".
func or(a, b stmt) stmt {
	left := a.text
	if a.kind == loose {
		left = a.whole()
	}
	return stmt{kind: loose, text: left + " || " + b.whole(), run: func(w *world, s *sh) int {
		if status := a.unminded(w, s); status == 0 || s.exited {
			return status
		}
		return b.run(w, s)
	}}
}

// unminded runs a statement whose failure errexit ignores.
func (a stmt) unminded(w *world, s *sh) int {
	s.minded++
	defer func() { s.minded-- }()
	return a.run(w, s)
}

// not is "! a".
func not(a stmt) stmt {
	return stmt{text: "! " + a.whole(), run: func(w *world, s *sh) int {
		if a.unminded(w, s) == 0 {
			return 1
		}
		return 0
	}}
}

// when is an if clause.
func when(cond, then, otherwise stmt) stmt {
	return stmt{text: "if " + cond.text + "; then " + then.text + "; else " + otherwise.text + "; fi", run: func(w *world, s *sh) int {
		status := cond.unminded(w, s)
		switch {
		case s.exited:
			return status
		case status == 0:
			return then.run(w, s)
		}
		return otherwise.run(w, s)
	}}
}

// child runs a statement in another process, whose errexit is inherited or not.
func child(before, after string, a stmt, inherits bool) stmt {
	return stmt{text: before + a.text + after, run: func(w *world, s *sh) int {
		inner := &sh{}
		if inherits {
			*inner = *s
		}
		return s.failed(a.run(w, inner))
	}}
}

// bare runs a statement with other text around it.
func bare(before, after string, a stmt) stmt {
	return stmt{text: before + a.text + after, run: a.run}
}

// forgotten is a statement that runs in the background, if it runs.
func forgotten(text string, a stmt, happens bool) stmt {
	return stmt{kind: loose, text: text, run: func(w *world, _ *sh) int {
		if happens {
			a.run(w, &sh{})
		}
		return 0
	}}
}

// exit ends the script.
func exit(status int) stmt {
	return stmt{text: "exit " + string(rune('0'+status)), run: func(_ *world, s *sh) int {
		s.exited = true
		return status
	}}
}
