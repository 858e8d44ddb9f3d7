package smoke

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// hardened is what the kernel says of a process of a hardened container.
var hardened = process{
	status: "Name:\tnode\nState:\tS (sleeping)\nPid:\t%PID%\nPPid:\t%PPID%\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t1000 \n" +
		"CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n",
	mountinfo: `600 500 0:50 / / ro,relatime master:1 - overlay overlay rw,lowerdir=/l
601 600 0:51 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
602 600 0:52 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
603 602 0:53 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5
604 600 0:54 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
605 602 0:55 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k
606 600 8:1 /c/hosts /etc/hosts rw,relatime - ext4 /dev/sda rw
607 600 0:56 / /tmp rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw
608 601 0:52 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw
`,
	uidMap: "         0          0 4294967295\n",
}

type process struct{ pid, parent, status, mountinfo, cgroup, uidMap string }

// but returns the process with other texts in its status and its mounts: old and new in turn.
func (p process) but(t *testing.T, pairs ...string) process {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(p.status+p.mountinfo, pairs[i]) {
			t.Fatalf("it has no %q", pairs[i])
		}
	}
	r := strings.NewReplacer(pairs...)
	p.status, p.mountinfo = r.Replace(p.status), r.Replace(p.mountinfo)
	return p
}

// as returns the process with a PID and that of its parent.
func (p process) as(pid, parent string) process {
	p.pid, p.parent = pid, parent
	return p
}

// tree writes what a kernel says of processes, and returns its directory.
func tree(t *testing.T, processes ...process) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("self/status", "Name:\tcat\n")
	write("self/uid_map", "         0          0 4294967295\n")
	for _, p := range processes {
		write(p.pid+"/status", strings.NewReplacer("%PID%", p.pid, "%PPID%", p.parent).Replace(p.status))
		write(p.pid+"/mountinfo", p.mountinfo)
		write(p.pid+"/cgroup", "0::"+p.cgroup+"\n")
		write(p.pid+"/uid_map", p.uidMap)
		write(p.pid+"/gid_map", p.uidMap)
	}
	return root
}

// shells are those that the script runs under, as far as this machine has them.
func shells(t *testing.T) (list [][]string) {
	t.Helper()
	found := map[string]bool{}
	for _, words := range [][]string{{"dash"}, {"busybox", "sh"}, {"sh"}} {
		path, err := exec.LookPath(words[0])
		if err == nil {
			path, err = filepath.EvalSymlinks(path)
		}
		if err == nil && !found[path] {
			found[path] = true
			list = append(list, words)
		}
	}
	if list == nil {
		t.Skip("there is no shell")
	}
	return list
}

