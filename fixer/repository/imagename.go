package repository

import (
	"path"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file compares the names of images of which a part is not known: a registry, a
// version.

// variable matches the variables of a shell, make, Compose, bake and a workflow, with
// their name where they have one.
var variable = lazyregexp.New(`\$\{\{\s*([\w.-]*)[^}]*\}\}|\$\{([\w.-]+)[^}]*\}|\$\(([\w.-]+)\)|\$\(\(?[^()]*\)\)?|\$(\w+)|\$`)

// unnamed is the text of a variable that has no name.
const unnamed = "$?"

// writtenName returns the name of an image as a file writes it, without its tag and
// digest: $REGISTRY/app for ${REGISTRY}/app:${{ github.sha }}. All spellings of a
// variable are one.
func writtenName(text string) string {
	text = variable.ReplaceAllStringFunc(strings.Trim(text, `"' `), func(use string) string {
		for _, name := range variable.FindStringSubmatch(use)[1:] {
			if name != "" && !strings.HasPrefix(name, "__") { // those of unknownToMake and masked
				return "$" + name
			}
		}
		return unnamed
	})
	text, _, _ = strings.Cut(text, "@")
	if i := strings.LastIndex(text, ":"); i > strings.LastIndex(text, "/") {
		text = text[:i]
	}
	return text
}

// lastName returns the last part of the name of an image, "" if that is not known.
func lastName(written string) string {
	if base := path.Base(written); strings.Contains(written, "/") && !strings.Contains(base, "$") {
		return base
	}
	return ""
}

// sameWritten reports whether two names of which one has a variable, as of writtenName,
// may mean the same image: the same text, or the same last part.
func sameWritten(a, b string) bool {
	switch {
	case !strings.Contains(a+b, "$"):
		return false
	case a == b:
		return !strings.Contains(a, unnamed)
	}
	last := lastName(a)
	return last != "" && (last == lastName(b) || last == b)
}

// exactReference returns the reference of an image with its registry and tag:
// docker.io/library/x:latest for x. It is "" if that is not a reference.
func exactReference(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ""
	}
	return reference.TagNameOnly(named).String()
}
