package discover

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// CheckGlob returns an error for a glob that Search would reject.
//
// A glob is matched against the whole slash-separated path from Options.Base, or, if
// its only slash is at its end, against the name of a file or folder at any depth. A
// slash at its beginning means Options.Base, and ../ the folder above. With a slash at
// its end it matches folders only, and so no file. * means any text without a slash, ?
// one character, [a-z] and [^a-z] one of a set, {a,b} one of several texts, and ** as
// a whole part of the path any number of folders. A backslash makes the character
// after it literal.
func CheckGlob(glob string) error {
	_, err := parseGlob("", glob)
	return err
}

// Matcher matches paths against globs, as Search does with Options.Exclude.
type Matcher struct{ globs globs }

// NewMatcher parses the globs. The error is CheckGlob's.
func NewMatcher(list []string) (*Matcher, error) {
	g, err := parseGlobs("", list)
	return &Matcher{g}, err
}

// Match reports whether one of the globs matches a file, or a folder that contains it.
// The file is a slash-separated path, without "." and "..".
func (m *Matcher) Match(file string) bool {
	if m.globs.match(file, false) {
		return true
	}
	for dir := path.Dir(file); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if m.globs.match(dir, true) {
			return true
		}
	}
	return false
}

// maxChoices bounds the texts that the braces of a glob may mean; the matcher
// tries one after the other.
const maxChoices = 1000

// globs are matched together.
type globs []glob

type glob struct {
	base    string // the folder that the pattern starts from, ".." for none in the tree
	pattern string
	folders bool // it matches folders only
	named   bool // it is for the last part of the path
}

func parseGlobs(base string, list []string) (g globs, err error) {
	for _, text := range list {
		one, err := parseGlob(base, text)
		if err != nil {
			return nil, err
		}
		g = append(g, one)
	}
	return g, nil
}

func parseGlob(base, text string) (g glob, err error) {
	g.base = path.Clean(base)
	g.pattern, g.folders = strings.CutSuffix(text, "/")
	g.named = !strings.Contains(g.pattern, "/")
	if rest, ok := strings.CutPrefix(g.pattern, "/"); ok {
		g.pattern = rest
	} else {
		g.climb()
	}
	switch {
	case g.pattern == "" || g.pattern == ".":
		err = errors.New("it names nothing")
	case !doublestar.ValidatePattern(g.pattern):
		err = errors.New("a bracket, a brace or a backslash lacks its end")
	case slices.Contains(strings.Split(g.pattern, "/"), ".."):
		err = errors.New("\"..\" can only begin it")
	case choices(g.pattern) > maxChoices:
		err = fmt.Errorf("its braces stand for more than %d texts", maxChoices)
	}
	if err != nil {
		return glob{}, fmt.Errorf("glob %q: %w", text, err)
	}
	return g, nil
}

// climb removes the dots that a path may begin with from the pattern.
func (g *glob) climb() {
	for {
		part, rest, ok := strings.Cut(g.pattern, "/")
		switch {
		case !ok || part != "." && part != "..":
			return
		case part == "..":
			g.base = path.Join(g.base, "..")
		}
		g.pattern = rest
	}
}

// match reports whether one of the globs matches a file or folder.
func (g globs) match(name string, folder bool) bool {
	for _, one := range g {
		if one.match(name, folder) {
			return true
		}
	}
	return false
}

func (g *glob) match(name string, folder bool) bool {
	switch {
	case g.folders && !folder:
		return false
	case g.named:
		return doublestar.MatchUnvalidated(g.pattern, path.Base(name))
	}
	rel, inside := below(g.base, name)
	return inside && doublestar.MatchUnvalidated(g.pattern, rel)
}

// choices returns how many texts the braces of a valid glob mean, maxChoices+1
// for more than maxChoices.
func choices(pattern string) int {
	type level struct{ before, here int } // the choices that are complete, and the one being read
	levels := []level{{0, 1}}
	for i := 0; i < len(pattern); i++ {
		top := &levels[len(levels)-1]
		switch pattern[i] {
		case '\\':
			i++
		case '[':
			i += classLen(pattern[i:]) - 1
		case '{':
			levels = append(levels, level{0, 1})
		case ',':
			if len(levels) > 1 {
				top.before, top.here = min(top.before+top.here, maxChoices+1), 1
			}
		case '}':
			levels = levels[:len(levels)-1]
			outer := &levels[len(levels)-1]
			outer.here = min(outer.here*(top.before+top.here), maxChoices+1)
		}
	}
	return levels[0].here
}

// classLen returns the length of the set of characters at the start of a valid glob.
func classLen(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ']':
			return i + 1
		}
	}
	return len(text)
}
