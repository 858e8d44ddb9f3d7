package seccomp

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/dockmend/dockmend/fixer"
)

// need is a group of system calls, and what does not work without any of them.
type need struct {
	effect   string
	severity fixer.Severity
	names    []string
}

// runtimeCalls are those that runc makes after it has set the profile, with and without
// no-new-privileges: without one of them, runc 1.1.5 or 1.5.3 starts no container.
var runtimeCalls = []string{
	"capget", "capset", "chdir", "close", "execve", "fstat", "fstatfs", "futex", "getcwd", "getdents64", "getppid", "newfstatat",
	"openat", "prctl", "read", "setgid", "setgroups", "setuid", "statx", "write",
}

// nodeCalls are those without which something failed in the official builds of Node.js 18,
// 20, 22, 24 and 26 for x86_64, under runc and the profile that Node returns less the one
// call. What fails without a sign is not listed, nor what is one of runtimeCalls.
var nodeCalls = []need{
	{"Node.js does not start", fixer.High, []string{
		"arch_prctl", "epoll_create1", "epoll_ctl", "eventfd2", "fcntl", "getrandom", "ioctl",
		"madvise", "mmap", "mprotect", "munmap", "pipe2", "pread64", "rt_sigaction", "rt_sigprocmask",
	}},
	{"Node.js 18 crashes when it starts", fixer.High, []string{"epoll_wait"}},
	{"Node.js 20 and newer crash when they start", fixer.High, []string{"epoll_pwait"}},
	{"Node.js 18 and 20 do not start, and newer versions crash", fixer.High, []string{"uname"}},
	{"Node.js does not end", fixer.High, []string{"exit", "exit_group"}},
	{"Node.js crashes at the first signal that it handles", fixer.High, []string{"rt_sigreturn"}},
	{"Node.js crashes when a child process ends", fixer.High, []string{"wait4"}},
	{"http and net fail", fixer.High, []string{
		"accept4", "bind", "connect", "getsockname", "listen", "setsockopt", "shutdown", "socket",
	}},
	{"http and net fail in Node.js 18 and 20", fixer.High, []string{"getsockopt"}},
	{"http2 fails, and http in Node.js 18 to 22", fixer.High, []string{"writev"}},
	{"UDP, cluster and child_process.fork fail", fixer.Medium, []string{"recvmsg", "sendmsg"}},
	{"child_process starts no program", fixer.Medium, []string{"dup2", "socketpair"}},
	{"process.kill fails", fixer.Medium, []string{"getpid", "kill"}},
	{"socket.remoteAddress is empty", fixer.Medium, []string{"getpeername"}},
	{"os.networkInterfaces fails", fixer.Medium, []string{"sendto"}},
	{"dns.lookup and os.userInfo fail, and Node.js 18 crashes", fixer.Medium, []string{"lseek"}},
	{"fs.watch fails", fixer.Medium, []string{"inotify_add_watch", "inotify_init1"}},
	{"fs.copyFile fails", fixer.Medium, []string{"copy_file_range", "fchmod", "ftruncate"}},
	{"fs.access fails", fixer.Medium, []string{"access"}},
	{"fs.chmod fails", fixer.Medium, []string{"chmod"}},
	{"fs.chown fails", fixer.Medium, []string{"chown"}},
	{"fs.fchown fails", fixer.Medium, []string{"fchown"}},
	{"fs.lchown fails", fixer.Medium, []string{"lchown"}},
	{"fs.cp or fs.rm fail in Node.js 22 and newer", fixer.Medium, []string{"fchmodat", "lstat", "sendfile", "stat", "unlinkat"}},
	{"fs.fdatasync fails", fixer.Medium, []string{"fdatasync"}},
	{"fs.fsync and node:sqlite fail", fixer.Medium, []string{"fsync"}},
	{"fs.link fails", fixer.Medium, []string{"link"}},
	{"fs.mkdir fails", fixer.Medium, []string{"mkdir"}},
	{"fs.read into several buffers fails", fixer.Medium, []string{"readv"}},
	{"fs.readlink and fs.realpath fail", fixer.Medium, []string{"readlink"}},
	{"fs.rename fails", fixer.Medium, []string{"rename"}},
	{"fs.rmdir fails", fixer.Medium, []string{"rmdir"}},
	{"fs.statfs fails", fixer.Medium, []string{"statfs"}},
	{"fs.symlink fails", fixer.Medium, []string{"symlink"}},
	{"fs.unlink and fs.rm fail", fixer.Medium, []string{"unlink"}},
	{"fs.utimes fails", fixer.Medium, []string{"utimensat"}},
	{"fs.write at a position and node:sqlite fail", fixer.Medium, []string{"pwrite64"}},
	{"os.getPriority and os.setPriority fail", fixer.Medium, []string{"getpriority", "setpriority"}},
	{"os.userInfo fails", fixer.Medium, []string{"geteuid"}},
	{"process.getgroups fails", fixer.Medium, []string{"getgroups"}},
	{"process.getuid and process.getgid are wrong", fixer.Medium, []string{"getgid", "getuid"}},
	{"process.resourceUsage fails", fixer.Medium, []string{"getrusage"}},
	{"process.seteuid and process.setegid fail", fixer.Medium, []string{"setresgid", "setresuid"}},
}

