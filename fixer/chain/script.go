package chain

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
)

// Start is what runs, or may run, when a container starts: ENTRYPOINT with CMD
// as its arguments, and CMD by itself, which is what an entrypoint script does
// with it in the end. It is false when that can't be read: a script with a
// syntax error, or an unusual SHELL.
func (s State) Start() (*shell.Script, bool) {
	entry, ok1 := s.argv(s.Entrypoint)
	cmd, ok2 := s.argv(s.Cmd)
	if s.Entrypoint != nil && s.Entrypoint.Shell {
		cmd, ok2 = nil, true // a shell-form ENTRYPOINT ignores CMD
	}
	if !ok1 || !ok2 {
		return nil, false
	}
	start, err := shell.FromArgs(append(entry[:len(entry):len(entry)], cmd...), s.EnvVar)
	if err != nil {
		return nil, false
	}
	if len(entry) > 0 && len(cmd) > 0 {
		alone, err := shell.FromArgs(cmd, s.EnvVar)
		if err != nil {
			return nil, false
		}
		start.Calls = append(start.Calls, alone.Calls...)
		start.Writes = append(start.Writes, alone.Writes...)
	}
	return start, true
}

// argv is what the runtime executes for a CMD or ENTRYPOINT.
func (s State) argv(c *Command) ([]string, bool) {
	if c == nil {
		return nil, true
	}
	if !c.Shell {
		return c.Argv, true
	}
	script := strings.Join(c.Argv, " ")
	if !s.POSIXShell() {
		return nil, false
	}
	if _, err := shell.Parse(script, nil); err != nil {
		return nil, false
	}
	return append(s.Shell[:len(s.Shell):len(s.Shell)], script), true
}

// POSIXShell reports whether the effective SHELL reads the scripts of RUN as a
// POSIX shell does.
func (s State) POSIXShell() bool {
	if len(s.Shell) == 0 {
		return false
	}
	switch path.Base(s.Shell[0]) {
	case "sh", "bash", "ash", "dash":
		return true
	}
	return false
}

// Script reads what a RUN runs in this state. It returns nil for what is no
// shell script: another interpreter's heredoc, an unusual SHELL.
func (s State) Script(in *dockerfile.Instruction) (*shell.Script, error) {
	cmd, ok := in.Cmd.(*instructions.RunCommand)
	if !ok {
		return nil, nil
	}
	if !cmd.PrependShell {
		return shell.FromArgs(cmd.CmdLine, s.Getenv)
	}
	if !s.POSIXShell() {
		return nil, nil
	}
	text := strings.Join(cmd.CmdLine, " ")
	if len(cmd.Files) > 0 {
		if text, ok = heredocScript(text, cmd.Files[0]); !ok {
			return nil, nil
		}
	}
	if strings.ContainsAny(text, "$`") {
		return shell.Parse(text, s.Getenv)
	}
	return s.graph.scripts.parse(text)
}

// scripts are those that depend on no variable, by their text: the same one is
// met again in each state of a Dockerfile, and behind each edit.
type scripts map[string]scriptOnce

func (known scripts) parse(text string) (*shell.Script, error) {
	s, ok := known[text]
	if !ok {
		s.script, s.err = shell.Parse(text, nil)
		known[text] = s
	}
	return s.script, s.err
}

// Place finds a word of the RUN's script, as Script read it, in the instruction,
// for an edit. It is false for what the line itself does not hold: a word of a
// heredoc, of exec form, of a script inside the script.
func (s Step) Place(w shell.Word) (dockerfile.Word, bool) {
	cmd, ok := s.In.Cmd.(*instructions.RunCommand)
	if !ok || !cmd.PrependShell || len(cmd.Files) > 0 || w.End == 0 {
		return dockerfile.Word{}, false
	}
	body := s.In.Body()
	if strings.Join(cmd.CmdLine, " ") != body || w.End > len(body) || body[w.Start:w.End] != w.Raw {
		return dockerfile.Word{}, false
	}
	return s.In.Part(w.Start, w.End), true
}

// heredocScript is the script in RUN <<EOF, where the heredoc is the script
// itself or the input of a shell.
func heredocScript(line string, file instructions.ShellInlineFile) (string, bool) {
	if strings.HasPrefix(file.Data, "#!") {
		first, _, _ := strings.Cut(file.Data, "\n")
		if !strings.HasSuffix(strings.TrimSpace(first), "sh") {
			return "", false
		}
	}
	command, _, _ := strings.Cut(line, "<<")
	switch fields := strings.Fields(command); {
	case len(fields) == 0:
	case strings.HasSuffix(fields[0], "sh"):
	default:
		return line, true // "cat <<EOF > x": the words of the line are the script
	}
	return file.Data, true
}
