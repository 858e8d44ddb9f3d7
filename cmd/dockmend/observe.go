package main

import (
	"github.com/dockmend/dockmend/fixer/proof/observer"
)

// observeCmd is this program's command inside the containers of a proof.
type observeCmd struct {
	Args []string `arg:"" optional:"" passthrough:""`
}

// Run implements the command.
func (c *observeCmd) Run(s *streams) error { return observer.Run(c.Args, s.in, s.out) }
