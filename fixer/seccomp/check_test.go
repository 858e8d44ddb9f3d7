package seccomp

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

var update = flag.Bool("update", false, "write what Check says of testdata/copied.json")

// check returns what Check says of a text, a line each: "1:2 high message [id]".
func check(t *testing.T, text []byte) (lines []string) {
	t.Helper()
	problems, err := Check("profile.json", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, p := range problems {
		lines = append(lines, fmt.Sprintf("%d:%d %s %s [%s]", p.Line, p.Col, p.Severity, p.Message, p.ID))
	}
	return lines
}

// TestCopied: testdata/copied.json has the faults of profiles that are copied from
// articles: names that were made up, mounts and namespaces for everyone, and no call that
// the author's version of Node.js did not happen to make.
func TestCopied(t *testing.T) {
	text, err := os.ReadFile("testdata/copied.json")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(check(t, text), "\n") + "\n"
	if *update {
		if err := os.WriteFile("testdata/copied.want", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/copied.want")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it has the problems\n%s, want\n%s", got, want)
	}
	place := func(p string) string {
		before, _, _ := strings.Cut(string(text), `"`+p+`"`)
		return fmt.Sprintf("\n%d:%d ", 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n"))
	}
	for _, name := range []string{"mmap_cache", "mquery", "set_gid", "mount", "move_mount", "unshare", "clone", "clone3"} {
		if !strings.Contains("\n"+got, place(name)) {
			t.Errorf("no problem is at %s, where %s is", strings.TrimSpace(place(name)), name)
		}
	}
}

// wrong are the problems that are not notes.
func wrong(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return strings.Fields(l)[1] == "info" })
}

// TestNothingWrong: of Docker's default and of the profile for Node.js there are notes only.
func TestNothingWrong(t *testing.T) {
	node, err := nodeProfile(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"Docker's default": defaultJSON, "Node.js": node} {
		if found := wrong(check(t, text)); len(found) > 0 {
			t.Errorf("%s has\n%s", name, strings.Join(found, "\n"))
		}
	}
}

