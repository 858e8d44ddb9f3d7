// Package sources puts what the sources of a Node.js application say of its process into
// the words of findings.
package sources

import (
	"fmt"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file asks what the sources of a Node.js application say of its process.

// FirstFile is the file of the first evidence, "" for none.
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
