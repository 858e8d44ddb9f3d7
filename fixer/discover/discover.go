// Package discover finds the Dockerfiles in a tree of files, its Compose files and its
// Kubernetes manifests.
//
// It reads an fs.FS of untrusted files: no link, name or .gitignore can make a search
// fail, run in circles or leave the tree. The caller opens the tree so that no link
// leads out of it, as os.Root.FS does.
package discover

import (
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer/compose"
)

// Options change what a search finds.
type Options struct {
	// Include are globs of files that are found whatever their names. They do not
	// apply in vendored, ignored or excluded folders, nor to ignored files.
	Include []string
	// Exclude are globs of files and folders that are left out. They override Include,
	// and leave out the searched folder too.
	Exclude []string
	// Base is the folder that globs with a slash start from, taken literally; "" for
	// the tree's root.
	Base string
	// NoIgnore includes what .gitignore files hide.
	NoIgnore bool
	// Compose finds Compose files, too: those that compose.IsNamed accepts.
	Compose bool
	// Manifests finds Kubernetes manifests, too. Each file of YAML is read for that.
	Manifests bool
}

// Result is the result of a search. Its paths are those in the tree, without links
// among the folders; they may contain any byte but NUL. Its order is that of
// fs.WalkDir.
type Result struct {
	// Files are the Dockerfiles. Only those with a doubtful name were opened, so one
	// may turn out to be unreadable.
	Files []string
	// Compose are the Compose files that have services.
	Compose []string
	// Manifests are the files of YAML that have a Kubernetes workload, as IsManifest says.
	Manifests []string
	// LeftAlone are files and folders that the user may expect in them, and those
	// that could not be read.
	LeftAlone []Skipped
}

// Skipped is a file or folder that was skipped. Reason follows "left alone: "
// in a sentence.
type Skipped struct {
	Path, Reason string
	// Unread: it could not be read, so its contents are unknown.
	Unread bool
}

// vendored are folders that a version control system or a package manager fills.
// Names that people use for their own files as well, such as third_party, are
// not among them: a user can see and exclude what is found there, but would not notice
// what is silently left out.
var vendored = map[string]bool{
	".git": true, ".hg": true, ".svn": true, ".jj": true, ".bzr": true, "CVS": true, "_darcs": true,
	"node_modules": true, "bower_components": true, "jspm_packages": true, ".yarn": true, ".pnpm-store": true,
	"vendor": true, ".venv": true,
}

// IsVendored reports whether a version control system or a package manager fills
// folders of that name: their contents are not the repository's own.
func IsVendored(name string) bool { return vendored[name] }

// Search finds the Dockerfiles in dir, a folder of fsys or a link to one, and in
// the folders below it: the regular files that IsDockerfile accepts, those that
// Include names, and those with another extension (Dockerfile.txt, Dockerfile.js) and
// the text of a Dockerfile.
//
// It enters no vendored folders (.git, node_modules, vendor and similar) and no links
// to folders. It leaves out what the .gitignore files from the root of fsys down and
// .git/info/exclude hide, as git would; but it does not read git's index, so a rule
// hides a tracked file too, nor the user's own core.excludesFile. dir itself is
// searched in any case: if it is ignored, or lies in an ignored folder, the rules that
// hide it do not apply in it.
//
// A link to a file is judged by its own name, and is found if it leads to a regular
// file of the tree that is not left out. A file with several names is found once, by
// its own name if possible, else by its first link.
//
// It fails if a glob is malformed or dir can't be read. Other files that can't be read
// are in LeftAlone.
func Search(fsys fs.FS, dir string, o Options) (Result, error) {
	s := &searcher{fsys: fsys, noIgnore: o.NoIgnore, compose: o.Compose, manifests: o.Manifests, rules: map[string]*ruleset{}, charts: map[string]bool{}}
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
	compose          bool
	manifests        bool
	top              string   // the folder that is searched
	above            *ruleset // what applies to top itself
	rules            map[string]*ruleset
	charts           map[string]bool // whose templates were reported
	ignoreBytes      int             // of the .gitignore files read
	seen             []*candidate
}

// candidate is a file or folder that the walk found and the result may mention.
type candidate struct {
	path   string
	kind   kind
	mode   fs.FileMode
	take   bool
	reason string // why it is not found, "" for nothing to report
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
	switch {
	case s.compose && compose.IsNamed(e.Name()):
		kind = composeKind
	case s.compose && isComposeTemplate(e.Name()):
		kind = templateKind
	case s.manifests && isYAML(name) && (kind == otherKind || s.include.match(name, false)):
		kind = manifestKind
	case s.include.match(name, false):
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
		switch {
		case c.take && c.kind == manifestKind:
			r.Manifests = append(r.Manifests, c.path)
		case c.take && c.kind == composeKind:
			r.Compose = append(r.Compose, c.path)
		case c.take:
			r.Files = append(r.Files, c.path)
		case c.reason != "":
			r.LeftAlone = append(r.LeftAlone, Skipped{c.path, c.reason, strings.HasPrefix(c.reason, unreadPrefix)})
		}
	}
	return r
}

// judge reports whether a file that is not a link is found; if not, reason is what to
// report, "" for nothing.
func (s *searcher) judge(name string, kind kind, mode fs.FileMode) (take bool, reason string) {
	switch {
	case kind == templateKind:
		return false, "a template"
	case mode.IsRegular() && kind == composeKind:
		return s.judgeCompose(name)
	case mode.IsRegular() && kind == manifestKind:
		return s.judgeManifest(name)
	case mode.IsRegular() && kind == doubtfulKind:
		is, err := readsAsDockerfile(s.fsys, name)
		if err != nil {
			return false, unreadable(name, err)
		}
		return is, ""
	case !mode.IsRegular() && kind == dockerfileKind:
		return false, "not a regular file"
	}
	return mode.IsRegular() && kind != manifestKind && kind != composeKind, ""
}

// excluded reports whether Exclude leaves out a file or folder, or one that contains
// it. The last part of the name is treated as a folder.
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

// unreadable returns the reason for what can't be read.
func unreadable(name string, err error) string {
	// Only an fs.FS refuses such a name; the system accepts it.
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
