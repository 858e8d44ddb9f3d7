package transforms

import (
	"path"
	"strings"
)

// systemDirs are directories that belong to the system: nothing below them is
// given to an application's user.
var systemDirs = []string{
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/root", "/run", "/sbin", "/sys",
	"/usr/bin", "/usr/include", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/local/bin", "/usr/local/etc", "/usr/local/include",
	"/usr/local/lib", "/usr/local/sbin", "/usr/local/share", "/usr/sbin", "/usr/share", "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool",
}

// sharedDirs are directories that many share: what lies below one may be an
// application's, the directory itself never is.
var sharedDirs = []string{"/", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/usr", "/usr/local", "/usr/src", "/usr/local/src", "/var", "/var/opt", "/var/tmp", "/var/www"}

// isSystem reports whether an absolute path is no application's to own.
func isSystem(file string) bool {
	for _, d := range systemDirs {
		if within(file, d) {
			return true
		}
	}
	for _, d := range sharedDirs {
		if file == d {
			return true
		}
	}
	return strings.HasPrefix(path.Base(file), "docker-entrypoint")
}

// ownable reports whether a working directory can be an application's: of the
// shared directories, those that a base image leaves empty for one.
func ownable(dir string) bool {
	switch dir {
	case "/opt", "/srv", "/usr/src", "/var/www":
		return true
	}
	return !isSystem(dir)
}

// within reports whether file is dir or lies below it.
func within(file, dir string) bool {
	return file == dir || strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/")
}

// plainPath reports whether a path can be written into a shell command as it
// is.
func plainPath(p string) bool {
	return p != "" && strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-@+") == ""
}
