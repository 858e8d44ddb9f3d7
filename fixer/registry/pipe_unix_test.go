//go:build !windows

package registry_test

import "syscall"

// pipe makes a file whose reading does not end.
func pipe(name string) error { return syscall.Mkfifo(name, 0o600) }
