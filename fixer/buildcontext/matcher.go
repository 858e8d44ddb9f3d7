package buildcontext

import (
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/moby/patternmatcher"
)

const (
	// maxPatterns bounds the lines of an ignore file, each of which is matched with each
	// name: .dockerignore files have a few hundred at most.
	maxPatterns = 2000
	maxResults  = 16 << 20 // that a matcher keeps, one for each directory and pattern
	maxName     = 4096     // bytes of a name that is matched: PATH_MAX of Linux
)

// matcher reports what the patterns of an ignore file hide, as
// patternmatcher.MatchesOrParentMatches does, with only one match of each pattern for
// a file: the results for its directory are kept. It is safe for concurrent use.
type matcher struct {
	mu       sync.Mutex
	patterns []pattern
	dirs     map[string][]bool // whether each pattern matches a directory, or one above it
}

// pattern is one line of the ignore file. Each has a PatternMatcher of its own,
// without its "!": one of all lines together does not keep the result of a directory
// for patterns that did not decide its verdict.
type pattern struct {
	matcher   *patternmatcher.PatternMatcher
	unmatched patternmatcher.MatchInfo // of a directory that it does not match
	exception bool                     // it was written with "!"
	parts     []string                 // its elements
}

// newMatcher returns nil if there are no patterns, and an error if there are
// more than maxPatterns.
func newMatcher(lines []string) (*matcher, error) {
	if len(lines) > maxPatterns {
		return nil, fmt.Errorf("more than %d patterns", maxPatterns)
	}
	all, err := patternmatcher.New(lines)
	if err != nil || len(all.Patterns()) == 0 {
		return nil, err
	}
	m := &matcher{dirs: map[string][]bool{}}
	for _, p := range all.Patterns() {
		one, err := patternmatcher.New([]string{p.String()})
		if err != nil {
			return nil, err
		}
		// A pattern that matches the empty name consists of asterisks, and matches
		// any. An error is that of every match, with which no build would start.
		_, unmatched, err := one.MatchesUsingParentResults("", patternmatcher.MatchInfo{})
		if err != nil {
			return nil, err
		}
		m.patterns = append(m.patterns, pattern{one, unmatched, p.Exclusion(), strings.Split(p.String(), "/")})
	}
	return m, nil
}

// hides reports whether the patterns hide a file, or a directory and all that may
// be below it.
func (m *matcher) hides(name string, dir bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ignores(name) && !(dir && m.excepts(name))
}

// ignores reports whether the last pattern that matches a name, or a directory
// above it, is one without "!". An invalid pattern hides all.
func (m *matcher) ignores(name string) bool {
	ignored := false
	above := m.dir(path.Dir(name))
	for i, p := range m.patterns {
		if p.exception != ignored {
			continue // it would change nothing
		}
		matched := above != nil && above[i]
		if !matched {
			var err error
			if matched, err = p.match(name); err != nil {
				return true
			}
		}
		if matched {
			ignored = !p.exception
		}
	}
	return ignored
}

// dir returns what each pattern decides for a directory, nil for the root.
func (m *matcher) dir(name string) []bool {
	if name == "." {
		return nil
	}
	if results, ok := m.dirs[name]; ok {
		return results
	}
	above := m.dir(path.Dir(name))
	results := make([]bool, len(m.patterns))
	for i, p := range m.patterns {
		results[i] = above != nil && above[i]
		if !results[i] {
			results[i], _ = p.match(name) // ignores gets the same error
		}
	}
	if len(m.dirs) < maxResults/len(m.patterns) {
		m.dirs[name] = results
	}
	return results
}

// match reports whether the pattern matches a name itself, whatever is above it.
func (p pattern) match(name string) (bool, error) {
	matched, _, err := p.matcher.MatchesUsingParentResults(name, p.unmatched)
	return matched, err
}

// excepts reports whether an exception may match something below a directory.
func (m *matcher) excepts(dir string) bool {
	elements := strings.Split(dir, "/")
	for _, p := range m.patterns {
		if p.exception && mayMatchBelow(p.parts, elements) {
			return true
		}
	}
	return false
}

// mayMatchBelow reports whether a pattern may match the directory, one above it,
// or something below it. It is true if that is not certain.
func mayMatchBelow(pattern, dir []string) bool {
	for i, part := range pattern {
		if i == len(dir) || strings.Contains(part, "**") {
			return true
		}
		if strings.Trim(part, plain) != "" {
			continue // it may match any name
		}
		if matched, err := path.Match(part, dir[i]); err == nil && !matched {
			return false
		}
	}
	return true
}

// plain are the characters that path.Match and patternmatcher treat alike.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-*"
