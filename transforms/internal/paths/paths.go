// Package paths distinguishes directories of an application from those of the system.
package paths

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// IsOwnable reports whether a working directory can be an application's: of the
// shared directories, those that a base image leaves empty for one.
func IsOwnable(dir string) bool {
	switch dir {
	case "/opt", "/srv", "/usr/src", "/var/www":
		return true
	}
	return !workload.IsSystem(dir)
}

// IsPlain reports whether a path can be written into a shell command without quotes.
func IsPlain(p string) bool {
	return p != "" && strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-@+") == ""
}

// IsData reports whether a directory that a Dockerfile makes may be one for the
// application's data: not below /etc or /usr, not a package manager's.
func IsData(dir string) bool {
	for _, d := range []string{"/var/lib/apt", "/var/lib/dpkg", "/var/cache/apt", "/var/cache/apk", "/tmp", "/var/tmp", "/home", "/root"} {
		if workload.Within(dir, d) {
			return workload.Within(dir, "/home") && dir != "/home"
		}
	}
	for _, d := range []string{"/var/lib", "/var/log", "/var/run", "/var/cache", "/var/spool", "/run"} {
		if workload.Within(dir, d) {
			return dir != d
		}
	}
	return !workload.IsSystem(dir)
}
