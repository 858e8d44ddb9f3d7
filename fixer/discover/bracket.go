package discover

import "strings"

// byteSet is a set of bytes, as bits.
type byteSet [4]uint64

func (s *byteSet) has(c byte) bool { return s[c/64]>>(c%64)&1 != 0 }

func (s *byteSet) put(c byte) *byteSet {
	s[c/64] |= 1 << (c % 64)
	return s
}

// add adds to the set the bytes for which in is true.
func (s *byteSet) add(in func(c byte) bool) *byteSet {
	for c := range 256 {
		if in(byte(c)) {
			s.put(byte(c))
		}
	}
	return s
}

// bracket reads the set at the start of a pattern, as git's wildmatch.c does, and
// returns its length in bytes. ok is false if the pattern can match nothing: the set
// has no end, is empty, or names an unknown class.
func bracket(pattern string) (set *byteSet, n int, ok bool) {
	set = &byteSet{}
	i := 1
	negated := strings.HasPrefix(pattern[i:], "!") || strings.HasPrefix(pattern[i:], "^")
	if negated {
		i++
	}
	var last byte // the possible start of a range, 0 for none
	for first := true; ; first = false {
		rest := pattern[i:]
		switch {
		case rest == "":
			return nil, 0, false
		case rest[0] == ']' && !first:
			found := *set
			set = new(byteSet).add(func(c byte) bool { return c != '/' && found.has(c) != negated })
			return set, i + 1, *set != byteSet{}
		case strings.HasPrefix(rest, "[:"):
			name, end, ok := className(rest)
			if !ok {
				return nil, 0, false
			}
			if end == 0 {
				set.put('[')
				last = '['
				i++
				continue
			}
			set.add(classes[name])
			last = 0
			i += end
		case rest[0] == '-' && last != 0 && len(rest) > 1 && rest[1] != ']':
			high, size := literal(rest[1:])
			set.add(func(c byte) bool { return last <= c && c <= high })
			last = 0
			i += 1 + size
		default:
			c, size := literal(rest)
			set.put(c)
			last = c
			i += size
		}
	}
}

// literal reads one byte of a set, with an optional backslash before it, and returns
// its length in bytes. A backslash at the end means itself: no bracket follows, and
// the pattern matches nothing.
func literal(text string) (c byte, size int) {
	if text[0] == '\\' && len(text) > 1 {
		return text[1], 2
	}
	return text[0], 1
}

// className reads a class such as [:alpha:] at the beginning of a text, and
// returns its length in bytes: 0 for a bracket that begins no class. ok is false if
// the pattern can match nothing.
func className(text string) (name string, size int, ok bool) {
	end := strings.IndexByte(text[2:], ']')
	if end < 0 {
		return "", 0, false
	}
	name, isClass := strings.CutSuffix(text[2:2+end], ":")
	if !isClass {
		return "", 0, true
	}
	return name, 2 + end + 1, classes[name] != nil
}

// classes are the named sets, for ASCII only. Of white space, git includes four
// characters.
var classes = map[string]func(c byte) bool{
	"alnum":  func(c byte) bool { return isAlpha(c) || isDigit(c) },
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"digit":  isDigit,
	"graph":  isGraph,
	"lower":  func(c byte) bool { return 'a' <= c && c <= 'z' },
	"print":  func(c byte) bool { return c == ' ' || isGraph(c) },
	"punct":  func(c byte) bool { return isGraph(c) && !isAlpha(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' },
	"upper":  func(c byte) bool { return 'A' <= c && c <= 'Z' },
	"xdigit": func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' },
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isGraph(c byte) bool { return ' ' < c && c < 0x7f }
