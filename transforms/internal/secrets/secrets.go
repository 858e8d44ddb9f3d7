// Package secrets recognizes secrets by the names of variables and the form of their
// values. It errs on the side of silence: what may be a placeholder, a public value or
// a default for a developer's machine is none.
package secrets

import (
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

var (
	// secretName matches the end of a name, in upper case, that says what the value is.
	secretName = lazyregexp.New(`(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY_BASE|API_?KEY|PRIVATE_?KEY|SECRET_?KEY|SECRET_ACCESS_KEY|ENCRYPTION_KEY|SIGNING_KEY|(?:^|_)TOKEN|(?:ACCESS|AUTH|REFRESH|BEARER)TOKEN)$`)
	// openName matches names of values that are for everyone: those that bundlers put
	// into what the browser gets, and keys of tests.
	openName = lazyregexp.New(`(?:^|_)(?:PUBLIC|PUBLISHABLE|REACT_APP|VITE|VUE_APP|GATSBY|TEST|TESTS|DUMMY|FAKE|EXAMPLE|SAMPLE|DEMO|NO|NOT|ALLOW|DISABLE|ENABLE|USE|SKIP|REQUIRE|EMPTY|MIN|MAX)(?:_|$)`)
)

// Names reports whether the name of a variable says that its value is a secret.
func Names(variable string) bool {
	name := strings.ToUpper(strings.ReplaceAll(variable, "-", "_"))
	return secretName.MatchString(name) && !openName.MatchString(name)
}

// placeholder matches what is in the values that others are to be put in for, and in
// the defaults of development.
var placeholder = lazyregexp.New(`(?i)change|replace|your|example|sample|dummy|fake|mock|placeholder|default|insecure|secret|passw|token|key|test|todo|fixme|xxx|\*\*\*|\.\.\.|none|null|undefined|temp|build|local|dev|demo|admin|root|user|foo|bar|baz|qwert|asdf|abcd|1234|0000|1111|base64:$`)

const minSecret, maxSecret = 8, 8192

// IsOne reports whether a value, which is known, has the form of a secret: random, or
// thought of by a person who meant it to be hard to guess.
func IsOne(value string) bool {
	if len(value) < minSecret || len(value) > maxSecret || placeholder.MatchString(value) {
		return false
	}
	if strings.ContainsAny(value[:1], `/.~<{[(%$@`) || strings.Contains(value, "://") || strings.ContainsAny(value, " \t\n$") {
		return false // a path, a URL, a template, a sentence
	}
	var upper, lower, digit bool
	different := map[rune]bool{}
	for _, r := range value {
		upper, lower, digit = upper || unicode.IsUpper(r), lower || unicode.IsLower(r), digit || unicode.IsDigit(r)
		different[r] = true
	}
	return len(different) >= minSecret-2 && digit && (upper || lower)
}

// npmToken matches the credentials of a registry in an .npmrc.
var npmToken = lazyregexp.New(`(?m)^[ \t]*(?:[^#;\s=]*:)?(?:_authToken|_auth|_password)[ \t]*=[ \t]*["']?([^\s"']+)`)

// InNPMRC returns the line of the first secret in the text of an .npmrc, 0 for none.
func InNPMRC(text string) (line int) {
	for _, m := range npmToken.FindAllStringSubmatchIndex(text, -1) {
		if IsOne(text[m[2]:m[3]]) {
			return strings.Count(text[:m[2]], "\n") + 1
		}
	}
	return 0
}
