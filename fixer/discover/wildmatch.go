package discover

import "strings"

// wildcard is what a part of a pattern stands for.
type wildcard byte

const (
	one       wildcard = iota // one byte of a set
	within                    // any bytes but slashes
	across                    // any bytes
	skippable                 // nothing, or what the next two parts stand for
)

// part is a part of a pattern.
type part struct {
	is  wildcard
	set *byteSet
}

// wildmatch is a pattern as git's wildmatch.c reads it with WM_PATHNAME. The time
// that a match takes is at most the product of the lengths, where that of git's
// own way has no such bound: a stranger wrote the pattern.
type wildmatch []part

var (
	slash    = new(byteSet).put('/')
	anyInDir = new(byteSet).add(func(c byte) bool { return c != '/' })
)

// parseWildmatch reads a pattern. ok is false for one that can match nothing.
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

// stars reads the stars at i, and returns how many bytes that is. Two or more are
// special where they are all that is between two slashes.
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

// match tells whether the pattern stands for the whole text.
func (w wildmatch) match(text string) bool {
	// now has the parts that may come next, next those behind one more byte.
	now, next := make([]bool, len(w)+1), make([]bool, len(w)+1)
	now[0] = true
	for i := 0; ; i++ {
		for at, p := range w { // the parts that may stand for nothing
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
