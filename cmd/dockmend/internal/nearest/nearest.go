// Package nearest finds the name that a misspelt one may mean.
package nearest

import "github.com/agext/levenshtein"

// Name returns the name that is most like another, "" if none is more similar than
// least, from 0 to 1. Of equals it is the first.
func Name(name string, valid []string, least float64) (best string) {
	for _, v := range valid {
		if s := levenshtein.Similarity(name, v, nil); s > least {
			best, least = v, s
		}
	}
	return best
}
