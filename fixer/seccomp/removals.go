package seccomp

// removal is a group of system calls that Docker's default allows to every container, and
// the profile for Node.js does not.
type removal struct {
	reason string
	names  []string
}

// removals are all groups. Each name is one that Docker's default allows without a
// capability. Those that it allows to a capability alone, those of 32-bit programs and
// those of other architectures are left out without being listed here.
//
// None of it is called by Node.js 18 to 26, by libuv, or by npm. What is harmless stays,
// called or not: the next release may call it.
var removals = []removal{
	{"debuggers read and change other processes", []string{
		"process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace",
	}},
	{"legacy calls, of which several had holes", []string{
		"epoll_ctl_old", "epoll_wait_old", "get_thread_area", "modify_ldt", "personality", "remap_file_pages", "set_thread_area",
	}},
	{"the clock is the host's", []string{"adjtimex", "clock_adjtime"}},
	{"asynchronous I/O of the kernel, which libuv does by threads", []string{
		"io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit",
	}},
	{"System V IPC, which databases use", []string{
		"msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt", "shmget",
	}},
	{"POSIX message queues", []string{
		"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink",
	}},
	{"handles of files and lists of mounts show what is outside of the container", []string{
		"fanotify_mark", "listmount", "name_to_handle_at", "statmount",
	}},
	{"memory that is hidden, pinned or mapped into pipes", []string{
		"memfd_secret", "mlockall", "munlockall", "vmsplice",
	}},
	{"device nodes; mkfifo needs the same calls", []string{"mknod", "mknodat"}},
}

// socketFamilies are the families of sockets that remain: what Node.js has an API for, and
// by which os.networkInterfaces asks the kernel.
var socketFamilies = []struct {
	family   uint64
	name     string
	protocol *uint64 // the only one; nil for all
	without  string  // what fails
}{
	{1, "AF_UNIX", nil, "child_process and cluster fail"},
	{2, "AF_INET", nil, "IPv4 fails"},
	{10, "AF_INET6", nil, "IPv6 fails, and servers listen on IPv4 alone"},
	{16, "AF_NETLINK", new(uint64), "os.networkInterfaces fails"}, // NETLINK_ROUTE, which is 0
}