// applets returns a directory with busybox under the names of the programs that the script runs.
func applets(t *testing.T) string {
	t.Helper()
	busybox, err := exec.LookPath("busybox")
	dir := t.TempDir()
	for _, name := range []string{"awk", "cat", "grep", "id", "sed", "sh", "sleep", "tr"} {
		err = errors.Join(err, os.Symlink(busybox, filepath.Join(dir, name)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a script under each shell, and returns what it prints and its exit code, which all of
// them must agree on.
func run(t *testing.T, script string, env []string, args ...string) (out string, code int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "smoke.sh")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, shell := range shells(t) {
		cmd := exec.Command(shell[0], append(append(shell[1:], file), args...)...)
		cmd.Env = append(os.Environ(), env...)
		if shell[0] == "busybox" {
			path := os.Getenv("PATH")
			for _, variable := range env {
				if value, ok := strings.CutPrefix(variable, "PATH="); ok {
					path = value
				}
			}
			cmd.Env = append(cmd.Env, "PATH="+applets(t)+string(os.PathListSeparator)+path)
		}
		text, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if i > 0 && (string(text) != out || cmd.ProcessState.ExitCode() != code) {
			t.Errorf("%v prints, with exit code %d,\n%sand the first shell, with %d,\n%s", shell, cmd.ProcessState.ExitCode(), text, code, out)
		}
		out, code = string(text), cmd.ProcessState.ExitCode()
	}
	return out, code
}

// asked are all checks.
const asked = "--user 1000:1000 --read-only --writable /tmp --cap-drop ALL --no-new-privileges --seccomp --no-engine-socket"

// TestChecks has a hardened container, and containers with a single lack each, which exactly one
// line says.
func TestChecks(t *testing.T) {
	const mount = "609 600 8:1 /srv /data rw,relatime - ext4 /dev/sda rw\n"
	for name, c := range map[string]struct {
		old, new string // in the hardened container
		args     string // "" for asked
		lack     string // what the only line of a lack has; "" for none
	}{
		"hardened":                {},
		"root":                    {"Uid:\t1000\t1000\t1000\t1000", "Uid:\t0\t0\t0\t0", "", "user: expected 1000, seen 0 0 0 0 "},
		"another user":            {"Uid:\t1000\t1000\t1000\t1000", "Uid:\t1001\t1001\t1001\t1001", "", "user: expected 1000, seen 1001 1001 1001 1001 "},
		"a saved user":            {"Uid:\t1000\t1000\t1000\t1000", "Uid:\t1000\t1000\t0\t1000", "", "user: expected 1000, seen 1000 1000 0 1000 "},
		"any user":                {"Uid:\t1000\t1000\t1000\t1000", "Uid:\t7\t7\t7\t7", "--non-root", ""},
		"no user":                 {"Uid:\t1000\t1000\t1000\t1000", "Uid:\t0\t0\t0\t0", "--non-root", "user: expected a user other than 0, seen 0 0 0 0 "},
		"another group":           {"Gid:\t1000\t1000\t1000\t1000", "Gid:\t5\t5\t5\t5", "", "group: expected 1000, seen 5 5 5 5 "},
		"the root group":          {"Gid:\t1000\t1000\t1000\t1000", "Gid:\t0\t0\t0\t0", "--user 1000", "group: expected a group other than 0, seen 0 0 0 0 "},
		"any group":               {"Gid:\t1000\t1000\t1000\t1000", "Gid:\t5\t5\t5\t5", "--user 1000", ""},
		"a group of root's":       {"Groups:\t1000 ", "Groups:\t0 1000 ", "", "group: expected no further group 0, seen 0 1000 "},
		"one that is allowed":     {"Groups:\t1000 ", "Groups:\t0 1000 ", "--user 1000:1000 --allow-root-group", ""},
		"the root group as asked": {"Gid:\t1000\t1000\t1000\t1000\nGroups:\t1000 ", "Gid:\t0\t0\t0\t0\nGroups:\t0 ", "--user 1000:0", ""},
		"a group like 0":          {"Groups:\t1000 ", "Groups:\t10 100 1000 ", "", ""},

		"inheritable":         {"CapInh:\t0000000000000000", "CapInh:\t0000000000000001", "", "capabilities: expected none, seen CHOWN in CapInh "},
		"permitted":           {"CapPrm:\t0000000000000000", "CapPrm:\t0000000000000400", "", "capabilities: expected none, seen NET_BIND_SERVICE in CapPrm "},
		"effective":           {"CapEff:\t0000000000000000", "CapEff:\t0000000000200000", "", "capabilities: expected none, seen SYS_ADMIN in CapEff "},
		"bounding":            {"CapBnd:\t0000000000000000", "CapBnd:\t0000010000002000", "", "capabilities: expected none, seen NET_RAW CHECKPOINT_RESTORE in CapBnd "},
		"ambient":             {"CapAmb:\t0000000000000000", "CapAmb:\t0000100000000000", "", "capabilities: expected none, seen others in CapAmb "},
		"one that is added":   {"CapBnd:\t0000000000000000", "CapBnd:\t0000000000000400", "--cap-drop ALL --cap-add NET_BIND_SERVICE", ""},
		"one beside it":       {"CapBnd:\t0000000000000000", "CapBnd:\t0000000000002400", "--cap-drop ALL --cap-add CAP_NET_BIND_SERVICE", "capabilities: expected none but CAP_NET_BIND_SERVICE, seen NET_RAW in CapBnd "},
		"one that is dropped": {"CapBnd:\t0000000000000000", "CapBnd:\t0000000000002400", "--cap-drop NET_RAW --cap-drop CHOWN", "capabilities: expected none of NET_RAW CHOWN, seen NET_RAW in CapBnd "},
		"one that is not":     {"CapBnd:\t0000000000000000", "CapBnd:\t0000000000000400", "--cap-drop NET_RAW", ""},

		"new privileges": {"NoNewPrivs:\t1", "NoNewPrivs:\t0", "", "no-new-privileges: expected NoNewPrivs 1, seen 0 "},
		"no seccomp":     {"Seccomp:\t2", "Seccomp:\t0", "", "seccomp: expected Seccomp 2, seen 0 "},

		"a writable root":         {" / / ro,relatime", " / / rw,relatime", "", "root file system: expected ro, seen rw "},
		"a read-only super block": {" / / ro,relatime master:1 - overlay overlay rw", " / / rw,relatime master:1 - overlay overlay ro", "", ""},
		"a volume":                {"606 ", mount + "606 ", "", "writable mounts: expected no other than those listed, seen one at /data "},
		"a volume as listed":      {"606 ", mount + "606 ", asked + " --writable /data/", ""},
		"a volume as allowed":     {"606 ", mount + "606 ", "--read-only --writable /tmp --allow-mounts", ""},
		"a volume below another":  {"606 ", mount + mount[:len("609 600 8:1 /srv /data")] + "/x" + mount[len("609 600 8:1 /srv /data"):] + "606 ", asked + " --writable /data", "writable mounts: expected no other than those listed, seen one at /data/x "},
		"a read-only volume":      {"606 ", strings.Replace(mount, " rw,", " ro,", 1) + "606 ", "", ""},
		"one over another":        {"607 ", "609 600 8:1 /srv /tmp ro,relatime - ext4 /dev/sda rw\n607 ", "", ""},
		"no tmpfs":                {"607 600 0:56 / /tmp rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw\n", "", "", "writable mounts: expected one at /tmp, seen none "},
		"a read-only tmpfs":       {"/tmp rw,", "/tmp ro,", "", "writable mounts: expected one at /tmp, seen a read-only one "},
		"the link of /var/run":    {" /tmp rw,", " /run rw,", "--read-only --writable /var/run", ""},
		"a writable /sys":         {" /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro", " /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw", "", "seen one at /sys "},

		"cgroups of version 1": {"606 ", "609 604 0:60 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755\n610 609 0:30 /docker/x /sys/fs/cgroup/cpu ro,nosuid - cgroup cgroup rw,cpu\n606 ", "", ""},
		"one that is writable": {"606 ", "609 604 0:60 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw,mode=755\n610 609 0:30 /docker/x /sys/fs/cgroup/cpu rw,nosuid - cgroup cgroup rw,cpu\n606 ", "", "seen one at /sys/fs/cgroup/cpu "},
		"cgroups of version 2": {"606 ", "609 604 0:60 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw\n606 ", "", "seen one at /sys/fs/cgroup "},

		"the engine's socket":  {"606 ", "609 600 8:1 /docker.sock /run/docker.sock ro,relatime - tmpfs tmpfs rw\n606 ", "", "engine socket: expected none, seen /docker.sock at /run/docker.sock "},
		"under another name":   {"606 ", "609 600 8:1 /podman/podman.sock /s ro,relatime - tmpfs tmpfs rw\n606 ", "", "engine socket: expected none, seen /podman/podman.sock at /s "},
		"a file that is alike": {"606 ", "609 600 8:1 /x/docker.socket /my-docker.sock.txt ro,relatime - tmpfs tmpfs rw\n606 ", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var pairs []string
			if c.old != "" {
				pairs = []string{c.old, c.new}
			}
			if c.args == "" {
				c.args = asked
			}
			proc := tree(t, hardened.but(t, pairs...).as("4711", "1"))
			out, code := run(t, text, nil, append(strings.Fields(c.args), "--pid", "4711", "--proc", proc)...)
			checkLack(t, out, code, c.lack)
		})
	}
}

// checkLack fails unless one line, and the exit code, say what is lacking, or nothing is.
func checkLack(t *testing.T, out string, code int, lack string) {
	t.Helper()
	var failed []string
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, "FAIL  "):
			failed = append(failed, line)
		case !strings.HasPrefix(line, "ok    "):
			t.Errorf("a line is neither: %q", line)
		}
	}
	switch {
	case lack == "" && (code != 0 || len(failed) > 0):
		t.Errorf("exit code %d:\n%s", code, out)
	case lack != "" && (code != 1 || len(failed) != 1 || !strings.Contains(failed[0], lack) || !strings.Contains(failed[0], " in node (PID 4711)\n")):
		t.Errorf("exit code %d, and no line, or not it alone, with %q:\n%s", code, lack, out)
	}
}

