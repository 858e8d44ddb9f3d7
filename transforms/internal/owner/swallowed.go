package owner

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/stage"
)

// workdirLine matches a line that its author meant as an instruction.
var workdirLine = lazyregexp.New(`(?i)^\s*WORKDIR\s+\S`)

// noWorkdir says why a stage has no working directory: perhaps it has one in a line that
// continues a RUN. Blank lines do not end an instruction after a line continuation (Docker
// documentation, "Escape"; the check no-empty-continuation).
func noWorkdir(p *imagebuild.Pass, run *stage.Evaluation) string {
	text := p.File.Bytes()
	for _, s := range run.Steps {
		if s.In.Name() != "RUN" || len(s.In.Node.Heredocs) > 0 {
			continue
		}
		offset, number := s.In.Start, s.In.Line
		for line := range strings.SplitAfterSeq(string(text[s.In.Start:s.In.End]), "\n") {
			if offset > s.In.Start && workdirLine.MatchString(line) {
				return fmt.Sprintf("the WORKDIR in line %d is swallowed by the RUN of line %d", number, s.In.Line)
			}
			if offset += len(line); !p.Inserted(offset) {
				number++
			}
		}
	}
	return "there is no WORKDIR"
}
