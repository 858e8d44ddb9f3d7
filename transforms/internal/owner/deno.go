package owner

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// DenoCache returns a RUN by root that fills deno's cache, "" for none: modules that the
// application imports later are stored in directories that this makes.
func DenoCache(run *stage.Evaluation) string {
	found := 0
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if c.Name == "deno" && stage.IsRoot(s.Before.User.Text) {
			found = s.In.Line
		}
	})
	if found == 0 {
		return ""
	}
	return fmt.Sprintf("line %d fills deno's cache as root, so that later imports can't be stored there", found)
}
