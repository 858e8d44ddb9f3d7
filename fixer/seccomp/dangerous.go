package seccomp

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/dockmend/dockmend/fixer"
)

// danger is a group of system calls that a container without capabilities has no use for,
// and an attacker in it has one.
type danger struct {
	why      string
	severity fixer.Severity
	names    []string
}

var dangers = []danger{
	{"it changes mounts", fixer.High, []string{
		"fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree", "open_tree_attr",
		"pivot_root", "umount", "umount2",
	}},
	{"in a new user namespace, a process has every capability", fixer.High, []string{"setns", "unshare"}},
	{"it makes namespaces, and its flags are in memory, where no filter sees them", fixer.High, []string{"clone3"}},
	{"it loads programs into the kernel", fixer.High, []string{"bpf"}},
	{"exploits of the kernel use it", fixer.High, []string{"perf_event_open", "userfaultfd"}},
	{"its requests are system calls that no filter sees", fixer.High, []string{"io_uring_enter", "io_uring_register", "io_uring_setup"}},
	{"it opens files outside of the container", fixer.High, []string{"open_by_handle_at"}},
	{"it loads kernel code", fixer.High, []string{"delete_module", "finit_module", "init_module", "kexec_file_load", "kexec_load"}},
	{"it accesses the hardware", fixer.High, []string{"ioperm", "iopl"}},
	{"the kernel's keys are not the container's own", fixer.Medium, []string{"add_key", "keyctl", "request_key"}},
	{"it accesses other processes", fixer.Medium, []string{
		"kcmp", "pidfd_getfd", "process_madvise", "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace",
	}},
	{"it changes settings of the host", fixer.Medium, []string{
		"acct", "clock_settime", "quotactl", "quotactl_fd", "reboot", "setdomainname", "sethostname", "settimeofday",
		"swapoff", "swapon", "syslog", "vhangup",
	}},
	{"it turns off protections of the address space", fixer.Medium, []string{"personality"}},
	{"it moves memory between nodes of the host", fixer.Low, []string{
		"mbind", "migrate_pages", "move_pages", "set_mempolicy", "set_mempolicy_home_node",
	}},
}

// dangerousFamilies are the families of sockets that Docker's default denies.
var dangerousFamilies = []struct {
	family    uint64
	name, why string
}{
	{38, "AF_ALG", "the kernel's cryptography, which exploits use"},
	{40, "AF_VSOCK", "the host of a virtual machine"},
}

// dangerous reports the calls that are allowed without a filter, unless Docker's default
// allows them in the same way: those are one note.
func (c *checker) dangerous() {
	var byDefault, also []string
	for _, d := range dangers {
		for _, name := range d.names {
			at, byRule := c.allowedAt(name)
			switch {
			case !c.onAny(func(v view) bool { return isOpen(v, name) }):
			case slices.ContainsFunc(c.docker, func(v view) bool { return isOpen(v, name) }):
				also = append(also, name)
			case !byRule:
				byDefault = append(byDefault, name)
			default:
				c.report(dangerousCall, d.severity, at, "%s is allowed: %s", name, d.why)
			}
		}
	}
	c.namespaces()
	c.families()
	if len(byDefault) > 0 {
		c.report(dangerousCall, fixer.High, c.at("defaultAction"), "the default action allows %s", few(byDefault))
	}
	if len(also) > 0 {
		at, _ := c.allowedAt(also[0])
		c.report(dangerousCall, fixer.Info, at, "%s: allowed, as by Docker's default; Node.js has no need of that", few(also))
	}
}

// isOpen reports whether a profile allows a call for all arguments; clone3 for any, since
// its arguments are in memory.
func isOpen(v view, name string) bool {
	return v.verdicts[name] == open || name == "clone3" && v.verdicts[name] != denied
}

// namespaces reports a clone whose filter, if it has one, lets flags for namespaces through.
func (c *checker) namespaces() {
	for _, flag := range namespaceFlags {
		if c.onAny(func(v view) bool { return reaches(v.profile, "clone", 0, flag) }) {
			c.report(dangerousCall, fixer.High, c.reachedAt("clone", flag), "clone is allowed with the flags for namespaces: in a new user namespace, a process has every capability")
			return
		}
	}
}

// families reports the sockets that are allowed and dangerous.
func (c *checker) families() {
	for _, f := range dangerousFamilies {
		if c.onAny(func(v view) bool { return reaches(v.profile, "socket", 0, f.family) }) {
			c.report(dangerousCall, fixer.High, c.reachedAt("socket", f.family), "socket is allowed for %s: it reaches %s", f.name, f.why)
		}
	}
}

// reachedAt returns the place of a name in the first rule that allows the call with this
// value as its first argument; else of the default action.
func (c *checker) reachedAt(name string, first uint64) int {
	for i, rule := range c.profile.docker.Syscalls {
		alone := &specs.LinuxSeccomp{DefaultAction: specs.ActErrno, Syscalls: []specs.LinuxSyscall{plain(rule)}}
		if reaches(alone, name, 0, first) && c.onAny(func(v view) bool { return holds(rule, v.arch, nil) }) {
			return c.nameAt(i, slices.Index(plain(rule).Names, name))
		}
	}
	return c.at("defaultAction")
}
