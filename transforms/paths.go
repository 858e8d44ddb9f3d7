package transforms

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// ownable reports whether a working directory can be an application's: of the
// shared directories, those that a base image leaves empty for one.
func ownable(dir string) bool {
	switch dir {
	case "/opt", "/srv", "/usr/src", "/var/www":
		return true
	}
	return !workload.IsSystem(dir)
}

// plainPath reports whether a path can be written into a shell command as it
// is.
func plainPath(p string) bool {
	return p != "" && strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-@+") == ""
}
