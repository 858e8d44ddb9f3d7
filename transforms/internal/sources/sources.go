// Package sources words findings about what the sources of a Node.js application say
// about its process.
package sources

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file words what the sources of a Node.js application say about its process.

// FirstFile returns the file of the first evidence, "" for none.
func FirstFile(list []workload.Evidence) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Place.File
}

// Unread says why not all sources of Node.js were looked at; "" when they
// were.
func Unread(p *imagebuild.Pass) string {
	if p.Context == nil {
		return workload.ErrNoContext.Error()
	}
	unknown := p.NodeProcess().Gaps()
	if len(unknown) == 0 {
		return ""
	}
	if g := unknown[0]; g.Place.File != "" {
		return fmt.Sprintf("%s: %s", g.Place, g.What)
	}
	return unknown[0].What
}
