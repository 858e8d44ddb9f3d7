package split

import (
	"errors"
	"path"

	"github.com/dockmend/dockmend/fixer/document"
)

// This file writes a split as edits.

// Edits returns the inserted lines of the split: the stage's own FROM gets the name of
// the base, and two more FROM lines begin the new stage and the last one.
func (sp *Split) Edits() ([]document.Edit, error) {
	f := sp.pass.File
	stage := sp.run.Node.Stage
	var edits []document.Edit
	var failed error
	add := func(e document.Edit, err error) {
		failed = errors.Join(failed, err)
		edits = append(edits, e)
	}
	from, as := f.Keyword("FROM")+" "+sp.base, " "+f.Keyword("AS")+" "
	add(stage.SetName(sp.base))
	add(f.InsertStage(sp.run.Steps[sp.first].In, from+as+sp.name))
	if sp.omit != "" {
		word, ok := sp.in.Step.Place(sp.in.Word)
		if !ok {
			return nil, errors.New("its install is not written in the line itself")
		}
		add(sp.in.Step.In.Replace(word, sp.in.Word.Raw+" "+sp.omit))
	}
	last := from
	if stage.Name != "" {
		last += as + stage.From.Args[len(stage.From.Args)-1].Text
	}
	lines := append([]string{last, sp.copyLine()}, sp.again...)
	if sp.prune != "" {
		add(f.InsertAfter(sp.run.Steps[sp.last].In, f.Keyword("RUN")+" "+sp.prune))
	}
	if sp.last+1 < len(sp.run.Steps) {
		add(f.InsertStage(sp.run.Steps[sp.last+1].In, lines...))
	} else {
		add(f.InsertStageAfter(sp.run.Steps[sp.last].In, lines...))
	}
	return edits, failed
}

// copyLine returns the line that copies the output of the new stage into the last one.
func (sp *Split) copyLine() string {
	dir := sp.in.Step.Before.Workdir.Text
	line := sp.pass.File.Keyword("COPY") + " --from=" + sp.name
	if sp.owner != "" {
		line += " --chown=" + sp.owner
	}
	if sp.prune != "" {
		return line + " " + dir + " ./"
	}
	return line + " " + path.Join(dir, "node_modules") + " ./node_modules"
}
