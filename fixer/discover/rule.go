package discover

import (
	"path"
	"strings"
)

// rule is one line of a .gitignore.
type rule struct {
	negated bool      // it reverts what others hide
	folders bool      // it is for folders only
	named   bool      // it is for the last part of the path
	prefix  string    // what the text must begin with
	rest    wildmatch // what must follow
}

func (r *rule) match(rel string, folder bool) bool {
	if r.folders && !folder {
		return false
	}
	if r.named {
		rel = path.Base(rel)
	}
	rest, ok := strings.CutPrefix(rel, r.prefix)
	if !ok || r.rest == nil {
		return ok && rest == ""
	}
	return r.rest.match(rest)
}

// parseRules parses the lines of a .gitignore as git's dir.c does. In addition to the
// documentation, a line ends at a NUL byte too; a carriage return is dropped only
// before a line feed, and one at the end of the file counts as such.
func parseRules(text string) (list []rule) {
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.Lines(text + "\n") {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		line, _, _ = strings.Cut(line, "\x00")
		if line == "" || line[0] == '#' {
			continue
		}
		if len(line)-strings.Count(line, "*") > maxPattern {
			continue
		}
		if r, ok := parseRule(trimSpaces(line)); ok {
			list = append(list, r)
		}
	}
	return list
}

// parseRule parses one pattern. ok is false if it can match nothing.
func parseRule(pattern string) (r rule, ok bool) {
	pattern, r.negated = strings.CutPrefix(pattern, "!")
	pattern, r.folders = strings.CutSuffix(pattern, "/")
	r.named = !strings.Contains(pattern, "/")
	pattern = strings.TrimPrefix(pattern, "/")
	if pattern == "" {
		return rule{}, false
	}
	// git matches what follows the plain text separately. It matters: in foo**/bar the
	// stars are at the beginning.
	special := strings.IndexAny(pattern, `*?[\`)
	if special < 0 {
		special = len(pattern)
	}
	r.prefix = pattern[:special]
	r.rest, ok = parseWildmatch(pattern[special:])
	return r, ok
}

// trimSpaces drops the spaces at the end, except one after a backslash. Other
// white space stays.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = i + 1
	}
	return line[:min(end, len(line))]
}
