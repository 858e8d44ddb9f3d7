package workload

import (
	"path"
	"slices"
	"strings"
)

// ownedBySystem are directories of the system: nothing below them is given to an
// application's user.
var ownedBySystem = []string{
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/root", "/run", "/sbin", "/sys",
	"/usr/bin", "/usr/include", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/local/bin", "/usr/local/etc", "/usr/local/include",
	"/usr/local/lib", "/usr/local/sbin", "/usr/local/share", "/usr/sbin", "/usr/share", "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool",
}

// sharedDirs are directories that many programs share: what lies below one may be an
// application's, the directory itself never is.
var sharedDirs = []string{"/", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/usr", "/usr/local", "/usr/src", "/usr/local/src", "/var", "/var/opt", "/var/tmp", "/var/www"}

// IsSystem reports whether an absolute path belongs to the system rather than to an
// application.
func IsSystem(file string) bool {
	return slices.ContainsFunc(ownedBySystem, func(d string) bool { return Within(file, d) }) ||
		slices.Contains(sharedDirs, file) || strings.HasPrefix(path.Base(file), "docker-entrypoint")
}

// Within reports whether file is dir or lies below it. Both are clean and absolute,
// or relative to the same directory.
func Within(file, dir string) bool {
	return file == dir || strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/")
}

// temporaryDirs are directories that everyone can write to.
var temporaryDirs = []string{"/tmp", "/var/tmp", "/dev", "/proc/self/fd", "/proc/1/fd"}

// IsTemporary reports whether a file lies where everyone can write.
func IsTemporary(file string) bool {
	return slices.ContainsFunc(temporaryDirs, func(d string) bool { return Within(file, d) })
}
