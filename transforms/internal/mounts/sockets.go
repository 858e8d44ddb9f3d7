package mounts

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds mounts of sockets of the host. Who connects to one is seen by its server
// (unix(7), SO_PEERCRED), and the mode of the socket says who may: that it is mounted
// read-only, or that everyone may read it, says nothing.

var (
	// socketName matches the names of sockets.
	socketName = lazyregexp.New(`(?i)(\.|_)sock(et)?\}?$`)
	// runDirs are where the servers of a host keep them (hier(7), file-hierarchy(7)).
	runDirs = []string{"/run", "/var/run"}
	// readInRun are below them what is only read: udev's database, logs, the name resolution.
	readInRun = strings.Fields("udev log systemd/resolve systemd/timesync utmp motd.dynamic reboot-required secrets")
)

// isSocket reports whether a mount is of a socket of the host, or of a directory where its
// servers keep theirs. A directory that is mounted to be written may be the application's
// own.
func isSocket(m workload.Mount) bool {
	if m.Kind != workload.Bind {
		return false
	}
	source, target := path.Clean(m.Source), path.Clean(m.Target)
	if socketName.MatchString(path.Base(source)) || socketName.MatchString(path.Base(target)) {
		return true
	}
	return slices.ContainsFunc(runDirs, func(dir string) bool {
		return m.ReadOnly && workload.Within(source, dir) && !slices.ContainsFunc(readInRun, func(name string) bool { return workload.Within(source, path.Join(dir, name)) })
	})
}

// ofSocket explains what a mount of a socket asks of its user.
func ofSocket(m workload.Mount) string {
	return fmt.Sprintf("%s mounts the host's %s: which user connects to a socket counts, and a deployment that sets root as its user keeps its access", m.Place, path.Clean(m.Source))
}