// changed returns the profile for Node.js, with a change.
func changed(t *testing.T, change func(*moby.Seccomp)) []byte {
	t.Helper()
	text, err := nodeProfile(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	p := new(moby.Seccomp)
	if err := json.Unmarshal(text, p); err != nil {
		t.Fatal(err)
	}
	change(p)
	if text, err = json.MarshalIndent(p, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return text
}

func lacks(name string) func(*moby.Seccomp) {
	return func(p *moby.Seccomp) { without(p, name) }
}

// allow returns a function that adds a rule without conditions.
func allow(name string) func(*moby.Seccomp) {
	return add(`{"names": ["` + name + `"], "action": "SCMP_ACT_ALLOW"}`)
}

// replace returns a function that has one rule for a call, in place of all.
func replace(name, rule string) func(*moby.Seccomp) {
	return func(p *moby.Seccomp) {
		without(p, name)
		add(rule)(p)
	}
}

// TestCheck changes one thing in the profile for Node.js, with which nothing is wrong.
func TestCheck(t *testing.T) {
	const masked = `{"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": %d, "op": "SCMP_CMP_MASKED_EQ"}]}`
	for _, c := range []struct {
		name   string
		change func(*moby.Seccomp)
		want   string // in the only problem that is not a note; "" for none
	}{
		{"nothing", func(*moby.Seccomp) {}, ""},

		{"mount", allow("mount"), "high mount is allowed: it changes mounts"},
		{"mount, by its action LOG", add(`{"names": ["mount"], "action": "SCMP_ACT_LOG"}`), "mount is allowed: it changes mounts"},
		{"mount, if a tracer lets it", add(`{"names": ["mount"], "action": "SCMP_ACT_TRACE"}`), ""},
		{"mount, denied", add(`{"names": ["mount"], "action": "SCMP_ACT_KILL"}`), ""},
		{"mount with a filter", add(`{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 3, "value": 4096, "op": "SCMP_CMP_EQ"}]}`), ""},
		{"mount for a capability", add(`{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}`), ""},
		{"mount on aarch64", add(`{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64"]}}`), "mount is allowed"},
		{"mount on another architecture", add(`{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390x"]}}`), ""},
		{"io_uring", allow("io_uring_setup"), "its requests are system calls that no filter sees"},
		{"keys", allow("keyctl"), "medium keyctl is allowed"},
		{"NUMA", allow("mbind"), "low mbind is allowed"},
		{"ptrace, as Docker's default", allow("ptrace"), ""},
		{"personality, which Docker's default filters", allow("personality"), "personality is allowed"},

		{"clone", allow("clone"), "clone is allowed with the flags for namespaces"},
		{"clone with one flag for namespaces", add(fmt.Sprintf(masked, 0x7e020000&^0x10000000)), "clone is allowed with the flags for namespaces"},
		{"clone without flags for namespaces", add(fmt.Sprintf(masked, 0x7e020000)), ""},
		{"no clone", lacks("clone"), "clone is denied: Node.js makes no thread"},
		{"clone without threads", replace("clone", fmt.Sprintf(masked, 0x7e020100)), "clone is denied: Node.js makes no thread"},
		{"clone3", replace("clone3", `{"names": ["clone3"], "action": "SCMP_ACT_ALLOW"}`), "clone3 is allowed: it makes namespaces"},
		{"clone3 with a filter", replace("clone3", `{"names": ["clone3"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 64, "op": "SCMP_CMP_LE"}]}`), "clone3 is allowed: it makes namespaces"},
		{"clone3 with EPERM", lacks("clone3"), "clone3 is not answered by ENOSYS"},
		{"all with ENOSYS", func(p *moby.Seccomp) {
			without(p, "clone3")
			errno := uint(enosys)
			p.DefaultErrnoRet = &errno
		}, ""},

		{"vsock", add(`{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}`), "socket is allowed for AF_VSOCK"},
		{"no IPv6", func(p *moby.Seccomp) {
			p.Syscalls = slices.DeleteFunc(p.Syscalls, func(r *moby.Syscall) bool { return len(r.Args) == 1 && r.Args[0].Value == 10 })
		}, "socket is denied for AF_INET6: IPv6 fails"},
		{"no socket at all", lacks("socket"), "socket is denied: http and net fail"},

		{"no epoll_wait", lacks("epoll_wait"), "epoll_wait is denied: Node.js 18 crashes when it starts"},
		{"no lchown", lacks("lchown"), "14:14 medium lchown is denied: fs.lchown fails [seccomp-node-needs]"},
		{"no getgroups", lacks("getgroups"), "getgroups is denied: process.getgroups fails"},
		{"no fstatfs", lacks("fstatfs"), "14:14 high fstatfs is denied: the container runtime starts no container [seccomp-runtime-needs]"},
		{"no brk, which nothing fails without", lacks("brk"), ""},
		{"no faccessat", lacks("faccessat"), "faccessat is denied: fs.access fails on aarch64"},

		{"an invented name", allow("mmap_cache"), `"mmap_cache" is not a system call of Linux 7.1, and is ignored [`},
		{"a name like another", allow("set_gid"), `"set_gid" is not a system call of Linux 7.1, and is ignored (is setgid meant?)`},
		{"a call of another architecture", allow("s390_pci_mmio_read"), ""},
		{"a 32-bit call", allow("chown32"), ""},

		{"32-bit programs", func(p *moby.Seccomp) { p.ArchMap[0].SubArches = []specs.Arch{specs.ArchX86} }, ""},
		{"an unknown architecture", func(p *moby.Seccomp) { p.ArchMap[0].SubArches = []specs.Arch{"SCMP_ARCH_AMD64"} }, `"SCMP_ARCH_AMD64" is not an architecture`},
		{"another architecture, for it alone", func(p *moby.Seccomp) { p.ArchMap = append(p.ArchMap, moby.Architecture{Arch: specs.ArchS390X}) }, ""},
		{"another architecture, for all", func(p *moby.Seccomp) {
			p.ArchMap, p.Architectures = nil, []specs.Arch{specs.ArchX86_64, specs.ArchS390X}
		}, "SCMP_ARCH_S390X is big-endian: the runtime refuses the profile"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := wrong(check(t, changed(t, c.change)))
			switch {
			case c.want == "" && len(found) == 0:
			case c.want != "" && len(found) == 1 && strings.Contains(found[0], c.want):
			default:
				t.Errorf("%s, want %q", strings.Join(found, "\n"), c.want)
			}
		})
	}
}

// TestFamilies: each dangerous family of sockets is reported at the rule that allows it.
func TestFamilies(t *testing.T) {
	const text = `{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
	{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_LT"}]},
	{"names": ["read", "socket"], "action": "SCMP_ACT_ALLOW", "args": [%s]}
]}`
	for _, c := range []struct {
		conditions string
		want       []string
	}{
		{`{"index": 0, "value": 16, "op": "SCMP_CMP_EQ"}`, nil},
		{`{"index": 0, "value": 38, "op": "SCMP_CMP_EQ"}`, []string{"AF_ALG"}},
		{`{"index": 0, "value": 38, "op": "SCMP_CMP_GT"}`, []string{"AF_VSOCK"}},
		{`{"index": 0, "value": 38, "op": "SCMP_CMP_GE"}`, []string{"AF_ALG", "AF_VSOCK"}},
		{`{"index": 0, "value": 38, "op": "SCMP_CMP_LE"}`, []string{"AF_ALG"}},
		{`{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}`, []string{"AF_ALG"}},
		{`{"index": 0, "value": 38, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 5, "op": "SCMP_CMP_EQ"}`, []string{"AF_ALG"}},
		// runc takes two conditions on one argument as two rules.
		{`{"index": 0, "value": 38, "op": "SCMP_CMP_NE"}, {"index": 0, "value": 40, "op": "SCMP_CMP_NE"}`, []string{"AF_ALG", "AF_VSOCK"}},
	} {
		var got []string
		for _, line := range check(t, []byte(strings.ReplaceAll(text, "%s", c.conditions))) {
			if after, ok := strings.CutPrefix(line, "3:21 high socket is allowed for "); ok {
				family, _, _ := strings.Cut(after, ":")
				got = append(got, family)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s allows %v, want %v", c.conditions, got, c.want)
		}
	}
}

// TestNotes are the problems with which nothing is wrong.
func TestNotes(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*moby.Seccomp)
		want   string
	}{
		{"fewer calls than Docker's default", func(*moby.Seccomp) {}, "1:1 info allows 47 fewer than Docker's default"},
		{"a call that Docker's default denies", allow("fanotify_init"), "info allows 1 more than Docker's default (" + strings.TrimSpace(defaultVersion) + "): fanotify_init [seccomp-docker-default]"},
		{"32-bit programs", func(p *moby.Seccomp) { p.ArchMap[0].SubArches = []specs.Arch{specs.ArchX86} }, "4:13 info SCMP_ARCH_X86: 32-bit programs may run"},
		{"an architecture less", func(p *moby.Seccomp) { p.ArchMap = p.ArchMap[:1] }, "info not named: SCMP_ARCH_AARCH64"},
		{"ptrace", allow("ptrace"), "info ptrace: allowed, as by Docker's default"},
		{"conditions", add(`{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}`),
			"info rules with includes or excludes (1): containerd, and so most Kubernetes clusters, applies them to every container, so that it allows mount"},
		{"harmless conditions", add(`{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}}`), "applies them to every container [seccomp-condition]"},
	} {
		lines := check(t, changed(t, c.change))
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, c.want) }) {
			t.Errorf("%s: %q, want %q", c.name, lines, c.want)
		}
	}
	if lines := check(t, defaultJSON); !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "allows the same calls as Docker's default") }) {
		t.Errorf("of Docker's default: %q", lines)
	}
}

