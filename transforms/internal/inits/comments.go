package inits

import (
	"slices"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads the comments of a RUN that installs packages: one that says what they are
// for would not be true of an init among them.

// neutralWords are those of a comment that is true of any package.
var neutralWords = strings.Fields(`install installs installing add adds adding update updates updating upgrade get set setup up
	the a all any some other more additional extra basic base common general generic necessary needed need required important useful
	system os linux alpine debian ubuntu apt apk image container runtime run production prod app application service
	package packages dependency dependencies deps requirement requirements library libraries libs tool tools utility utilities utils software
	and or for of in into on to at our this only just that we are is clean cleanup cache lists keep small smaller reduce size minimal index step first`)

// forPrograms matches a comment that a program reads, and none of people's.
var forPrograms = lazyregexp.New(`^#\s*(?:hadolint|dockmend|checkov|trivy|nosemgrep|kics-scan|renovate|shellcheck)\b`)

// namesPurpose reports whether a comment line says what certain packages are for.
func namesPurpose(line string) bool {
	line = strings.TrimSpace(line)
	if forPrograms.MatchString(line) {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(words, func(word string) bool { return !slices.Contains(neutralWords, word) })
}

// purposeAt returns where in the file the packages of an instruction begin to have a purpose
// that a comment names: at the first such comment between its lines, at its start where one
// stands above it, at its end where none does.
func purposeAt(f *dockerfile.File, in *dockerfile.Instruction) int {
	if slices.ContainsFunc(strings.Split(in.Comments(), "\n"), namesPurpose) {
		return in.Start
	}
	for _, c := range f.Comments() {
		if c.Span.Start > in.Start && c.Span.Start < in.End && namesPurpose(c.Text) {
			return c.Span.Start
		}
	}
	return in.End
}
