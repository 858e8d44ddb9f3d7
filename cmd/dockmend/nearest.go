package main

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// unknown is the error for a name that isn't one, with the nearest that is.
func unknown(kind, name string, valid []string) error {
	err := fmt.Errorf("no %s is called %q", kind, name)
	best, score := "", 0.4
	for _, v := range valid {
		if s := levenshtein.Similarity(name, v, nil); s > score {
			best, score = v, s
		}
	}
	if best != "" {
		return withHint(err, fmt.Sprintf("did you mean %s?", best))
	}
	return withHint(err, fmt.Sprintf("one of %s", strings.Join(valid, ", ")))
}
