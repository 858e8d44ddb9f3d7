package discover

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// maxLinks is how many links a path may lead through, as on Linux.
const maxLinks = 40

// The reasons why a link is not followed.
var (
	errOut      = errors.New("a link that leads out of the tree")
	errAbsolute = errors.New("a link to an absolute path")
	errNowhere  = errors.New("a link that leads nowhere")
	errCircle   = errors.New("a link that leads in circles")
)

// judgeLink is judge for a link; taken contains the files that are found by their own
// names, or by a link, and receives those found here.
func (s *searcher) judgeLink(c *candidate, taken map[string]bool) (take bool, reason string) {
	if c.kind == templateKind {
		return s.judge(c.path, c.kind, 0)
	}
	tell := func(reason string) (bool, string) {
		if c.kind == doubtfulKind || c.kind == manifestKind {
			reason = "" // it need not be a Dockerfile at all
		}
		return false, reason
	}
	real, err := resolve(s.fsys, c.path)
	var info fs.FileInfo
	if err == nil {
		info, err = fs.Lstat(s.fsys, real)
	}
	switch {
	case errors.Is(err, errOut), errors.Is(err, errAbsolute), errors.Is(err, errNowhere), errors.Is(err, errCircle):
		return tell(err.Error())
	case err != nil:
		return tell("a link that can't be followed: " + cause(err).Error())
	case info.IsDir() || taken[real]:
		return false, ""
	case s.hidden(real):
		return tell("a link to a file that is left out")
	}
	take, reason = s.judge(real, c.kind, info.Mode())
	taken[real] = take
	return take, reason
}

// hidden reports whether a file would be left out, whatever its name, if the walk
// found it.
func (s *searcher) hidden(name string) bool {
	from, rules := ".", (*ruleset)(nil)
	if _, ok := below(s.top, name); ok {
		from, rules = s.top, s.above
	}
	rel, _ := below(from, name)
	for dir := path.Dir(rel); dir != "."; dir = path.Dir(dir) {
		if vendored[path.Base(dir)] {
			return true
		}
	}
	if s.exclude.match(name, false) || s.excluded(path.Dir(name)) {
		return true
	}
	_, ignored := s.rulesAbove(from, rules, name, false)
	return ignored
}

// resolve follows the links in a path, the last part included, and returns the
// path of what they lead to.
func resolve(fsys fs.FS, name string) (string, error) {
	real, links := ".", 0
	for rest := strings.Split(name, "/"); len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch {
		case part == "" || part == ".":
			continue
		case part == ".." && real == ".":
			return "", errOut
		case part == "..":
			real = path.Dir(real)
			continue
		}
		next := path.Join(real, part)
		info, err := fs.Lstat(fsys, next)
		if errors.Is(err, fs.ErrNotExist) && links > 0 {
			return "", errNowhere
		} else if err != nil {
			return "", cause(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			real = next
			continue
		}
		target, err := fs.ReadLink(fsys, next)
		if links++; links > maxLinks {
			return "", errCircle
		} else if err != nil {
			return "", cause(err)
		} else if path.IsAbs(target) {
			return "", errAbsolute
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return real, nil
}

// cause returns the error without the path, which the message has already.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