// onARM64 are the calls that its C libraries make in place of those that it lacks.
var onARM64 = map[string]string{
	"access": "faccessat", "chmod": "fchmodat", "chown": "fchownat", "dup2": "dup3", "epoll_wait": "epoll_pwait", "lchown": "fchownat",
	"link": "linkat", "lstat": "newfstatat", "mkdir": "mkdirat", "readlink": "readlinkat", "rename": "renameat", "rmdir": "unlinkat",
	"stat": "newfstatat", "symlink": "symlinkat", "unlink": "unlinkat",
}

// needs reports what Node.js and the container runtime lack.
func (c *checker) needs() {
	c.lacks(runtimeNeeds, need{"the container runtime starts no container", fixer.High, runtimeCalls})
	for _, n := range nodeCalls {
		c.lacks(nodeNeeds, n)
	}
	c.threads()
	c.sockets()
}

// lacks reports the calls of a group that are denied: those of x86_64, and those that are
// denied on aarch64 alone.
func (c *checker) lacks(id string, n need) {
	var missing []string
	for _, v := range c.own {
		where := ""
		var names []string
		for _, name := range n.names {
			if !slices.Contains(callTable()[name], v.arch) {
				name = onARM64[name]
			}
			if verdict, ok := v.verdicts[name]; ok && verdict == denied && !slices.Contains(names, name) && !slices.Contains(missing, name) {
				names = append(names, name)
			}
		}
		if v.arch == arm64 {
			where = " on aarch64"
		}
		if missing = append(missing, names...); len(names) > 0 {
			c.report(id, n.severity, c.at("syscalls"), "%s denied: %s%s", isOrAre(names), n.effect, where)
		}
	}
}

// isOrAre returns "a, b are", or "a is".
func isOrAre(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return few(names) + " are"
}

// The flags by which glibc and musl make a thread, and glibc a process.
const (
	threadFlags = 0x3d0f00
	forkFlags   = 0x1200011
)

// threads reports a profile by which no thread or process can be made: clone, or an answer
// to clone3 that the C library does not take for "there is no such call".
func (c *checker) threads() {
	if c.onAny(func(v view) bool {
		return !reaches(v.profile, "clone", 0, threadFlags) || !reaches(v.profile, "clone", 0, forkFlags)
	}) {
		c.report(nodeNeeds, fixer.High, c.at("syscalls"), "clone is denied: Node.js makes no thread and no process")
	}
	if c.onAny(func(v view) bool { return v.verdicts["clone3"] == denied && !answersENOSYS(v.profile, "clone3") }) {
		c.report(nodeNeeds, fixer.High, c.at("syscalls"), "clone3 is not answered by ENOSYS (SCMP_ACT_ERRNO with errnoRet 38): glibc does not try clone then, and Node.js does not start")
	}
}

// answersENOSYS reports whether a call that is denied fails as if there were none.
func answersENOSYS(p *specs.LinuxSeccomp, name string) bool {
	action, errno := p.DefaultAction, p.DefaultErrnoRet
	for _, rule := range p.Syscalls {
		if slices.Contains(rule.Names, name) && len(rule.Args) == 0 {
			action, errno = rule.Action, rule.ErrnoRet
		}
	}
	return action == specs.ActErrno && errno != nil && *errno == enosys
}

// sockets reports the families that Node.js lacks where a filter allows others.
func (c *checker) sockets() {
	for _, f := range socketFamilies {
		denies := func(v view) bool {
			return v.verdicts["socket"] == filtered && !reaches(v.profile, "socket", 0, f.family)
		}
		if at, byRule := c.allowedAt("socket"); byRule && c.onAny(denies) {
			c.report(nodeNeeds, fixer.Medium, at, "socket is denied for %s: %s", f.name, f.without)
		}
	}
}