// TestPaths: mountinfo has its own way to write some characters.
func TestPaths(t *testing.T) {
	for path, written := range map[string]string{"/my data": `/my\040data`, "/a\tb": `/a\011b`, `/a\b`: `/a\134b`, "/a/": "/a", "/ä": "/ä", "/$(touch pwned)*": `/$(touch\040pwned)*`} {
		proc := tree(t, hardened.but(t, " /tmp rw,", " "+written+" rw,").as("4711", "1"))
		out, code := run(t, text, nil, "--pid", "4711", "--proc", proc, "--read-only", "--writable", path)
		checkLack(t, out, code, "")
	}
}

// TestBelow: every process below the first one is looked at, and no other.
func TestBelow(t *testing.T) {
	root := func(t *testing.T) process {
		return hardened.but(t, "Uid:\t1000\t1000\t1000\t1000", "Uid:\t0\t0\t0\t0", "Name:\tnode", "Name:\tdropper")
	}
	for name, c := range map[string]struct {
		processes []process
		seen      string
		code      int
	}{
		"children":              {[]process{hardened.as("10", "1"), hardened.as("12", "11"), hardened.as("11", "10")}, "user: 1000 (processes: 3)", 0},
		"a child that is root":  {[]process{hardened.as("10", "1"), root(t).as("11", "10")}, "seen 0 0 0 0 (real, effective, saved, of files) in dropper (PID 11)", 1},
		"a grandchild":          {[]process{hardened.as("10", "1"), root(t).as("9", "11"), hardened.as("11", "10")}, "in dropper (PID 9)", 1},
		"the init":              {[]process{root(t).as("10", "1"), hardened.as("11", "10")}, "in dropper (PID 10)", 1},
		"beside it":             {[]process{hardened.as("10", "1"), root(t).as("11", "1"), root(t).as("1", "0")}, "user: 1000 (processes: 1)", 0},
		"one that has ended":    {[]process{hardened.as("10", "1"), root(t).but(t, "State:\tS (sleeping)", "State:\tZ (zombie)").as("11", "10")}, "user: 1000 (processes: 1)", 0},
		"its first, ended":      {[]process{hardened.but(t, "State:\tS (sleeping)", "State:\tZ (zombie)").as("10", "1")}, "its first process, PID 10, has ended, or can't be read", 2},
		"none":                  {nil, "it does not run", 2},
		"what a log could obey": {[]process{hardened.but(t, "Name:\tnode", "Name:\t\x1b]##[x", "NoNewPrivs:\t1", "NoNewPrivs:\t0").as("10", "1")}, "seen 0 in ?????x (PID 10)", 1},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := run(t, text, nil, append(strings.Fields(asked), "--pid", "10", "--proc", tree(t, c.processes...))...)
			if code != c.code || !strings.Contains(out, c.seen) {
				t.Errorf("exit code %d:\n%s", code, out)
			}
		})
	}
}

