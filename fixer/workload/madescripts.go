package workload

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds scripts that a RUN writes.

// madeScript is a file that a RUN writes.
type madeScript struct {
	in   *dockerfile.Instruction
	text string // "" where it is not known
}

// fetching are programs whose output is no text of the Dockerfile's.
var fetching = strings.Fields("curl wget base64 gunzip zcat xz tar openssl")

// madeScripts returns the files that RUNs write by a redirection or by tee, keyed by their
// absolute paths, without downloads. The text is known if it is the only heredoc.
func (w *Workload) madeScripts() map[string]madeScript {
	if w.made != nil {
		return w.made
	}
	w.made = map[string]madeScript{}
	for _, s := range w.in.Run.Steps {
		script, err := writingScript(s)
		if err != nil || script == nil || slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return slices.Contains(fetching, c.Name) }) {
			continue
		}
		one := madeScript{in: s.In}
		if h := s.In.Node.Heredocs; len(h) == 1 && len(script.Calls) > 0 && slices.Contains([]string{"cat", "tee"}, script.Calls[0].Name) && len(script.Writes) <= 1 {
			one.text = h[0].Content
		}
		for _, file := range writtenBy(s, script) {
			w.made[file] = one
		}
	}
	return w.made
}

// heredocMark matches what begins a heredoc.
var heredocMark = lazyregexp.New(`<<-?\s*["']?\w+["']?`)

// writingScript reads what a RUN runs; of one with heredocs that are files, the line without
// them.
func writingScript(s stage.Step) (*shell.Script, error) {
	cmd, ok := s.In.Cmd.(*instructions.RunCommand)
	if !ok {
		return nil, nil
	}
	if line := strings.Join(cmd.CmdLine, " "); len(s.In.Node.Heredocs) > 0 && !strings.HasPrefix(strings.TrimSpace(line), "<<") && s.Before.POSIXShell() {
		return shell.Parse(heredocMark.ReplaceAllString(line, ""), s.Before.Getenv)
	}
	return s.Script()
}

// writtenBy returns the files that a script of a RUN redirects output to, or has tee write.
func writtenBy(s stage.Step, script *shell.Script) (files []string) {
	add := func(word, dir shell.Word) {
		from, known := dir.In(s.Before.Workdir.Text)
		if file, ok := word.In(from); known && ok && file != "/dev/null" {
			files = append(files, file)
		}
	}
	for _, w := range script.Writes {
		add(w.Word, w.Dir)
	}
	for _, c := range script.Calls {
		if c.Name != "tee" {
			continue
		}
		for _, a := range c.Args {
			add(a, c.Dir)
		}
	}
	return files
}
