package readonly

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file doubts what one run of an image by itself does not show.

var (
	// data matches the paths of what a program may expect to find again.
	data = lazyregexp.New(`(?i)\.(?:db|sqlite3?|mdb|rdb|aof|ldb)$|(?:^|/)(?:data|db|databases?|sess(?:ions?)?|uploads?|storage|store|state|queue|spool|backups?|media)(?:[-_./]|$)`)
	// claims matches those of what says that a program runs already.
	claims = lazyregexp.New(`(?i)\.(?:pid|lo?ck|sock(?:et)?)$|(?:^|/)(?:\.x\d+-lock|\.x11-unix|lock(?:file)?)(?:/|$)`)
)

// unlike doubts that an image works in this way as it was seen to.
func (w Way) unlike(c workload.Container, seen workload.Observed, mounted func(string) bool) (may fixer.Decision) {
	doubt := func(format string, args ...any) { may = may.And(fixer.Doubt(fmt.Sprintf(format, args...))) }
	if c.Rebuilt && !c.Changed { // of which more is said
		doubt("its image changes in this run: build it first, or run dockmend again then")
	}
	if c.Touched != (workload.Place{}) {
		doubt("%s does something with its containers that was not observed", c.Touched)
	}
	for _, page := range w.Probes {
		if !slices.ContainsFunc(seen.Pages, func(p string) bool { return p == page || page[0] == '/' && strings.HasSuffix(p, page) }) {
			doubt("it is asked for %s, which was not observed (--request)", page)
		}
	}
	for _, file := range c.Data {
		if _, isScratch := scratch(file); !isScratch && !mounted(file) {
			doubt("its start names %s, which other requests than these may write", file)
			return may
		}
	}
	for _, file := range seen.Wrote {
		file = path.Clean(file)
		temporary := slices.ContainsFunc(w.Tmpfs, func(dir string) bool { return workload.Within(file, dir) })
		_, isScratch := scratch(file)
		switch {
		case isKernels(file):
		case mounted(file) && !temporary:
			doubt("what it does with what an earlier start left at %s was not observed", file)
			return may
		case !isScratch:
		case w.Limit != (workload.Place{}):
			doubt("%s limits its memory, in which %s would be", w.Limit, file)
			return may
		case workload.Within(file, "/var/tmp"):
			doubt("what is in /var/tmp stays when a machine starts again, and would not")
			return may
		case data.MatchString(file):
			doubt("%s may be data, which would be lost at each start", file)
			return may
		case w.Pod && claims.MatchString(file):
			doubt("%s would be there still when the container starts again", file)
			return may
		}
	}
	return may
}
