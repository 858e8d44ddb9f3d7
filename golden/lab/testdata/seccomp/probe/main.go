// Command probe makes system calls that an attacker has a use for, and prints a line with
// the name of each one that is refused with EPERM.
package main

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"
)

func main() {
	runtime.LockOSThread()
	const (
		ioUringSetup = 425 // on all architectures
		anything     = 0xffffffff
		familyAlg    = 38
		familyVsock  = 40
		netlinkAudit = 9
	)
	var params [120]byte // of io_uring
	socket := func(family, protocol uintptr) syscall.Errno {
		return call(syscall.SYS_SOCKET, family, syscall.SOCK_RAW, protocol)
	}
	for _, probe := range []struct {
		name string
		err  syscall.Errno
	}{
		{"unshare", call(syscall.SYS_UNSHARE, syscall.CLONE_NEWUSER, 0, 0)},
		{"AF_ALG", socket(familyAlg, 0)},
		{"AF_VSOCK", socket(familyVsock, 0)},
		{"AF_NETLINK", socket(syscall.AF_NETLINK, netlinkAudit)},
		{"io_uring_setup", call(ioUringSetup, 1, uintptr(unsafe.Pointer(&params)), 0)},
		{"ptrace", call(syscall.SYS_PTRACE, syscall.PTRACE_TRACEME, 0, 0)},
		{"shmget", call(syscall.SYS_SHMGET, 0, 4096, 01600)}, // IPC_CREAT, for the owner
		{"vmsplice", call(syscall.SYS_VMSPLICE, 0, 0, 0)},
		{"personality", call(syscall.SYS_PERSONALITY, anything, 0, 0)},
	} {
		if probe.err == syscall.EPERM {
			fmt.Println(probe.name)
		}
	}
}

func call(number, a, b, c uintptr) syscall.Errno {
	_, _, err := syscall.RawSyscall(number, a, b, c)
	return err
}
