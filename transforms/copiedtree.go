package transforms

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// This file judges a change to another user by what chown-copy has given to them
// in the end.

// tree is what a change to another user expects chown-copy to give to them.
type tree struct {
	from    *dockerfile.Instruction // of the stage
	id      identity
	copies  []*dockerfile.Instruction
	written string // what is known to be written there at start, "" for nothing
}

// copiedTree finds the copies of the application's files that are not the user's
// yet: all of them where something is known to be written into them, else those
// that chown-copy can give.
func copiedTree(p *fixer.Pass, run *chain.Run, id identity, start startup) tree {
	t := tree{from: run.Node.Stage.From, id: spelled(id, run.Final), written: start.written}
	if start.server != nil {
		return t // which only reads them
	}
	g := newGiver(p, run, t.id)
	for i, s := range run.Alone() {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.Owned || !isApplications(run, t.id, c.Dest) || chownedLater(run, i, t.id) {
			continue
		}
		if _, err := g.give(i, c); err == nil || t.written != "" {
			t.copies = append(t.copies, s.In)
		}
	}
	return t
}

// isGiven decides, on the final text, whether the stage may run as the user.
func (t tree) isGiven(end *fixer.Pass) fixer.Decision {
	stage := end.Became(t.from)
	for _, n := range end.Graph.Nodes {
		if n.Stage.From != stage {
			continue
		}
		base, _ := end.Base(n, baseimage.AskConfig) // it was known before
		run := n.Eval(base)
		owned := t.owned(run)
		for _, in := range t.copies {
			if owned[end.Became(in)] {
				continue
			}
			stays := fmt.Sprintf("what line %d copies stays root's", in.Line)
			if t.written != "" {
				return fixer.Refusal(t.written + ", and " + stays)
			}
			switch file, unread, program := firstFile(end.NodeProcess().Writing()), unreadSources(end), installedProgram(end, run); {
			case file != "":
				return fixer.Doubt(fmt.Sprintf("%s, and %s may write files there", stays, file))
			case program != "":
				return fixer.Doubt(fmt.Sprintf("%s, and whether %s writes there is not known", stays, program))
			case unread != "":
				return fixer.Doubt(fmt.Sprintf("%s, and whether the application writes there can't be seen: %s", stays, unread))
			}
		}
	}
	return fixer.Decision{}
}

// owned are the copies that are the user's in the end.
func (t tree) owned(run *chain.Run) map[*dockerfile.Instruction]bool {
	list := map[*dockerfile.Instruction]bool{}
	for i, s := range run.Alone() {
		if c, ok := s.Before.Copy(s.In); ok {
			list[s.In] = c.Chown != "" && ownedBy(s.Before, c, t.id) || chownedLater(run, i, t.id)
		}
	}
	return list
}
