package processone

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// needsParent are the programs that wait for a signal from what they start, which sends none
// to PID 1 (xorg-server, os/connection.c, "ParentProcess > 1").
var needsParent = map[string]string{"xvfb-run": "xvfb-run waits for a signal that an X server does not send to PID 1"}

// InPlaceOfShell decides whether a program may become PID 1 where a shell was, which reaps
// the processes of others.
func InPlaceOfShell(p *imagebuild.Pass, run *stage.Evaluation, program string) fixer.Decision {
	if why := needsParent[path.Base(program)]; why != "" {
		return fixer.Refusal(why)
	}
	return Orphaned(p, run)
}

// Orphaned doubts if the sources start processes that outlive their parents, which PID 1 has to reap.
func Orphaned(p *imagebuild.Pass, run *stage.Evaluation) fixer.Decision {
	left := p.Workload(run).Orphans()
	if len(left) == 0 {
		return fixer.Decision{}
	}
	o := left[0]
	return fixer.Doubt(fmt.Sprintf("%s %s, and the shell as PID 1 reaps what that leaves", o.Place, o.What)).By(fixer.Evidence{File: o.Place.File, Root: fixer.Directory, Line: o.Place.Line, What: "PID 1"})
}

// StartsInit reports whether the first program of the container is an init.
func StartsInit(p *imagebuild.Pass, run *stage.Evaluation) bool {
	line, known := p.Workload(run).CommandLine()
	return known && len(line) > 0 && workload.IsInit(line[0])
}