// TestUserNamespace: the root of a container is root there, whatever number it has on the host.
func TestUserNamespace(t *testing.T) {
	const uids = "Uid:\t101000\t101000\t101000\t101000\nGid:\t101000\t101000\t101000\t101000\nGroups:\t101000 "
	for name, c := range map[string]struct{ status, idMap, want string }{
		"a user":             {uids, "0 100000 65536\n", "ok    PID 10: user: 1000 "},
		"root":               {strings.ReplaceAll(uids, "101000", "100000"), "0 100000 65536\n", "FAIL  PID 10: user: expected 1000, seen 0 0 0 0 "},
		"as the host's user": {strings.ReplaceAll(uids, "101000", "1000"), "0 1000 1\n1 100000 65536\n", "FAIL  PID 10: user: expected 1000, seen 0 0 0 0 "},
		"of nothing":         {uids, "\n", "seen unknown unknown unknown unknown "},
		"of no number":       {uids, "0 200000 65536\n", "seen unknown unknown unknown unknown "},
	} {
		t.Run(name, func(t *testing.T) {
			p := hardened.but(t, "Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t1000 ", c.status).as("10", "1")
			p.uidMap = c.idMap
			out, _ := run(t, text, nil, append(strings.Fields(asked), "--pid", "10", "--proc", tree(t, p))...)
			if !strings.Contains(out, c.want) {
				t.Errorf("no %q:\n%s", c.want, out)
			}
		})
	}
}

