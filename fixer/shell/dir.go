package shell

import (
	"path"
	"strings"
)

// This file follows the working directory through a script.

// subshell returns a function that undoes the directory changes of a subshell.
func (w *walker) subshell() func() {
	dir, dirs := w.dir, w.dirs
	return func() { w.dir, w.dirs = dir, dirs }
}

// branch walks what may not run: if it changes the directory, the one after it is
// unknown.
func (w *walker) branch(walk func()) {
	dir := w.dir
	walk()
	if w.dir != dir {
		w.dir = Word{}
	}
}

// move follows a call of cd and similar commands.
func (w *walker) move(c Call) {
	switch {
	case c.Name == "cd" || c.Name == "chdir" || c.Name == "pushd":
		if c.Name == "pushd" {
			w.dirs = append(w.dirs[:len(w.dirs):len(w.dirs)], w.dir)
		}
		w.dir = join(w.dir, target(c.Args))
		w.moves++
	case c.Name == "popd" && len(w.dirs) > 0:
		w.dir, w.dirs = w.dirs[len(w.dirs)-1], w.dirs[:len(w.dirs)-1]
		w.moves++
	case c.Name == "popd", w.moving[c.Path]:
		w.dir = Word{}
		w.moves++
	}
}

// target returns the operand of cd; unknown if it leads home or back.
func target(args []Word) Word {
	for len(args) > 0 && args[0].Known && (args[0].Text == "--" || args[0].Text == "-P" || args[0].Text == "-L") {
		args = args[1:]
	}
	if len(args) != 1 || args[0].Text == "-" || args[0].Text == "" || strings.HasPrefix(args[0].Text, "+") {
		return Word{}
	}
	return args[0]
}

// join returns the directory to, starting in dir.
func join(dir, to Word) Word {
	switch {
	case !to.Known:
		return Word{}
	case path.IsAbs(to.Text):
		return Word{Text: path.Clean(to.Text), Known: true}
	case !dir.Known:
		return Word{}
	}
	joined := path.Join(dir.Text, to.Text)
	if joined == "." {
		joined = ""
	}
	return Word{Text: joined, Known: true}
}

// In returns the directory that the call is made in when its script starts in the
// absolute directory dir. It is false if that is not known.
func (c Call) In(dir string) (string, bool) { return c.Dir.In(dir) }

// In returns the absolute path of a directory or file that is relative to the
// absolute directory dir. It is false if w is not known.
func (w Word) In(dir string) (string, bool) {
	if path.IsAbs(w.Text) {
		return path.Clean(w.Text), w.Known
	}
	return path.Join(dir, w.Text), w.Known
}

// chdir returns the directory that env changes to.
func (c Call) chdir() Word {
	if c.Name == "env" {
		for i, a := range c.Args {
			if dir, ok := strings.CutPrefix(a.Text, "--chdir="); ok && a.Known {
				return Word{Text: dir, Known: true}
			}
			if dir, ok := strings.CutPrefix(a.Text, "-C"); ok && dir != "" {
				return Word{Text: dir, Known: true}
			}
			if (a.Text == "-C" || a.Text == "--chdir") && i+1 < len(c.Args) {
				return c.Args[i+1]
			}
			if a.Known && !strings.HasPrefix(a.Text, "-") && !strings.Contains(a.Text, "=") {
				break
			}
		}
	}
	return Word{Known: true}
}

// sets returns the variables that env or cross-env sets for the program that it starts.
func (c Call) sets() (vars []string) {
	switch c.Name {
	case "env", "cross-env", "cross-env-shell":
		for _, a := range c.Args {
			if !a.Known || !strings.HasPrefix(a.Text, "-") && !strings.Contains(a.Text, "=") {
				return vars
			}
			if !strings.HasPrefix(a.Text, "-") {
				vars = append(vars, a.Text)
			}
		}
	}
	return vars
}