// TestDefaultAllows: what no rule names is allowed, and what one denies is not.
func TestDefaultAllows(t *testing.T) {
	const text = `{
	"defaultAction": "SCMP_ACT_ALLOW",
	"syscalls": [{"names": ["unshare", "clone3", "bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]
}`
	got := strings.Join(check(t, []byte(text)), "\n")
	for _, want := range []string{
		"2:19 high SCMP_ACT_ALLOW as default action allows each system call that no rule denies",
		"2:19 high the default action allows fsconfig, fsmount, fsopen, fspick, mount and ",
		"2:19 high clone is allowed with the flags for namespaces",
		"2:19 high socket is allowed for AF_ALG: it reaches",
		"2:19 high socket is allowed for AF_VSOCK: it reaches",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	for _, absent := range []string{"unshare", "bpf", "clone3", nodeNeeds, runtimeNeeds} {
		if strings.Contains(got, absent) {
			t.Errorf("%s\nhas %s", got, absent)
		}
	}
}

// TestUnknownKeys: a key that is written wrong is ignored, so that a rule has no filter. A
// key that is meant as a comment is none of that.
func TestUnknownKeys(t *testing.T) {
	const text = `{
	"defaultAction": "SCMP_ACT_ERRNO", "defaultActions": 1, "_comment": "",
	"//": "",
	"archMap": [{"architecture": "SCMP_ARCH_X86_64", "sub": []}],
	"syscalls": [
		{"names": ["personality"], "action": "SCMP_ACT_ALLOW", "arg": [{"index": 0}], "comment": ""},
		{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "values": 1}], "includes": {"cap": []}}
	]
}`
	got := check(t, []byte(text))
	for _, want := range []string{
		`2:37 low "defaultActions" is`, `4:51 low "sub" is`, `6:58 low "arg" is not a key of a seccomp profile, and is ignored [seccomp-unknown-key]`,
		`7:94 low "values" is`, `7:122 low "cap" is`, `6:14 medium personality is allowed`,
	} {
		if !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("%s\nlacks %s", strings.Join(got, "\n"), want)
		}
	}
	for _, line := range got {
		if strings.Contains(line, "comment") || strings.Contains(line, "//") {
			t.Errorf("a comment is reported: %s", line)
		}
	}
}

