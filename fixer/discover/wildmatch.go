package discover

import "strings"

// wildcard is the meaning of a part of a pattern.
type wildcard byte

const (
	one       wildcard = iota // one byte of a set
	within                    // any bytes but slashes
	across                    // any bytes
	skippable                 // nothing, or what the next two parts mean
)

// part is a part of a pattern.
type part struct {
	is  wildcard
	set *byteSet
}

// wildmatch is a pattern as git's wildmatch.c reads it with WM_PATHNAME. A match takes
// at most the product of the lengths, while git's own algorithm has no such bound:
// patterns are untrusted input.
type wildmatch []part

var (
	slash    = new(byteSet).put('/')
	anyInDir = new(byteSet).add(func(c byte) bool { return c != '/' })
)

// parseWildmatch parses a pattern. ok is false if it can match nothing.
func parseWildmatch(pattern string) (w wildmatch, ok bool) {
	for i := 0; i < len(pattern); {
		switch pattern[i] {
		case '*':
			parts, n := stars(pattern, i)
			w = append(w, parts...)
			i += n
		case '?':
			w = append(w, part{one, anyInDir})
			i++
		case '[':
			set, n, ok := bracket(pattern[i:])
			if !ok {
				return nil, false
			}
			w = append(w, part{one, set})
			i += n
		default:
			c, n := literal(pattern[i:])
			if c == '\\' && n == 1 {
				return nil, false // a backslash at the end
			}
			w = append(w, part{one, new(byteSet).put(c)})
			i += n
		}
	}
	return w, true
}

// stars reads the stars at i, and returns their length in bytes. Two or more are
// special if they are all that is between two slashes.
func stars(pattern string, i int) (parts wildmatch, n int) {
	rest := strings.TrimLeft(pattern[i:], "*")
	n = len(pattern) - i - len(rest)
	alone := n > 1 && (i == 0 || pattern[i-1] == '/')
	switch {
	case alone && strings.HasPrefix(rest, "/"):
		return wildmatch{{is: skippable}, {is: across}, {one, slash}}, n + 1
	case alone && (rest == "" || strings.HasPrefix(rest, `\/`)):
		return wildmatch{{is: across}}, n
	}
	return wildmatch{{is: within}}, n
}

// match reports whether the pattern matches the whole text.
func (w wildmatch) match(text string) bool {
	// now has the parts that may come next, next those after one more byte.
	now, next := make([]bool, len(w)+1), make([]bool, len(w)+1)
	now[0] = true
	for i := 0; ; i++ {
		for at, p := range w { // the parts that may match nothing
			if now[at] && p.is != one {
				now[at+1] = true
				if p.is == skippable {
					now[at+3] = true
				}
			}
		}
		if i == len(text) {
			return now[len(w)]
		}
		clear(next)
		for at, p := range w {
			switch {
			case !now[at]:
			case p.is == one && p.set.has(text[i]):
				next[at+1] = true
			case p.is == across, p.is == within && text[i] != '/':
				next[at] = true
			}
		}
		now, next = next, now
	}
}
