package transforms

import (
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
)

// isWindows reports whether the stage is known to be for Windows.
func isWindows(run *chain.Run) bool {
	return run.Final.Base != nil && run.Final.Base.Distro.FamilyOf() == baseimage.Windows
}