// TestCannotLook: what can't be seen holds in no case, nor does a command line that asks for
// nothing.
func TestCannotLook(t *testing.T) {
	proc := tree(t, hardened.as("10", "1"), hardened.but(t, "NoNewPrivs:\t1\n", "", "CapAmb:\t0000000000000000\n", "").as("11", "1"), process{pid: "12", status: hardened.status, uidMap: hardened.uidMap})
	for _, c := range []struct{ args, want string }{
		{"--pid 10 --seccomp --proc /nosuch", "can't look at PID 10: there is no /nosuch of a Linux kernel"},
		{"--pid 11 --no-new-privileges", "the kernel does not say NoNewPrivs of PID 11"},
		{"--pid 11 --cap-drop ALL", "the kernel does not say CapAmb of PID 11"},
		{"--pid 12 --read-only", "12/mountinfo can't be read"},
		{"--pid 10", "nothing is to be checked"},
		{"--pid 10 --cap-drop ALL --cap-add", "--cap-add takes a value"},
		{"--pid 10 --cap-drop NET_ROW", "NET_ROW is not a capability"},
		{"--pid 10 --cap-drop NET_RAW --cap-add CHOWN", "--cap-add is for --cap-drop ALL"},
		{"--pid 10 --writable /tmp --seccomp", "--writable and --allow-mounts are for --read-only"},
		{"--pid 10 --allow-root-group --seccomp", "--allow-root-group is for --user and --non-root"},
		{"--pid x --seccomp", "--pid takes a number, and not x"},
		{"--pid 10 --user node", "--user takes a number, and not node"},
		{"--pid 10 --user 1000:", "--user takes a number, and not "},
		{"--pid 10 --user 1000 --waite 3", "--waite is not an option"},
		{"--pid 10 --service app --seccomp", "one of --container, --service and --pid names the container"},
		{"--seccomp", "one of --container, --service and --pid names the container"},
	} {
		args := strings.Fields(c.args)
		if !strings.Contains(c.args, "--proc") {
			args = append([]string{"--proc", proc}, args...)
		}
		out, code := run(t, text, nil, args...)
		if code != 2 || !strings.Contains(out, c.want) || strings.Contains(out, "ok  ") {
			t.Errorf("%s: exit code %d:\n%s", c.args, code, out)
		}
	}
	if out, code := run(t, text, nil, "--help"); code != 0 || !strings.HasPrefix(out, "Usage: smoke.sh CONTAINER CHECK...") {
		t.Errorf("--help: exit code %d:\n%s", code, out)
	}
}

// TestBlind: where the processes of others are hidden, and where a program fails that the script
// needs, nothing holds.
func TestBlind(t *testing.T) {
	proc := tree(t, hardened.as("10", "1"))
	hiding := tree(t, hardened.as("10", "1"))
	if err := os.WriteFile(filepath.Join(hiding, "self", "mountinfo"), []byte("1 0 0:1 / "+hiding+" rw,nosuid - proc proc rw,hidepid=invisible\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	file := filepath.Join(t.TempDir(), "smoke.sh")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		proc, program, does, want string
		code                      int
	}{
		{hiding, "id", "echo 1000", "hides the processes of other users (hidepid)", 2},
		{hiding, "id", "echo 0", "ok    PID 10: no-new-privileges", 0},
		{proc, "id", "echo 1000", "ok    PID 10: no-new-privileges", 0},
		{proc, "awk", "exit 2", "", 2},
		{proc, "cat", "exit 1", "has ended, or can't be read", 2},
		{proc, "grep", "exit 2", "ok    PID 10: no-new-privileges", 0}, // which looks at what the engine says
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.program), []byte("#!"+shell+"\n"+c.does+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(shell, append([]string{file, "--pid", "10", "--proc", c.proc}, strings.Fields(asked)...)...)
		cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %s: exit code %d:\n%s", c.program, c.does, code, out)
		}
	}
}

