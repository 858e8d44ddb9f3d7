// Package clip shortens texts that quote a repository, which may be of any length.
package clip

import "unicode/utf8"

// Text returns a text of at most length bytes: s, or the beginning of s and an ellipsis
// in addition. It ends with a complete character if s has one there.
func Text(s string, length int) string {
	if len(s) <= length {
		return s
	}
	for range utf8.UTFMax - 1 {
		if length > 0 && !utf8.RuneStart(s[length]) {
			length--
		}
	}
	return s[:length] + "…"
}
