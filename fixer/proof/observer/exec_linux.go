package observer

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
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
	for _, d := range how.Dirs {
		if err := d.make(); err != nil {
			return err
		}
	}
	if err := how.rights(); err != nil {
		return err
	}
	if how.NoNewPrivs {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("no-new-privileges: %w", err)
		}
	}
	return &os.PathError{Op: "exec", Path: name, Err: unix.Exec(name, args, os.Environ())}
}

// make makes the directory, unless it is there.
func (d Dir) make() error {
	switch err := unix.Mkdir(d.Path, 0o700); err {
	case nil:
	case unix.EEXIST:
		return nil
	default:
		return &os.PathError{Op: "mkdir", Path: d.Path, Err: err}
	}
	if err := unix.Chown(d.Path, d.UID, d.GID); err != nil {
		return &os.PathError{Op: "chown", Path: d.Path, Err: err}
	}
	return unix.Chmod(d.Path, d.Mode)
}

// rights changes the user and the capabilities.
func (how Exec) rights() error {
	keep := []uintptr{unix.CAP_NET_BIND_SERVICE}
	if how.NoCapabilities {
		if !how.LowPorts {
			keep = nil
		}
		if err := dropBounding(keep); err != nil {
			return fmt.Errorf("the bounding set: %w", err)
		}
	}
	if how.Unhindered {
		keep = append(keep, unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER)
		if err := noFixup(); err != nil {
			return fmt.Errorf("securebits: %w", err)
		}
	}
	if how.As != nil {
		if err := how.As.become(); err != nil {
			return fmt.Errorf("as user %d: %w", how.As.UID, err)
		}
	}
	if how.As != nil || how.Unhindered || how.NoCapabilities {
		if err := keepOnExec(keep, how.NoCapabilities); err != nil {
			return fmt.Errorf("capabilities: %w", err)
		}
	}
	return nil
}

// noFixup makes capabilities independent of user ids: a command that becomes another
// user keeps them, and access(2), which asks for the real user, regards them.
func noFixup() error {
	const secureNoSetuidFixup = 1 << 2 // of linux/securebits.h
	bits, err := unix.PrctlRetInt(unix.PR_GET_SECUREBITS, 0, 0, 0, 0)
	if err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECUREBITS, uintptr(bits)|secureNoSetuidFixup, 0, 0, 0)
}

// become changes from root to the user, and keeps the capabilities for keepOnExec. As runc
// does, it first gives the user the standard streams, which a program may open again by
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
	return unix.Setresuid(u.UID, u.UID, u.UID)
}

// dropBounding takes every capability but these from the bounding set, which is the most that a
// program can gain by its file.
func dropBounding(keep []uintptr) error {
	for c := uintptr(0); ; c++ {
		switch in, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, c, 0, 0, 0); {
		case err == unix.EINVAL: // the kernel has no more
			return nil
		case err != nil:
			return err
		case in == 1 && !slices.Contains(keep, c):
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil {
				return err
			}
		}
	}
}

// keepOnExec makes the command have these capabilities: alone, or where it is not root's.
func keepOnExec(list []uintptr, alone bool) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return err
	}
	var mask uint32 // all of them are below 32
	for _, c := range list {
		mask |= 1 << c
	}
	if os.Geteuid() == 0 && !alone {
		data[0].Inheritable |= mask
	} else {
		data = [2]unix.CapUserData{{Effective: mask, Permitted: mask, Inheritable: mask}}
	}
	if err := unix.Capset(&header, &data[0]); err != nil {
		return err
	}
	for _, c := range list {
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, c, 0, 0); err != nil {
			return err
		}
	}
	return nil
}