// engine puts a docker into a directory that prints what the cases say, by its arguments, and
// returns the environment that has it first.
func engine(t *testing.T, answers map[string]string) []string {
	t.Helper()
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("#!/bin/sh\ncase \"$*\" in\n")
	for args, answer := range answers {
		b.WriteString("\"" + args + "\") printf '" + answer + "\\n' ;;\n")
	}
	b.WriteString("*) echo \"no answer to $*\" >&2; exit 1 ;;\nesac\n")
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(b.String()), 0o755); err != nil {
		t.Fatal(err)
	}
	return []string{"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")}
}

// TestEngine: the engine says which process is a container's first, and the kernel must agree.
func TestEngine(t *testing.T) {
	of := func(pid, id string, root bool) process {
		p := hardened
		if root {
			p = p.but(t, "NoNewPrivs:\t1", "NoNewPrivs:\t0")
		}
		p.cgroup = "/docker/" + id
		return p.as(pid, "1")
	}
	proc := tree(t, of("10", "aaa", false), of("11", "bbb", false), of("12", "ccc", true))
	const inspect = "inspect --type container --format {{.State.Pid}} {{.Id}} "
	env := engine(t, map[string]string{
		inspect + "web": "10 aaa", inspect + "aaa": "10 aaa", inspect + "bbb": "11 bbb", inspect + "ccc": "12 ccc",
		inspect + "ended": "0 ddd", inspect + "elsewhere": "11 eee",
		"compose ps --quiet one": "aaa\\n", "compose ps --quiet two": "aaa\\nbbb\\n", "compose ps --quiet mixed": "aaa\\nccc\\n", "compose ps --quiet none": "",
		"compose --file a b.yaml --file c.yaml ps --quiet one": "aaa\\n",
	})
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"--container", "web"}, "ok    web: no-new-privileges: NoNewPrivs 1 (processes: 1)\n", 0},
		{[]string{"--container", "ccc"}, "FAIL  ccc: no-new-privileges: ", 1},
		{[]string{"--container", "ended"}, "can't look at ended: it does not run\n", 2},
		{[]string{"--container", "elsewhere"}, "the engine says that PID 11 is its first process, and on this machine it is not", 2},
		{[]string{"--container", "nosuch"}, "docker does not know it", 2},
		{[]string{"--service", "one"}, "ok    one: no-new-privileges: NoNewPrivs 1 (processes: 1)\n", 0},
		{[]string{"--service", "two"}, "(processes: 2)\n", 0},
		{[]string{"--service", "mixed"}, "in node (PID 12)\n", 1},
		{[]string{"--service", "none"}, "can't look at none: it does not run\n", 2},
		{[]string{"--service", "nosuch"}, "docker compose does not list its containers", 2},
		{[]string{"--service", "one", "--file", "a b.yaml", "--file", "c.yaml"}, "ok    one: ", 0},
		{[]string{"--container", "ended", "--wait", "1"}, "can't look at ended: it does not run\n", 2},
	} {
		out, code := run(t, text, env, append(c.args, "--no-new-privileges", "--proc", proc)...)
		if code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("%q: exit code %d:\n%s", c.args, code, out)
		}
	}
}

