package main

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/nearest"
)

// unknown returns the error for an unknown name, with the nearest known one.
func unknown(kind, name string, valid []string) error {
	err := fmt.Errorf("no %s is called %q", kind, name)
	if best := nearest.Name(name, valid, 0.4); best != "" {
		return withHint(err, fmt.Sprintf("did you mean %s?", best))
	}
	return withHint(err, fmt.Sprintf("one of %s", strings.Join(valid, ", ")))
}

// nearestCommand returns the command that a word may mean, "" if it's like none.
func nearestCommand(word string) string {
	return nearest.Name(word, []string{"verify", "smoke", "inspect", "explain", "seccomp", "--help", "--version"}, 0.6)
}
