package main

import (
	"fmt"
	"slices"
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

// platforms are those that official images are built for.
var platforms = []string{
	"linux/amd64", "linux/arm64", "linux/arm64/v8", "linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/386",
	"linux/loong64", "linux/mips64le", "linux/ppc64le", "linux/riscv64", "linux/s390x", "windows/amd64",
}

func checkPlatform(name string) error {
	if slices.Contains(platforms, name) {
		return nil
	}
	return unknown("platform", name, platforms)
}