// TestFrom: from a container that has the engine's processes, the script sees what it does not see
// here. The engine is asked once.
func TestFrom(t *testing.T) {
	p := hardened
	p.cgroup = "/docker/aaa"
	there := tree(t, p.as("10", "1"))
	dir := t.TempDir()
	docker := `#!/bin/sh
case $1 in
inspect) [ "$6" = nosuch ] && exit 1; [ "$6" = ended ] && echo 0 bbb || echo 10 aaa ;;
run)
  [ "${10} ${12}" = "--env --entrypoint=sh" ] || exit 125
  [ "${13}" != busybox ] || { shift 13; export "SMOKE_FOUND=10 aaa"; exec sh "$@" --proc '` + there + `'; }
  [ "${13}" != ended ] || { shift 13; export "SMOKE_FOUND=0 bbb"; exec sh "$@" --proc '` + there + `'; }
  exit 125
  ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(docker), 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")}
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"--container web --from busybox --no-new-privileges", "ok    web: no-new-privileges: NoNewPrivs 1 (processes: 1)\n", 0},
		{"--container web --from busybox --user 5", "FAIL  web: user: expected 5, ", 1},
		{"--container ended --from ended --no-new-privileges", "it does not run", 2},
		{"--container nosuch --from busybox --no-new-privileges", "docker does not know it", 2},
		{"--container web --from nosuch --no-new-privileges", "docker runs no sh of nosuch", 2},
		{"--pid 10 --from busybox --no-new-privileges", "ok    PID 10: no-new-privileges: ", 0},
	} {
		for _, script := range []string{text, Script(nil)} {
			if out, code := run(t, script, env, strings.Fields(c.args)...); code != c.code || !strings.Contains(out, c.want) {
				t.Errorf("%s: exit code %d:\n%s", c.args, code, out)
			}
		}
	}
}

// TestScript: the script for some containers checks each of them, and one that arguments name
// instead.
func TestScript(t *testing.T) {
	proc := tree(t, hardened.as("10", "1"))
	if err := os.WriteFile(filepath.Join(proc, "10", "cgroup"), []byte("0::/docker/aaa\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const inspect = "inspect --type container --format {{.State.Pid}} {{.Id}} "
	env := engine(t, map[string]string{inspect + "aaa": "10 aaa", inspect + "it is'nt": "10 aaa", inspect + "ended": "0 bbb", "compose --file sub/compose.yaml ps --quiet app": "aaa"})
	service := Test{Name: "service app\nof sub/compose.yaml:2", Service: "app", Files: []string{"sub/compose.yaml"}, Checks: Checks{User: "1000:1000"}}
	named := Test{Name: "it", Container: "it is'nt", Checks: Checks{NoNewPrivileges: true}}
	lacking := Test{Container: "aaa", Checks: Checks{User: "5"}}
	ended := Test{Container: "ended", Checks: Checks{Seccomp: true}}
	for name, c := range map[string]struct {
		tests []Test
		args  []string
		lines int
		code  int
	}{
		"all hold":   {[]Test{service, named}, nil, 3, 0},
		"one lacks":  {[]Test{service, lacking, named}, nil, 5, 1},
		"one ended":  {[]Test{ended, lacking, service}, nil, 6, 2},
		"none":       {nil, nil, 0, 0},
		"more asked": {[]Test{named}, []string{"--seccomp"}, 2, 0},
		"another":    {[]Test{lacking}, []string{"--pid", "10", "--seccomp"}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := run(t, Script(c.tests), env, append(c.args, "--proc", proc)...)
			if code != c.code || strings.Count(out, "\n") != c.lines {
				t.Errorf("exit code %d, %d lines:\n%s", code, strings.Count(out, "\n"), out)
			}
		})
	}
}

// TestShellcheck lints the script, where there is a shellcheck.
func TestShellcheck(t *testing.T) {
	path, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("there is no shellcheck")
	}
	for _, script := range []string{text, Script([]Test{{Name: "a", Service: "b c", Files: []string{"d"}, Checks: Checks{User: "1"}}})} {
		cmd := exec.Command(path, "--shell=sh", "-")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// TestCapabilities: the list is the kernel's, by its numbers.
func TestCapabilities(t *testing.T) {
	for number, name := range map[int]string{0: "CHOWN", 10: "NET_BIND_SERVICE", 13: "NET_RAW", 21: "SYS_ADMIN", 31: "SETFCAP", 40: "CHECKPOINT_RESTORE"} {
		mask := strconv.FormatInt(1<<number, 16)
		proc := tree(t, hardened.but(t, "CapBnd:\t0000000000000000", "CapBnd:\t"+strings.Repeat("0", 16-len(mask))+mask).as("10", "1"))
		if out, code := run(t, text, nil, "--pid", "10", "--proc", proc, "--cap-drop", name); code != 1 || !strings.Contains(out, "seen "+name+" in CapBnd") || !IsCapability(name) {
			t.Errorf("%d is not %s:\n%s", number, name, out)
		}
	}
	if IsCapability("ALL") || IsCapability("CAP_CHOWN") || IsCapability("") {
		t.Error("what is not a capability is one")
	}
}
