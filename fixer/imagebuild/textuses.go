package imagebuild

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file judges edits by what command lines of the repository do with the text of the
// Dockerfile.

// textFind is a TextUse whose expressions are compiled.
type textFind struct {
	workload.TextUse
	finds []*regexp.Regexp
}

// compiled returns the uses, those with an expression that can't be read as uses of all of
// the text.
func compiled(uses []workload.TextUse) (list []textFind) {
	for _, u := range uses {
		t := textFind{TextUse: u}
		for _, expression := range u.Finds {
			re, err := regexp.Compile(expression)
			if err != nil {
				t.finds = nil
				break
			}
			t.finds = append(t.finds, re)
		}
		list = append(list, t)
	}
	return list
}

// textUsed doubts whether what uses the text of the Dockerfile still finds there what it
// did.
func (p *Pass) textUsed(edits []document.Edit) fixer.Decision {
	uses := p.build.textUses()
	if len(uses) == 0 || len(edits) == 0 {
		return fixer.Decision{}
	}
	before, after, ok := p.changedLines(edits)
	for _, u := range uses {
		if !ok || len(u.finds) == 0 {
			return usedDoubt(u, "uses the text of the Dockerfile as it is")
		}
		for _, find := range u.finds {
			if !slices.Equal(found(find, before), found(find, after)) {
				if u.Tests != "" {
					return usedDoubt(u, "tests "+u.Tests)
				}
				return usedDoubt(u, fmt.Sprintf("looks for %q in the Dockerfile, and would find something else", find))
			}
		}
	}
	return fixer.Decision{}
}

func usedDoubt(u textFind, what string) fixer.Decision {
	return fixer.Doubt(fmt.Sprintf("%s in %s %s", u.Program, u.Place, what)).By(InRepository(u.Place, "the text of the Dockerfile"))
}

// found returns the lines that an expression matches.
func found(find *regexp.Regexp, lines []string) (list []string) {
	for _, l := range lines {
		if find.MatchString(l) {
			list = append(list, l)
		}
	}
	return list
}

// changedLines returns the lines that edits take away, and those that come in their place.
func (p *Pass) changedLines(edits []document.Edit) (before, after []string, ok bool) {
	text, err := document.Splice(p.File.Bytes(), edits)
	if err != nil {
		return nil, nil, false // which the engine reports
	}
	old, changed := linesOf(p.File.Bytes()), linesOf(text)
	for len(old) > 0 && len(changed) > 0 && old[0] == changed[0] {
		old, changed = old[1:], changed[1:]
	}
	for len(old) > 0 && len(changed) > 0 && old[len(old)-1] == changed[len(changed)-1] {
		old, changed = old[:len(old)-1], changed[:len(changed)-1]
	}
	return old, changed, true
}

// linesOf returns the lines of a text without their ends.
func linesOf(text []byte) []string {
	return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
}
