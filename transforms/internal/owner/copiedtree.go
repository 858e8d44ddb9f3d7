package owner

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file judges a change to another user by what chown-copy has finally given to
// that user.

// tree is what a change to another user expects chown-copy to give to that user.
type tree struct {
	from    *dockerfile.Instruction // of the stage
	id      users.Identity
	Copies  []*dockerfile.Instruction
	written string // what is known to be written there at start, "" for nothing
}

// CopiedTree returns the copies of the application's files that are not the user's
// yet: all of them if something is known to be written into them at start, which
// written says, else those that chown-copy can give.
func CopiedTree(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, written string) tree {
	t := tree{from: run.Node.Stage.From, id: users.Spelled(id, run.Final), written: written}
	g := NewGiver(p, run, t.id)
	for i, s := range run.Exclusive() {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.Owned || !IsApplications(run, t.id, c.Dest) || ChownedLater(p, run, i, t.id) || OverwrittenBy(p, run, i) != nil {
			continue
		}
		if _, err := g.Give(i, c); GivesFiles(p) && err == nil || t.written != "" {
			t.Copies = append(t.Copies, s.In)
		}
	}
	return t
}

// IsGiven decides, on the final text, whether the stage may run as the user.
func (t tree) IsGiven(end *imagebuild.Pass) fixer.Decision {
	stage := end.Became(t.from)
	for _, n := range end.Graph.Nodes {
		if n.Stage.From != stage {
			continue
		}
		base, _ := end.Base(n, baseimage.AskConfig) // it was known before
		run := n.Eval(base)
		owned := t.owned(end, run)
		for _, in := range t.Copies {
			if owned[end.Became(in)] {
				continue
			}
			stays := fmt.Sprintf("what line %d copies stays owned by root", in.Line)
			if t.written != "" {
				return fixer.Refusal(t.written + ", and " + stays)
			}
			switch file, unread, program := sources.FirstFile(end.NodeProcess().Writing()), sources.Unread(end), installedProgram(end, run); {
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

// owned returns the copies that are the user's at the end.
func (t tree) owned(p *imagebuild.Pass, run *stage.Evaluation) map[*dockerfile.Instruction]bool {
	list := map[*dockerfile.Instruction]bool{}
	for i, s := range run.Exclusive() {
		if c, ok := s.Before.Copy(s.In); ok {
			list[s.In] = c.Chown != "" && ownedBy(s.Before, c, t.id) || ChownedLater(p, run, i, t.id)
		}
	}
	return list
}
