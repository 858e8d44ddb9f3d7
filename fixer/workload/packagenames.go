package workload

import (
	"iter"
	"strings"
)

// This file reads the names of npm packages.

// PackageName returns the package that a Node.js import names: "a" of "a/b",
// "@s/a" of "@s/a/b".
func PackageName(spec string) string {
	first, rest, more := strings.Cut(spec, "/")
	if !more || !strings.HasPrefix(spec, "@") {
		return first
	}
	second, _, _ := strings.Cut(rest, "/")
	return spec[:len(first)+1+len(second)]
}

// PackageOfWord returns the package that a word of a command may name, as
// "ts-node/register", "node_modules/x/cli.js" and "node_modules/.bin/x" do.
func PackageOfWord(word string) string {
	if _, inside, ok := strings.Cut(word, "node_modules/"); ok {
		word = strings.TrimPrefix(inside, ".bin/")
	}
	return PackageName(word)
}

// PackageWords returns the packages that the words of a text may name, in order, even
// inside quotes, in an assignment or in a piece of JavaScript.
func PackageWords(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'`=()[]{},;&|", r) }) {
			if !yield(PackageOfWord(word)) {
				return
			}
		}
	}
}
