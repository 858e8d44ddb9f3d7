package main

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/nearest"
)

// unknown is the error for a name that isn't one, with the nearest that is.
func unknown(kind, name string, valid []string) error {
	err := fmt.Errorf("no %s is called %q", kind, name)
	if best := nearest.Name(name, valid, 0.4); best != "" {
		return withHint(err, fmt.Sprintf("did you mean %s?", best))
	}
	return withHint(err, fmt.Sprintf("one of %s", strings.Join(valid, ", ")))
}

// nearestCommand returns the command that a word may be meant as, "" when it's
// like none.
func nearestCommand(word string) string {
	return nearest.Name(word, []string{"verify", "inspect", "explain", "--help", "--version"}, 0.6)
}
