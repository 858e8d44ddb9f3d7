package history

import (
	"path"
	"slices"
	"strings"
)

// position is the state of a history so far: the working directory, and the programs
// that were copied into the image.
type position struct {
	dir     string
	copied  map[string]bool // names of files, programs or not
	unnamed bool            // programs with unknown names
}

// enter records a WORKDIR.
func (p *position) enter(e entry) {
	if to, ok := strings.CutPrefix(e.text, "WORKDIR "); ok {
		p.dir = resolve(p.dir, to)
	}
}

// resolve returns the path that p means in the directory dir.
func resolve(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

// programPath are the directories that a shell searches for programs, and those above
// them.
var programPath = append([]string{"/", "/usr", "/usr/local", "/usr/local/bin", "/usr/local/sbin"}, programDirs...)

// copy records a COPY or ADD, and returns where it wrote.
func (p *position) copy(e entry) (dest string) {
	if p.copied == nil {
		p.copied = map[string]bool{}
	}
	sources, to := e.operands()
	dest = resolve(p.dir, to)
	if slices.Contains(programPath, dest) {
		for _, s := range sources {
			// A name without an extension may be a directory, and the builder before
			// BuildKit wrote a checksum in place of the name.
			name := path.Base(s)
			p.copied[name] = true
			p.unnamed = p.unnamed || path.Ext(name) == "" || name == "." || strings.HasSuffix(s, "/") || strings.ContainsAny(s, "*?[:")
		}
	}
	p.copied[path.Base(dest)] = true
	return dest
}

// hides reports whether a script may have called a program that was copied into
// the image.
func (p *position) hides(s script) bool {
	return p.unnamed && len(s.ran) > 0 || slices.ContainsFunc(s.ran, func(name string) bool { return p.copied[name] })
}
