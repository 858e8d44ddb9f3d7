package seccomp

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// verdict is what a profile says of a system call.
type verdict int

const (
	denied   verdict = iota
	filtered         // allowed for some arguments, or if a tracer lets it
	open             // allowed
)

// enosys is the error by which glibc knows that a call does not exist, and takes another.
const enosys = 38

// judged returns the verdict on each system call of an architecture.
func judged(p *specs.LinuxSeccomp, arch string) map[string]verdict {
	verdicts := map[string]verdict{}
	for _, name := range callsOf(arch) {
		verdicts[name] = effect(p.DefaultAction)
	}
	for _, rule := range p.Syscalls {
		for _, name := range rule.Names {
			v, ok := verdicts[name]
			switch {
			case !ok: // another architecture's, or none
			case len(rule.Args) == 0 && rule.Action != p.DefaultAction:
				verdicts[name] = effect(rule.Action)
			case effect(rule.Action) != v:
				verdicts[name] = filtered
			}
		}
	}
	return verdicts
}

// effect returns what an action makes of a call.
func effect(action specs.LinuxSeccompAction) verdict {
	switch action {
	case specs.ActAllow, specs.ActLog:
		return open
	case specs.ActTrace, specs.ActNotify:
		return filtered
	}
	return denied
}

// reaches reports whether a profile allows a call with one argument of this value, whatever
// the others are.
func reaches(p *specs.LinuxSeccomp, name string, index uint, value uint64) bool {
	allowed := effect(p.DefaultAction) == open
	for _, rule := range p.Syscalls {
		if !slices.Contains(rule.Names, name) {
			continue
		}
		for _, conditions := range alternatives(rule.Args) {
			ofOthers := slices.ContainsFunc(conditions, func(arg specs.LinuxSeccompArg) bool { return arg.Index != index })
			unmet := slices.ContainsFunc(conditions, func(arg specs.LinuxSeccompArg) bool { return arg.Index == index && !matches(arg, value) })
			switch {
			case unmet:
			case effect(rule.Action) == open:
				return true
			case !ofOthers:
				allowed = false
			}
		}
	}
	return allowed
}

// alternatives returns the sets of conditions by which a rule holds: one set of all of
// them, or a set for each one where two are about the same argument. So runc reads it: a
// rule for a family that is neither one nor another is a rule for every family.
func alternatives(args []specs.LinuxSeccompArg) [][]specs.LinuxSeccompArg {
	seen := map[uint]bool{}
	for _, arg := range args {
		if seen[arg.Index] {
			return slices.Collect(slices.Chunk(args, 1))
		}
		seen[arg.Index] = true
	}
	return [][]specs.LinuxSeccompArg{args}
}

// matches reports whether an argument of this value meets a condition.
func matches(arg specs.LinuxSeccompArg, value uint64) bool {
	switch arg.Op {
	case specs.OpEqualTo:
		return value == arg.Value
	case specs.OpNotEqual:
		return value != arg.Value
	case specs.OpLessThan:
		return value < arg.Value
	case specs.OpLessEqual:
		return value <= arg.Value
	case specs.OpGreaterThan:
		return value > arg.Value
	case specs.OpGreaterEqual:
		return value >= arg.Value
	case specs.OpMaskedEqual:
		return value&arg.Value == arg.ValueTwo
	}
	return false
}

// namespaceFlags are the flags of clone that make a namespace.
var namespaceFlags = []uint64{
	0x00020000, // CLONE_NEWNS
	0x02000000, // CLONE_NEWCGROUP
	0x04000000, // CLONE_NEWUTS
	0x08000000, // CLONE_NEWIPC
	0x10000000, // CLONE_NEWUSER
	0x20000000, // CLONE_NEWPID
	0x40000000, // CLONE_NEWNET
}

// makesNamespaces reports whether a rule for clone allows one of these flags.
func makesNamespaces(rule specs.LinuxSyscall) bool {
	p := &specs.LinuxSeccomp{DefaultAction: specs.ActErrno, Syscalls: []specs.LinuxSyscall{rule}}
	return slices.ContainsFunc(namespaceFlags, func(flag uint64) bool { return reaches(p, "clone", 0, flag) })
}
