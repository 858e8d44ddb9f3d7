package main

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// unknown is the error for a name that isn't one, with the nearest that is.
func unknown(kind, name string, valid []string) error {
	err := fmt.Errorf("no %s is called %q", kind, name)
	if best := nearest(name, valid, 0.4); best != "" {
		return withHint(err, fmt.Sprintf("did you mean %s?", best))
	}
	return withHint(err, fmt.Sprintf("one of %s", strings.Join(valid, ", ")))
}

// nearest returns the name that is most like another, "" when none is more alike
// than least, from 0 to 1.
func nearest(name string, valid []string, least float64) (best string) {
	for _, v := range valid {
		if s := levenshtein.Similarity(name, v, nil); s > least {
			best, least = v, s
		}
	}
	return best
}

// nearestCommand returns the command that a word may be meant as, "" when it's
// like none.
func nearestCommand(word string) string {
	return nearest(word, []string{"verify", "inspect", "explain", "--help", "--version"}, 0.6)
}
