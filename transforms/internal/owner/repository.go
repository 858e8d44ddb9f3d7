package owner

import (
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// Repository returns the copy of the stage that may bring the .git directory of the build
// context into the application's files; nil for none.
func Repository(p *imagebuild.Pass, run *stage.Evaluation) *dockerfile.Instruction {
	for _, s := range run.Exclusive() {
		if c, ok := s.Before.Copy(s.In); ok && bringsRepository(p, c) {
			return s.In
		}
	}
	return nil
}

// HasGit reports whether git may be in the image.
func HasGit(p *imagebuild.Pass, run *stage.Evaluation) bool { return hasGit(p, run) }

// StaysRoots reports whether a user can neither write to a file or directory nor make it.
func StaysRoots(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, file string) bool {
	return staysRoots(p, run, id, file)
}
