package main

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// Expressions that are compiled on first use fail there: all of them are right.
func TestRegexps(t *testing.T) {
	if err := lazyregexp.All(); err != nil {
		t.Error(err)
	}
}
