package stage

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
)

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
// met again in each state of a Dockerfile, and after each edit.
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

// heredocScript returns the script in RUN <<EOF, where the heredoc is the script
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