// TestOrder: what is worse comes first, and then what comes first in the text.
func TestOrder(t *testing.T) {
	text, err := os.ReadFile("testdata/copied.json")
	if err != nil {
		t.Fatal(err)
	}
	problems, err := Check("profile.json", text)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range problems[1:] {
		if last := problems[i]; p.Severity > last.Severity || p.Severity == last.Severity && (p.Line < last.Line || p.Line == last.Line && p.Col < last.Col) {
			t.Errorf("%+v comes after %+v", p, last)
		}
	}
}

// TestBounds: what is said of a profile is bounded, however much is wrong with it.
func TestBounds(t *testing.T) {
	names := []string{strings.Repeat("x", 10000)}
	for i := range 500 {
		names = append(names, fmt.Sprint("call", i))
	}
	text, err := json.Marshal(map[string]any{
		"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []any{map[string]any{"names": names, "action": "SCMP_ACT_ALLOW"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := check(t, text)
	unknown := 0
	for _, line := range lines {
		if len(line) > maxText+100 {
			t.Errorf("a line has %d bytes", len(line))
		}
		if strings.HasSuffix(line, "["+unknownCall+"]") {
			unknown++
		}
	}
	if want := maxOfID + 1; unknown != want || !slices.Contains(lines, "1:1 info 401 more of this kind [seccomp-unknown-call]") {
		t.Errorf("%d lines on unknown calls, want %d, the last for 401 more", unknown, want)
	}
}

// TestTables: each name in a table is a system call, or its rule would be without effect.
func TestTables(t *testing.T) {
	var names []string
	for _, d := range dangers {
		names = append(names, d.names...)
	}
	dangerous := slices.Clone(names)
	names = append(names, runtimeCalls...)
	seen := map[string]bool{}
	for _, n := range append(nodeCalls, need{names: runtimeCalls}) {
		for _, name := range n.names {
			if seen[name] {
				t.Errorf("%s is needed twice", name)
			}
			seen[name] = true
			if slices.Contains(dangerous, name) {
				t.Errorf("%s is needed, and dangerous", name)
			}
			if on := callTable()[name]; !slices.Contains(on, arm64) && onARM64[name] == "" && name != "arch_prctl" {
				t.Errorf("%s is not on arm64, and nothing is in its place", name)
			}
		}
		names = append(names, n.names...)
	}
	for from, to := range onARM64 {
		names = append(names, from, to)
		if !slices.Contains(callTable()[to], arm64) || slices.Contains(callTable()[from], arm64) {
			t.Errorf("on arm64, %s is not in place of %s", to, from)
		}
	}
	for _, name := range names {
		if !isCall(name) {
			t.Errorf("%s is not a system call", name)
		}
	}
	allowed := calls(t, nodeProfile(t), amd64)
	for name := range seen {
		if !slices.Contains(allowed, name) {
			t.Errorf("%s is needed, and the profile for Node.js does not allow it", name)
		}
	}
}
