package seccomp

import (
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/dockmend/dockmend/fixer"
)

// compare reports how the profile differs from Docker's default, on x86_64.
func (c *checker) compare() {
	own, docker := c.own[0], c.docker[0]
	var more, fewer []string
	for _, name := range callsOf(own.arch) {
		switch a, b := own.verdicts[name], docker.verdicts[name]; {
		case a > b:
			more = append(more, name)
		case a < b:
			fewer = append(fewer, name)
		}
	}
	version, at := strings.TrimSpace(defaultVersion), c.root.start
	if len(more) > 0 {
		c.report(difference, fixer.Info, at, "allows %d more than Docker's default (%s): %s", len(more), version, few(more))
	}
	if len(fewer) > 0 {
		c.report(difference, fixer.Info, at, "allows %d fewer than Docker's default (%s): %s", len(fewer), version, few(fewer))
	}
	if len(more)+len(fewer) == 0 {
		c.report(difference, fixer.Info, at, "allows the same calls as Docker's default (%s): without a profile of its own, a container receives the fixes to it, too", version)
	}
}

// conditions reports rules that depend on something: containerd applies them always.
func (c *checker) conditions() {
	rules, first := 0, 0
	always := &specs.LinuxSeccomp{DefaultAction: c.profile.docker.DefaultAction}
	for i, rule := range c.profile.docker.Syscalls {
		always.Syscalls = append(always.Syscalls, plain(rule))
		if rule.Includes == nil && rule.Excludes == nil {
			continue
		}
		if rules++; rules == 1 {
			first = c.at("syscalls", i)
		}
	}
	if rules == 0 {
		return
	}
	var opened []string
	verdicts := judged(always, amd64)
	for _, d := range dangers {
		for _, name := range d.names {
			if verdicts[name] == open && c.own[0].verdicts[name] != open {
				opened = append(opened, name)
			}
		}
	}
	effect := ""
	if len(opened) > 0 {
		effect = ", so that it allows " + few(opened)
	}
	c.report(condition, fixer.Info, first, "rules with includes or excludes (%d): containerd, and so most Kubernetes clusters, applies them to every container%s", rules, effect)
}

// foreign are the architectures that libseccomp knows beside those that profiles are
// judged for. bigEndian ones can't be in the same filter.
var (
	bigEndian = []specs.Arch{
		specs.ArchMIPS, specs.ArchMIPS64, specs.ArchMIPS64N32, specs.ArchPPC, specs.ArchPPC64, specs.ArchS390, specs.ArchS390X,
		specs.ArchPARISC, specs.ArchPARISC64, specs.ArchM68K, specs.ArchSHEB,
	}
	littleEndian = []specs.Arch{
		specs.ArchMIPSEL, specs.ArchMIPSEL64, specs.ArchMIPSEL64N32, specs.ArchPPC64LE, specs.ArchRISCV64, specs.ArchLOONGARCH64, specs.ArchSH,
	}
	// with32Bit are those by which a 32-bit program makes system calls.
	with32Bit = []specs.Arch{specs.ArchX86, specs.ArchX32, specs.ArchARM}
)

// architectures reports those that are unknown, refused, missing, or admit 32-bit programs.
func (c *checker) architectures() {
	p := c.profile.docker
	for i, arch := range p.Architectures {
		if slices.Contains(bigEndian, arch) {
			c.report(architecture, fixer.High, c.at("architectures", i), "%s is big-endian: the runtime refuses the profile on x86_64 and aarch64", arch)
		}
		c.knownArchitecture(arch, c.at("architectures", i))
	}
	named := slices.Clone(p.Architectures)
	for i, a := range p.ArchMap {
		c.knownArchitecture(a.Arch, c.at("archMap", i, "architecture"))
		named = append(named, a.Arch)
		for j, sub := range a.SubArches {
			c.knownArchitecture(sub, c.at("archMap", i, "subArchitectures", j))
		}
	}
	c.bits(named)
}

// knownArchitecture reports an architecture that libseccomp does not know.
func (c *checker) knownArchitecture(arch specs.Arch, at int) {
	known := slices.Concat([]specs.Arch{specs.ArchX86_64, specs.ArchAARCH64}, with32Bit, littleEndian, bigEndian)
	if !slices.Contains(known, arch) {
		c.report(architecture, fixer.Medium, at, "%q is not an architecture: x86_64 is SCMP_ARCH_X86_64, aarch64 is SCMP_ARCH_AARCH64", string(arch))
	}
}

// bits notes what happens to 32-bit programs: they may run, or the kernel kills them.
func (c *checker) bits(named []specs.Arch) {
	at := c.at("archMap")
	if len(c.profile.docker.Architectures) > 0 {
		at = c.at("architectures")
	}
	var admitted []string
	for _, v := range c.own {
		for _, arch := range v.profile.Architectures {
			if slices.Contains(with32Bit, arch) && !slices.Contains(admitted, string(arch)) {
				admitted = append(admitted, string(arch))
			}
		}
	}
	if len(admitted) > 0 {
		c.report(architecture, fixer.Info, at, "%s: 32-bit programs may run, and Node.js needs none", strings.Join(admitted, ", "))
	}
	var missing []string
	for _, arch := range []specs.Arch{specs.ArchX86_64, specs.ArchAARCH64} {
		if !slices.Contains(named, arch) {
			missing = append(missing, string(arch))
		}
	}
	if len(missing) > 0 {
		c.report(architecture, fixer.Info, at, "not named: %s; the rules hold there all the same, and a 32-bit program is killed", strings.Join(missing, ", "))
	}
}
