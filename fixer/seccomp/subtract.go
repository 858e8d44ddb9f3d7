package seccomp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// subtract returns Docker's default profile without the removals. It is an error if one
// of them is not in there, or if a rule has a form that is not known: a new version of
// the default is to be looked at then.
func subtract(def *moby.Seccomp) (*moby.Seccomp, error) {
	s := &subtraction{removed: map[string]bool{}, families: map[uint64]bool{}}
	for _, r := range removals {
		for _, name := range r.names {
			s.removed[name] = false
		}
	}
	out := &moby.Seccomp{LinuxSeccomp: specs.LinuxSeccomp{DefaultAction: def.DefaultAction, DefaultErrnoRet: def.DefaultErrnoRet}}
	for _, a := range def.ArchMap {
		if a.Arch == specs.ArchX86_64 || a.Arch == specs.ArchAARCH64 {
			out.ArchMap = append(out.ArchMap, moby.Architecture{Arch: a.Arch, SubArches: []specs.Arch{}})
		}
	}
	for i, rule := range def.Syscalls {
		remain, err := s.rule(rule)
		if err != nil {
			return nil, fmt.Errorf("rule %d of Docker's default, for %s: %w", i, strings.Join(rule.Names, ", "), err)
		}
		out.Syscalls = append(out.Syscalls, remain...)
	}
	if def.DefaultAction != specs.ActErrno || len(out.ArchMap) != len(architectures) {
		return nil, fmt.Errorf("the default of Docker has the action %s, and rules for %d of %d architectures", def.DefaultAction, len(out.ArchMap), len(architectures))
	}
	return out, s.applied()
}

// subtraction records which of the removals and socket families a profile has.
type subtraction struct {
	removed  map[string]bool
	families map[uint64]bool
}

// rule returns what remains of a rule: nothing, itself without some names and without its
// conditions, or one rule for each family of sockets.
func (s *subtraction) rule(rule *moby.Syscall) ([]*moby.Syscall, error) {
	if in := rule.Includes; in != nil && len(in.Caps) > 0 {
		return nil, nil // what remains is the same whatever capabilities a container has
	}
	names, err := s.names(rule)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	if err := unconditional(rule, names); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(names, func(n string) bool { return n == "socket" || n == "clone" || n == "clone3" }); i >= 0 && len(names) > 1 {
		return nil, fmt.Errorf("unknown form: %s with other calls", names[i])
	}
	remain := &moby.Syscall{LinuxSyscall: specs.LinuxSyscall{Names: names, Action: rule.Action, ErrnoRet: rule.ErrnoRet, Args: rule.Args}}
	switch names[0] {
	case "socket":
		return s.sockets(remain)
	case "clone":
		if rule.Action != specs.ActAllow || makesNamespaces(remain.LinuxSyscall) {
			return nil, errors.New("unknown form: it is not clone without namespaces")
		}
	case "clone3":
		if rule.Action != specs.ActErrno || rule.ErrnoRet == nil || *rule.ErrnoRet != enosys {
			return nil, errors.New("unknown form: it does not answer ENOSYS")
		}
	default:
		if rule.Action != specs.ActAllow || len(rule.Args) > 0 {
			return nil, fmt.Errorf("unknown form: action %s with %d conditions on arguments", rule.Action, len(rule.Args))
		}
	}
	return []*moby.Syscall{remain}, nil
}

// names returns the names of a rule that remain, and records those that are removed.
func (s *subtraction) names(rule *moby.Syscall) (names []string, err error) {
	for _, name := range rule.Names {
		_, removed := s.removed[name]
		switch {
		case !isCall(name):
			return nil, fmt.Errorf("%s is not in the table of system calls", name)
		case removed:
			s.removed[name] = true
		case len(callTable()[name]) > 0 && !isForeign(rule):
			names = append(names, name)
		}
	}
	return names, nil
}

// isForeign reports whether a rule is for other architectures alone.
func isForeign(rule *moby.Syscall) bool {
	return rule.Includes != nil && len(rule.Includes.Arches) > 0 && !slices.ContainsFunc(rule.Includes.Arches, func(a string) bool { return slices.Contains(architectures, a) })
}

// unconditional returns an error unless a rule is the same without its conditions: they
// name all of the architectures that have the calls, or exclude others. What a rule
// excludes by a capability, another rule allows to it, which was left out.
func unconditional(rule *moby.Syscall, names []string) error {
	for _, f := range []*moby.Filter{rule.Includes, rule.Excludes} {
		if f != nil && f.MinKernel != nil {
			return errors.New("unknown form: it depends on the kernel's version")
		}
	}
	for _, name := range names {
		for _, arch := range callTable()[name] {
			if in := rule.Includes; in != nil && len(in.Arches) > 0 && !slices.Contains(in.Arches, arch) {
				return fmt.Errorf("unknown form: it does not include %s, which has %s", arch, name)
			}
			if ex := rule.Excludes; ex != nil && slices.Contains(ex.Arches, arch) {
				return fmt.Errorf("unknown form: it excludes %s", arch)
			}
		}
	}
	return nil
}

// sockets returns a rule for each family that a rule allows and that remains.
func (s *subtraction) sockets(rule *moby.Syscall) (rules []*moby.Syscall, err error) {
	if rule.Action != specs.ActAllow || len(rule.Args) != 1 || rule.Args[0].Index != 0 {
		return nil, errors.New("unknown form: it is not about the family of sockets alone")
	}
	for _, f := range socketFamilies {
		if s.families[f.family] || !matches(rule.Args[0], f.family) {
			continue
		}
		s.families[f.family] = true
		args := []specs.LinuxSeccompArg{{Index: 0, Value: f.family, Op: specs.OpEqualTo}}
		if f.protocol != nil {
			args = append(args, specs.LinuxSeccompArg{Index: 2, Value: *f.protocol, Op: specs.OpEqualTo})
		}
		rules = append(rules, &moby.Syscall{LinuxSyscall: specs.LinuxSyscall{Names: rule.Names, Action: rule.Action, Args: args}})
	}
	return rules, nil
}

// applied returns an error if something is to be removed, or of sockets to be kept, that
// Docker's default does not allow.
func (s *subtraction) applied() error {
	for _, r := range removals {
		for _, name := range r.names {
			if !s.removed[name] {
				return fmt.Errorf("%s is to be removed (%s), and Docker's default does not allow it", name, r.reason)
			}
		}
	}
	for _, f := range socketFamilies {
		if !s.families[f.family] {
			return fmt.Errorf("sockets of %s are to remain, and Docker's default does not allow them", f.name)
		}
	}
	return nil
}
