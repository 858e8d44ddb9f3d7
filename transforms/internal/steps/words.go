package steps

import "strings"

// KeywordLike returns a keyword, given in upper case, in the case of another.
func KeywordLike(other, keyword string) string {
	if other == strings.ToLower(other) {
		return strings.ToLower(keyword)
	}
	return keyword
}

// IsLocal reports whether a source can't be a URL or a git repository, all but one of
// whose forms have a colon, and needs no care with escapes.
func IsLocal(src string) bool {
	return src != "" && !strings.ContainsAny(src, `:\`) && !strings.HasPrefix(src, "github.com/")
}
