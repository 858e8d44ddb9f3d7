// Package discover finds the Dockerfiles in a tree of files.
//
// It reads an fs.FS and trusts nothing in it: a link, a name or a .gitignore of
// a stranger's repository can't make a search fail, run in circles or leave the
// tree. The caller opens the tree so that no link leads out of it, as
// os.Root.FS does.
package discover

import (
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// Options change what is found.
type Options struct {
	// Include are globs of files that are taken whatever they are called. They
	// reach into no folder that is vendored, ignored or excluded, and take no file
	// that is ignored.
	Include []string
	// Exclude are globs of files and folders that are left out. They are stronger
	// than Include, and leave out the searched folder too.
	Exclude []string
	// Base is the folder that globs with a slash start from, taken literally; "" for
	// the tree's root.
	Base string
	// NoIgnore takes what .gitignore files hide.
	NoIgnore bool
}

// Result is what a search found. Its paths are those in the tree, without links
// among the folders; they may hold any byte but NUL. Its order is that of
// fs.WalkDir.
type Result struct {
	// Files are the Dockerfiles. None is opened to find it, but for those whose
	// name speaks against them, so one may turn out to be unreadable.
	Files []string
	// LeftAlone is what the user may miss in Files, and what could not be read.
	LeftAlone []Skipped
}

// Skipped is a file or folder that was left alone. Reason follows "left alone: "
// in a sentence.
type Skipped struct {
	Path, Reason string
	// Unread: it could not be read, so that what it holds is not known.
	Unread bool
}

// vendored are folders that a version control system or a package manager fills.
// Names that people use for their own files as well, such as third_party, are
// not among them: what is found there is seen and can be excluded, while nobody
// misses what is silently left out.
var vendored = map[string]bool{
	".git": true, ".hg": true, ".svn": true, ".jj": true, ".bzr": true, "CVS": true, "_darcs": true,
	"node_modules": true, "bower_components": true, "jspm_packages": true, ".yarn": true, ".pnpm-store": true,
	"vendor": true, ".venv": true,
}

// IsVendored reports whether a folder of that name is filled by a version control
// system or a package manager: what it holds is not the repository's own.
func IsVendored(name string) bool { return vendored[name] }

// Search finds the Dockerfiles in dir, a folder of fsys or a link to one, and in
// the folders below it: the regular files that IsDockerfile goes for, those that
// Include names, and those whose ending says that they are something else
// (Dockerfile.txt, Dockerfile.js) but whose text is a Dockerfile.
//
// Folders that are vendored (.git, node_modules, vendor and the like) are not
// entered, nor are links to folders. What the .gitignore files from the root of
// fsys down hide, and .git/info/exclude, is left out as git would leave it out;
// but git's index is not read, so a file that is tracked is hidden too where a
// rule says so, and the user's own core.excludesFile is not. None of this keeps
// dir itself from being searched: where it is ignored, or lies in a folder that
// is, the rules that hide it do not hold in it.
//
// A link to a file goes by its own name, and is taken where it leads to a regular
// file of the tree that is not left out. A file with several names is taken once,
// by its own name if that is found, else by its first link.
//
// The error says that a glob is malformed or dir can't be read. What else can't
// be read is in LeftAlone.
func Search(fsys fs.FS, dir string, o Options) (Result, error) {
	s := &searcher{fsys: fsys, noIgnore: o.NoIgnore, rules: map[string]*ruleset{}}
	var err error
	if s.include, err = parseGlobs(o.Base, o.Include); err != nil {
		return Result{}, err
	}
	if s.exclude, err = parseGlobs(o.Base, o.Exclude); err != nil {
		return Result{}, err
	}
	if !fs.ValidPath(dir) {
		return Result{}, &fs.PathError{Op: "search", Path: dir, Err: fs.ErrInvalid}
	}
	if s.top, err = resolve(fsys, dir); err != nil {
		return Result{}, &fs.PathError{Op: "search", Path: dir, Err: err}
	}
	if s.excluded(s.top) {
		return Result{}, nil
	}
	s.above, _ = s.rulesAbove(".", nil, s.top, true)
	if err := s.folder(s.top, s.above); err != nil {
		return Result{}, err
	}
	return s.result(), nil
}

// searcher is one search.
type searcher struct {
	fsys             fs.FS
	include, exclude globs
	noIgnore         bool
	top              string   // the folder that is searched
	above            *ruleset // what holds for top itself
	rules            map[string]*ruleset
	ignoreBytes      int // of the .gitignore files read
	seen             []*candidate
}

// candidate is what the walk came across and the result may tell of.
type candidate struct {
	path   string
	kind   kind
	mode   fs.FileMode
	take   bool
	reason string // why not, "" for nothing to tell
}

// note records why something is left alone.
func (s *searcher) note(path, reason string) {
	s.seen = append(s.seen, &candidate{path: path, reason: reason})
}

// folder walks through a folder. above are the rules of the folders above it.
func (s *searcher) folder(name string, above *ruleset) error {
	entries, err := fs.ReadDir(s.fsys, name)
	rules := s.enter(name, entries, above)
	for _, e := range entries { // those that came before the error
		s.entry(path.Join(name, e.Name()), e, rules)
	}
	return err
}

func (s *searcher) entry(name string, e fs.DirEntry, rules *ruleset) {
	if e.IsDir() {
		if vendored[e.Name()] || s.exclude.match(name, true) || rules.ignores(name, true) {
			return
		}
		if err := s.folder(name, rules); err != nil {
			s.note(name, unreadable(name, err))
		}
		return
	}
	kind := kindOf(e.Name())
	if s.include.match(name, false) {
		kind = dockerfileKind
	}
	if kind == otherKind || s.exclude.match(name, false) || rules.ignores(name, false) {
		return
	}
	s.seen = append(s.seen, &candidate{path: name, kind: kind, mode: e.Type()})
}

// result judges the candidates, links after all others: what a link leads to may
// be found by its own name anywhere in the tree.
func (s *searcher) result() (r Result) {
	taken := map[string]bool{}
	for _, c := range s.seen {
		if c.kind != otherKind && c.mode&fs.ModeSymlink == 0 {
			c.take, c.reason = s.judge(c.path, c.kind, c.mode)
			taken[c.path] = c.take
		}
	}
	for _, c := range s.seen {
		if c.mode&fs.ModeSymlink != 0 {
			c.take, c.reason = s.judgeLink(c, taken)
		}
	}
	for _, c := range s.seen {
		if c.take {
			r.Files = append(r.Files, c.path)
		} else if c.reason != "" {
			r.LeftAlone = append(r.LeftAlone, Skipped{c.path, c.reason, strings.HasPrefix(c.reason, unreadPrefix)})
		}
	}
	return r
}

// judge tells whether a file that is no link is taken, and what to tell if not.
func (s *searcher) judge(name string, kind kind, mode fs.FileMode) (take bool, reason string) {
	switch {
	case kind == templateKind:
		return false, "a template"
	case mode.IsRegular() && kind == doubtfulKind:
		is, err := readsAsDockerfile(s.fsys, name)
		if err != nil {
			return false, unreadable(name, err)
		}
		return is, ""
	case !mode.IsRegular() && kind == dockerfileKind:
		return false, "not a regular file"
	}
	return mode.IsRegular(), ""
}

// excluded tells whether Exclude leaves out a file or folder, or one that it is
// in. The last part of the name is taken for a folder.
func (s *searcher) excluded(name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if s.exclude.match(name, true) {
			return true
		}
	}
	return false
}

// unreadPrefix begins the reason for what can't be read.
const unreadPrefix = "can't be read: "

// unreadable is the reason for what can't be read.
func unreadable(name string, err error) string {
	// Only an fs.FS refuses such a name; the system knows it.
	if !utf8.ValidString(name) {
		return unreadPrefix + "its name is not UTF-8"
	}
	return unreadPrefix + cause(err).Error()
}

// below returns the path of name from folder, "." for the folder itself.
func below(folder, name string) (rel string, ok bool) {
	switch {
	case folder == ".":
		return name, true
	case folder == name:
		return ".", true
	}
	return strings.CutPrefix(name, folder+"/")
}
