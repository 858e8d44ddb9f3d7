package discover

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// The bounds of the rules: the largest .gitignore that is read, all of those of a
// search together, in bytes, and the longest pattern that is applied, not counting its
// stars. No path is longer, so no longer pattern hides one. git stores a file in many
// folders only once, so a small repository can have many of them.
const (
	maxIgnoreFile  = 1 << 20
	maxIgnoreFiles = 4 << 20
	maxPattern     = 4096
)

// ruleset is a .gitignore file and those that apply if none of its rules match. It
// hides what git hides if core.ignoreCase is off:
//
//   - the last rule that matches decides, those of deeper folders first, then
//     those of the folders above, then .git/info/exclude;
//   - a folder that is hidden is not entered, so nothing in it can come back;
//   - a folder with a .git of its own is a repository of its own: the rules of the
//     folders above do not apply in it;
//   - a .gitignore that is a link is not read.
//
// Of a worktree or submodule, whose .git is a file, info/exclude is not in the
// tree, and is not known.
type ruleset struct {
	above  *ruleset
	folder string // where it applies, with its slash; "" for the root
	rules  []rule
}

// ignores reports whether a file or folder in the ruleset's folder, or below it, is
// hidden. It does not check the folders between them.
func (r *ruleset) ignores(name string, folder bool) bool {
	for ; r != nil; r = r.above {
		rel := strings.TrimPrefix(name, r.folder)
		for i := len(r.rules) - 1; i >= 0; i-- {
			if r.rules[i].match(rel, folder) {
				return !r.rules[i].negated
			}
		}
	}
	return false
}

// enter returns the rules that apply in a folder, which has these entries, and
// remembers them.
func (s *searcher) enter(name string, entries []fs.DirEntry, above *ruleset) *ruleset {
	if s.noIgnore {
		return nil
	}
	rules := above
	for _, e := range entries {
		switch {
		case e.Name() == ".git":
			rules = nil
			if e.IsDir() {
				rules = s.load(path.Join(name, ".git/info/exclude"), name, nil)
			}
		case e.Name() == ".gitignore" && e.Type().IsRegular():
			// It sorts after .git.
			rules = s.load(path.Join(name, ".gitignore"), name, rules)
		}
	}
	s.rules[name] = rules
	return rules
}

// load puts the rules of a file before others.
func (s *searcher) load(file, folder string, above *ruleset) *ruleset {
	info, err := lstat(s.fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return above
	case err == nil && !info.Mode().IsRegular():
		err = errors.New("it is not a regular file")
	}
	var text []byte
	if err == nil {
		text, err = readFile(s.fsys, file, maxIgnoreFile+1)
	}
	s.ignoreBytes += len(text)
	switch {
	case err == nil && len(text) > maxIgnoreFile:
		err = errors.New("it is too large")
	case err == nil && s.ignoreBytes > maxIgnoreFiles:
		err = errors.New("with those before it, it is too large")
	}
	if err != nil {
		s.note(file, unreadable(file, err))
		return above
	}
	r := &ruleset{above: above, rules: parseRules(string(text))}
	if folder != "." {
		r.folder = folder + "/"
	}
	return r
}

// rulesAbove walks from a folder, in which these rules apply, down to a file or
// folder, and returns the rules that apply to that. hidden reports whether one on the
// way, the last included, is hidden; then the rules that hide it are not among
// those returned.
func (s *searcher) rulesAbove(from string, rules *ruleset, to string, folder bool) (_ *ruleset, hidden bool) {
	rel, _ := below(from, to)
	if s.noIgnore || rel == "." {
		return rules, false
	}
	parts := strings.Split(rel, "/")
	for i, part := range parts {
		known, ok := s.rules[from]
		if !ok {
			entries, err := fs.ReadDir(s.fsys, from)
			if err != nil {
				s.note(from, unreadable(from, err))
			}
			known = s.enter(from, entries, rules)
		}
		rules = known
		from = path.Join(from, part)
		if rules.ignores(from, folder || i < len(parts)-1) {
			rules, hidden = nil, true
		}
	}
	return rules, hidden
}

// Ignores are the rules by which git ignores files of a tree: those of .gitignore
// files and of .git/info/exclude.
type Ignores struct{ s *searcher }

// NewIgnores returns the rules of fsys. Each file is read once, when it is needed; one
// that can't be read has no rules.
func NewIgnores(fsys fs.FS) Ignores {
	return Ignores{&searcher{fsys: fsys, rules: map[string]*ruleset{}}}
}

// Hide reports whether a path, which need not exist, is ignored as a file or as
// a folder: then a checkout does not have it, and a build may make it.
func (i Ignores) Hide(name string) bool {
	_, file := i.s.rulesAbove(".", nil, name, false)
	_, folder := i.s.rulesAbove(".", nil, name, true)
	return file || folder
}
