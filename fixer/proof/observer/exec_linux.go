package observer

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// exec replaces the process by the command.
func (how Exec) exec(args []string) error {
	// The following changes only this thread, and execve takes its state.
	runtime.LockOSThread()
	// Look up the command as root even if another user runs it: a user that may not
	// read a directory can't start a program in it either.
	name, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	if how.As != nil {
		if err := how.As.become(); err != nil {
			return fmt.Errorf("as user %d: %w", how.As.UID, err)
		}
	}
	if how.NoNewPrivs {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("no-new-privileges: %w", err)
		}
	}
	return &os.PathError{Op: "exec", Path: name, Err: unix.Exec(name, args, os.Environ())}
}

// become changes from root to the user, and keeps one of root's rights. As runc does, it
// first gives the user the standard streams, which a program may open again by
// /dev/stderr (opencontainers/runc, fixStdioPermissions).
func (u *User) become() error {
	for fd := range 3 {
		switch err := unix.Fchown(fd, u.UID, -1); err {
		case nil, unix.EINVAL, unix.EPERM, unix.EROFS: // of some terminals and devices
		default:
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
		return err
	}
	groups := make([]uint32, len(u.Groups)+1) // never empty, for its address
	for i, g := range u.Groups {
		groups[i] = uint32(g)
	}
	// The functions of package syscall change all threads, and may be the C library's.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(u.Groups)), uintptr(unsafe.Pointer(&groups[0])), 0); errno != 0 {
		return errno
	}
	if err := unix.Setresgid(u.GID, u.GID, u.GID); err != nil {
		return err
	}
	if err := unix.Setresuid(u.UID, u.UID, u.UID); err != nil {
		return err
	}
	const bind = 1 << unix.CAP_NET_BIND_SERVICE
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{{Effective: bind, Permitted: bind, Inheritable: bind}}
	if err := unix.Capset(&header, &data[0]); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, unix.CAP_NET_BIND_SERVICE, 0, 0)
}
