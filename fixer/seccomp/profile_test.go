package seccomp

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

const module = "github.com/moby/profiles/seccomp"

// listed returns what go list says of the module of Docker's default.
func listed(t *testing.T, format string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", module, err)
	}
	return strings.TrimSpace(string(out))
}

// TestEmbedded compares what is embedded with the module in go.mod.
func TestEmbedded(t *testing.T) {
	want, err := os.ReadFile(filepath.Join(listed(t, "{{.Dir}}"), "default.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(defaultJSON, want) {
		t.Error("default.json is not that of the module in go.mod: make seccomp writes it")
	}
	if version := listed(t, "{{.Version}}"); defaultVersion != version+"\n" {
		t.Errorf("default.version is %q, and the module in go.mod %s: make seccomp writes it", defaultVersion, version)
	}
}

// TestDefaultIsUnderstood: what the types of the module read of Docker's default, they
// write again. So nothing of it is lost.
func TestDefaultIsUnderstood(t *testing.T) {
	p := def(t)
	text, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, append(bytes.Clone(defaultJSON), '\n')) {
		t.Errorf("read and written again, Docker's default is\n%s", text)
	}
}

func def(t *testing.T) *Profile {
	t.Helper()
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func nodeProfile(t *testing.T) *Profile {
	t.Helper()
	p, err := Node()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func calls(t *testing.T, p *Profile, arch string, capabilities ...string) []string {
	t.Helper()
	names, err := p.Calls(arch, capabilities)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestNode: the profile allows nothing that Docker's default does not, lacks what is to be
// removed, and keeps all the rest.
func TestNode(t *testing.T) {
	p := nodeProfile(t)
	var removed []string
	for _, r := range removals {
		removed = append(removed, r.names...)
	}
	for _, arch := range architectures {
		var want []string
		for _, name := range calls(t, def(t), arch) {
			if !slices.Contains(removed, name) {
				want = append(want, name)
			}
		}
		if got := calls(t, p, arch); !slices.Equal(got, want) {
			t.Errorf("%s: it allows\n%v, want\n%v", arch, got, want)
		}
		if got := calls(t, p, arch, "CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_BPF"); !slices.Equal(got, want) {
			t.Errorf("%s: with capabilities, it allows\n%v, want\n%v", arch, got, want)
		}
	}
}

// TestNodeSize has the numbers that the README states.
func TestNodeSize(t *testing.T) {
	for _, c := range []struct {
		arch         string
		docker, node int
	}{{amd64, 308, 261}, {arm64, 266, 225}} {
		if docker, node := len(calls(t, def(t), c.arch)), len(calls(t, nodeProfile(t), c.arch)); docker != c.docker || node != c.node {
			t.Errorf("%s: Docker's default allows %d calls and the profile %d; want %d and %d", c.arch, docker, node, c.docker, c.node)
		}
	}
}

// TestNodeIsUnconditional: it means the same where conditions are not read.
func TestNodeIsUnconditional(t *testing.T) {
	text, err := nodeProfile(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var oci specs.LinuxSeccomp
	if err := json.Unmarshal(text, &oci); err != nil {
		t.Fatal(err)
	}
	for _, arch := range architectures {
		resolved, err := nodeProfile(t).Resolve(arch, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := []specs.Arch{specArch[arch]}; !slices.Equal(resolved.Architectures, want) {
			t.Errorf("%s: architectures %v, want %v", arch, resolved.Architectures, want)
		}
		resolved.Architectures = nil
		got, want := asJSON(t, oci), asJSON(t, resolved)
		if got != want {
			t.Errorf("%s: read as an OCI profile it is\n%s, want\n%s", arch, got, want)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNodeArguments(t *testing.T) {
	type call struct {
		name  string
		index uint
		value uint64
		want  bool
	}
	list := []call{
		{"socket", 0, 1, true}, {"socket", 0, 2, true}, {"socket", 0, 10, true}, {"socket", 0, 16, true},
		{"socket", 2, 0, true}, {"clone", 0, threadFlags, true}, {"clone", 0, forkFlags, true},
		{"socket", 0, 0, false}, {"socket", 0, 15, false}, {"socket", 0, 17, false}, {"socket", 0, 38, false}, {"socket", 0, 40, false},
	}
	for _, flag := range namespaceFlags {
		list = append(list, call{"clone", 0, flag, false}, call{"clone", 0, threadFlags | flag, false})
	}
	for _, arch := range architectures {
		p, err := nodeProfile(t).Resolve(arch, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if got := reaches(p, c.name, c.index, c.value); got != c.want {
				t.Errorf("%s: %s with argument %d of %#x is allowed: %v, want %v", arch, c.name, c.index, c.value, got, c.want)
			}
		}
		i := slices.IndexFunc(p.Syscalls, func(r specs.LinuxSyscall) bool { return slices.Contains(r.Names, "clone3") })
		if rule := p.Syscalls[i]; rule.Action != specs.ActErrno || *rule.ErrnoRet != enosys {
			t.Errorf("%s: clone3 is answered by %+v", arch, rule)
		}
	}
}

// TestNetlink: of netlink, only NETLINK_ROUTE is allowed.
func TestNetlink(t *testing.T) {
	p, err := nodeProfile(t).Resolve(amd64, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range p.Syscalls {
		if !slices.Contains(rule.Names, "socket") || !matches(rule.Args[0], 16) {
			continue
		}
		if len(rule.Args) != 2 || rule.Args[1] != (specs.LinuxSeccompArg{Index: 2, Value: 0, Op: specs.OpEqualTo}) {
			t.Errorf("netlink sockets are allowed by %+v", rule.Args)
		}
		return
	}
	t.Error("netlink sockets are not allowed")
}

func TestName(t *testing.T) {
	if got, want := Name(), "node.moby-"+listed(t, "{{.Version}}")+".json"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestResolveUnknownArchitecture(t *testing.T) {
	if _, err := def(t).Resolve("s390x", nil); err == nil || !strings.Contains(err.Error(), `"s390x"`) {
		t.Errorf("error %v", err)
	}
}

// TestResolve: conditions are those of Docker.
func TestResolve(t *testing.T) {
	const rule = `{"names": ["mount"], "action": "SCMP_ACT_ALLOW", %s}`
	for _, c := range []struct {
		condition string
		caps      []string
		want      bool
	}{
		{`"includes": {}`, nil, true},
		{`"includes": {"arches": ["amd64", "x32"]}`, nil, true},
		{`"includes": {"arches": ["arm64"]}`, nil, false},
		{`"includes": {"caps": ["CAP_SYS_ADMIN"]}`, nil, false},
		{`"includes": {"caps": ["CAP_SYS_ADMIN"]}`, []string{"CAP_SYS_ADMIN"}, true},
		{`"includes": {"caps": ["CAP_SYS_ADMIN", "CAP_BPF"]}`, []string{"CAP_BPF"}, false},
		{`"includes": {"minKernel": "4.8"}`, nil, true},
		{`"excludes": {"arches": ["amd64"]}`, nil, false},
		{`"excludes": {"arches": ["s390"]}`, nil, true},
		{`"excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_BPF"]}`, []string{"CAP_BPF"}, false},
		{`"excludes": {"caps": ["CAP_SYS_ADMIN"]}`, nil, true},
		{`"excludes": {"minKernel": "4.8"}`, nil, false},
	} {
		text := `{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [` + strings.ReplaceAll(rule, "%s", c.condition) + `]}`
		s, err := read("profile.json", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(calls(t, s.profile, amd64, c.caps...), "mount"); got != c.want {
			t.Errorf("%s, capabilities %v: mount is allowed: %v, want %v", c.condition, c.caps, got, c.want)
		}
	}
}

// TestSubtract: what a new version of Docker's default may bring makes an error, which
// names the rule.
func TestSubtract(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*moby.Seccomp)
		want   string // of the error; "" for none
	}{
		{"as it is", func(*moby.Seccomp) {}, ""},
		{"a new call", add(`{"names": ["swapon"], "action": "SCMP_ACT_ALLOW"}`), ""},
		{"for another architecture", add(`{"names": ["swapon"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390x"]}}`), ""},
		{"a call for a capability", add(`{"names": ["swapon"], "action": "SCMP_ACT_NOTIFY", "includes": {"caps": ["CAP_SYS_ADMIN"]}}`), ""},
		{"a call that is not in the table", add(`{"names": ["swapon2"], "action": "SCMP_ACT_ALLOW"}`), "swapon2 is not in the table"},
		{"another action", add(`{"names": ["swapon"], "action": "SCMP_ACT_LOG"}`), "for swapon: unknown form"},
		{"a filter", add(`{"names": ["swapon"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}`), "for swapon: unknown form"},
		{"a version of the kernel", add(`{"names": ["swapon"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.1"}}`), "depends on the kernel's version"},
		{"one architecture of two", add(`{"names": ["swapon"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}}`), "does not include arm64, which has swapon"},
		{"an excluded architecture", add(`{"names": ["swapon"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["arm64"]}}`), "it excludes arm64"},
		{"clone with namespaces", add(`{"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2080505856, "op": "SCMP_CMP_MASKED_EQ"}]}`), "for clone: unknown form"},
		{"clone without a filter", add(`{"names": ["clone"], "action": "SCMP_ACT_ALLOW"}`), "for clone: unknown form"},
		{"clone with others", add(`{"names": ["swapon", "clone"], "action": "SCMP_ACT_ALLOW"}`), "for swapon, clone: unknown form"},
		{"clone3 with another error", add(`{"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}`), "for clone3: unknown form"},
		{"sockets by their type", add(`{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]}`), "for socket: unknown form"},
		{"a removal without effect", func(p *moby.Seccomp) { without(p, "vmsplice") }, "vmsplice is to be removed"},
		{"a family of sockets less", func(p *moby.Seccomp) { without(p, "socket") }, "sockets of AF_UNIX are to remain"},
		{"another default action", func(p *moby.Seccomp) { p.DefaultAction = specs.ActTrap }, "has the action SCMP_ACT_TRAP"},
		{"an architecture less", func(p *moby.Seccomp) { p.ArchMap = p.ArchMap[1:] }, "rules for 1 of 2 architectures"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := def(t).docker
			c.change(p)
			_, err := subtract(p)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// add returns a function that adds a rule to a profile.
func add(rule string) func(*moby.Seccomp) {
	return func(p *moby.Seccomp) {
		call := new(moby.Syscall)
		if err := json.Unmarshal([]byte(rule), call); err != nil {
			panic(err)
		}
		p.Syscalls = append(p.Syscalls, call)
	}
}

// without removes a name from all rules.
func without(p *moby.Seccomp, name string) {
	for _, rule := range p.Syscalls {
		rule.Names = slices.DeleteFunc(rule.Names, func(n string) bool { return n == name })
	}
}

// TestReasons: each removal has a reason, and no call has two.
func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range removals {
		if r.reason == "" {
			t.Errorf("%v is removed without a reason", r.names)
		}
		for _, name := range r.names {
			if seen[name] {
				t.Errorf("%s is removed twice", name)
			}
			seen[name] = true
		}
	}
}

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{Name(): true, "node.moby-v0.2.4.json": true, "node.json": false, "node.moby-v0.2.4.yaml": false, "package.json": false} {
		if IsName(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
}
