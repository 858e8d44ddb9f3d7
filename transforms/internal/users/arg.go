package users

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// UserVariable returns the variable in the effective USER, "" if it has none.
func UserVariable(run *stage.Evaluation) string {
	in := run.Final.User.In
	if in == nil || !strings.Contains(in.Body(), "$") {
		return ""
	}
	return strings.Trim(in.Body(), "${}")
}

// ChangeDefault gives another default to the ARG that the last USER is written
// with: who builds with --build-arg still gets what they ask for. It fails
// where anything else depends on the ARG, or runs after the USER.
func ChangeDefault(f *dockerfile.File, run *stage.Evaluation, name, spec string) (document.Edit, error) {
	left := func(why string) (document.Edit, error) {
		return document.Edit{}, fmt.Errorf("its user comes from the variable %s, %s", name, why)
	}
	user := run.Final.User.In
	if PlaceUser(run).Replace != user {
		return left("and the instructions behind it need root")
	}
	for _, in := range f.Instructions {
		if in != user && steps.UsesVariable(in, name) {
			return left(fmt.Sprintf("which line %d uses too", in.Line))
		}
	}
	for _, in := range slices.Backward(f.Instructions[:user.Index]) {
		cmd, ok := in.Cmd.(*instructions.ArgCommand)
		if !ok {
			continue
		}
		for i, a := range cmd.Args {
			if a.Key == name && a.Value != nil && i < len(in.Args) {
				return in.Replace(in.Args[i], name+"="+spec)
			}
		}
	}
	return left("which is no ARG with a default")
}
