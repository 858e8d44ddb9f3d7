// Package inits gives a stage an init: it finds where the image can get tini from and
// the RUN that installs it, and writes the ENTRYPOINT that starts with it.
package inits

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/command"
)

// This file writes the ENTRYPOINT that starts with an init.

// Prepend puts words in front of the effective ENTRYPOINT. A new one stands
// before the stage's own CMD, or at the end of the stage, followed by the CMD that
// it would clear.
func Prepend(p *imagebuild.Pass, run *stage.Evaluation, words []string) ([]document.Edit, error) {
	f, entry, cmd := p.File, run.Final.Entrypoint, run.Final.Cmd
	own := func(c *stage.Command) bool { return c != nil && slices.Contains(run.Node.Stage.Body, c.In) }
	if own(entry) {
		first := entry.In.Args[0]
		comma := ", "
		if body := entry.In.Body(); strings.Contains(body, `","`) && !strings.Contains(body, `", "`) {
			comma = ","
		}
		text := ""
		for _, w := range words {
			text += command.Quote(w) + comma
		}
		edit, err := entry.In.Replace(first, text+string(f.Bytes()[first.Start:first.End]))
		return []document.Edit{edit}, err
	}
	like := ""
	if own(cmd) && !cmd.Shell {
		like = cmd.In.Body()
	}
	if entry != nil {
		words = append(slices.Clip(words), entry.Argv...)
	}
	line := f.Keyword("ENTRYPOINT") + " " + command.ExecForm(words, like)
	if own(cmd) {
		edit, err := f.InsertBefore(cmd.In, line)
		return []document.Edit{edit}, err
	}
	lines := []string{line}
	if cmd != nil {
		if cmd.Shell {
			return nil, errors.New("the CMD of the stage that it is built from is in shell form, and would have to be repeated")
		}
		// direct-cmd left it for the sake of the others, but would not leave its copy.
		alone := slices.ContainsFunc(run.Exclusive(), func(s stage.Step) bool { return s.In == cmd.In })
		if cmd.In != nil && !alone && workload.IsManager(cmd.Argv[0]) {
			return nil, fmt.Errorf("its CMD is that of line %d, for other images too", cmd.In.Line)
		}
		lines = append(lines, f.Keyword("CMD")+" "+command.ExecForm(cmd.Argv, ""))
	}
	edit, err := f.InsertAfter(run.Node.Stage.Last(), lines...)
	return []document.Edit{edit}, err
}

// ClearsEntrypoint returns the stage's own ENTRYPOINT if it is an empty list, nil
// for none.
func ClearsEntrypoint(run *stage.Evaluation) *dockerfile.Instruction {
	entry, body := run.Final.Entrypoint, run.Node.Stage.Body
	i := slices.IndexFunc(body, func(in *dockerfile.Instruction) bool { return in.Name() == "ENTRYPOINT" })
	if i < 0 || entry != nil && slices.Contains(body, entry.In) {
		return nil
	}
	return body[i]
}
