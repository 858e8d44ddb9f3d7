package split

import (
	"fmt"
	"maps"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// scriptCall matches the call of a script of package.json.
var scriptCall = lazyregexp.New(`\b(?:npm|yarn|pnpm)(?:["',\s]+run(?:-script)?)?["',\s]+([\w:.-]+)`)

// mentionedCommand tells of a command for a container, in a file of a kind that is not
// read, that calls a program of the dev dependencies, by itself or by a script of
// package.json; "" for none.
func (sp *Split) mentionedCommand() string {
	programs := maps.Clone(sp.project.Lock.DevPrograms())
	for name := range sp.project.Manifest.DevDependencies {
		programs[name] = true
	}
	for _, m := range sp.pass.Mentions {
		name := mentioned(m.Command, programs)
		for _, call := range scriptCall.FindAllStringSubmatch(m.Command, -1) {
			if name == "" {
				name = mentioned(sp.project.Manifest.Scripts[call[1]], programs)
			}
		}
		if name != "" {
			return fmt.Sprintf("%s calls %s, a dev dependency", m.Place, name)
		}
	}
	return ""
}
