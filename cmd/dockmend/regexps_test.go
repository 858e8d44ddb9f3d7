package main

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// TestRegexps: expressions that are compiled on first use fail only then; so it
// compiles all.
func TestRegexps(t *testing.T) {
	if err := lazyregexp.All(); err != nil {
		t.Error(err)
	}
}
