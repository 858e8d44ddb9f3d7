package seccomp

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

//go:embed default.json
var defaultJSON []byte

//go:embed default.version
var defaultVersion string

// Profile is a seccomp profile in Docker's form: the OCI runtime specification's, with
// conditions on the architecture and the capabilities of a container. It is not changed
// after it was made.
type Profile struct{ docker *moby.Seccomp }

// Default returns the profile that Docker gives a container by default, as of the version
// of github.com/moby/profiles/seccomp that this package was built with. A Docker Engine
// has its own, older or newer.
func Default() (*Profile, error) {
	p := new(moby.Seccomp)
	if err := json.Unmarshal(defaultJSON, p); err != nil {
		return nil, fmt.Errorf("the default profile of Docker: %w", err)
	}
	return &Profile{p}, nil
}

// Node returns a profile for containers that run Node.js, on x86_64 and aarch64: Docker's
// default without the calls that an application does not make and an attacker may use, by the
// list of removals. No rule of it has a condition, so that Docker, which knows conditions,
// and containerd, which ignores them, make the same of it.
func Node() (*Profile, error) { return node() }

var node = sync.OnceValues(func() (*Profile, error) {
	def, err := Default()
	if err != nil {
		return nil, err
	}
	p, err := subtract(def.docker)
	if err != nil {
		return nil, fmt.Errorf("deriving the profile for Node.js: %w", err)
	}
	return &Profile{p}, nil
})

// Name returns a name for the file of the profile that [Node] returns. It says what the
// profile was derived from, since JSON has no comments.
func Name() string { return "node.moby-" + strings.TrimSpace(defaultVersion) + ".json" }

// IsName reports whether a name is one that [Name] returns, in this version or another.
func IsName(name string) bool {
	version, ok := strings.CutPrefix(name, "node.moby-v")
	return ok && strings.HasSuffix(version, ".json")
}

// JSON returns the profile as Docker reads it, indented by tabs, with a final newline. The
// same profile always gives the same bytes.
func (p *Profile) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(p.docker, "", "\t")
	return append(text, '\n'), err
}

// Resolve returns what of the profile holds on an architecture, "amd64" or "arm64", for
// a container with these capabilities ("CAP_SYS_ADMIN"): the rules whose conditions are
// met, without them. Rules for a kernel of some version hold; one that is older than any
// of them is no longer maintained.
func (p *Profile) Resolve(arch string, capabilities []string) (*specs.LinuxSeccomp, error) {
	if !slices.Contains(architectures, arch) {
		return nil, fmt.Errorf("unknown architecture %q: one of %s", arch, strings.Join(architectures, ", "))
	}
	out := p.docker.LinuxSeccomp
	out.Syscalls = nil
	out.Architectures = slices.Clone(out.Architectures)
	for _, a := range p.docker.ArchMap {
		if a.Arch == specArch[arch] {
			out.Architectures = append(append(out.Architectures, a.Arch), a.SubArches...)
		}
	}
	for _, rule := range p.docker.Syscalls {
		if holds(rule, arch, capabilities) {
			out.Syscalls = append(out.Syscalls, plain(rule))
		}
	}
	return &out, nil
}

// specArch are the names of the architectures in the OCI runtime specification.
var specArch = map[string]specs.Arch{amd64: specs.ArchX86_64, arm64: specs.ArchAARCH64}

// plain returns a rule without its conditions.
func plain(rule *moby.Syscall) specs.LinuxSyscall {
	call := rule.LinuxSyscall
	if name := oldName(rule); name != "" {
		call.Names = []string{name}
	}
	return call
}

// oldName returns the name of a rule in old profiles, whose rules have one each. Docker still
// reads them.
func oldName(rule *moby.Syscall) string {
	return rule.Name //lint:ignore SA1019 it is read, and never written
}

// holds reports whether the conditions of a rule are met: of what it includes all, of
// what it excludes none.
func holds(rule *moby.Syscall, arch string, capabilities []string) bool {
	has := func(c string) bool { return slices.Contains(capabilities, c) }
	if ex := rule.Excludes; ex != nil {
		if slices.Contains(ex.Arches, arch) || slices.ContainsFunc(ex.Caps, has) || ex.MinKernel != nil {
			return false
		}
	}
	in := rule.Includes
	if in == nil {
		return true
	}
	lacks := func(c string) bool { return !has(c) }
	return (len(in.Arches) == 0 || slices.Contains(in.Arches, arch)) && !slices.ContainsFunc(in.Caps, lacks)
}

// Calls returns the names of the system calls that the profile allows on an architecture
// to a container with these capabilities, sorted: those that it allows for some arguments
// only are among them.
func (p *Profile) Calls(arch string, capabilities []string) ([]string, error) {
	resolved, err := p.Resolve(arch, capabilities)
	if err != nil {
		return nil, err
	}
	verdicts := judged(resolved, arch)
	return slices.DeleteFunc(callsOf(arch), func(name string) bool { return verdicts[name] == denied }), nil
}
