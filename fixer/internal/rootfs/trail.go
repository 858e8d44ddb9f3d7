package rootfs

import "strings"

// trail is a path that is being followed, name by name, with the targets of the
// links that it leads through.
type trail struct {
	rest []string // the innermost target last
	hops int
}

func newTrail(path string) *trail { return &trail{rest: []string{path}} }

// next returns the next name. It is empty where two slashes meet and where a
// slash begins or ends a path.
func (t *trail) next() (string, bool) {
	if len(t.rest) == 0 {
		return "", false
	}
	last := len(t.rest) - 1
	name, rest, more := strings.Cut(t.rest[last], "/")
	if more {
		t.rest[last] = rest
	} else {
		t.rest = t.rest[:last]
	}
	return name, true
}

// more reports whether anything follows, even a slash: then what it follows
// must be a directory.
func (t *trail) more() bool { return len(t.rest) > 0 }

// follow continues with the target of a link. It returns false if it can't: the
// target is empty, or there were too many links.
func (t *trail) follow(target string) bool {
	if t.hops++; t.hops > MaxLinks || target == "" {
		return false
	}
	t.rest = append(t.rest, target)
	return true
}
