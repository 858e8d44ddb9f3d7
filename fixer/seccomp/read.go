package seccomp

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/dockmend/dockmend/fixer/document"
)

// MaxBytes bounds a profile that [Check] reads. Docker's default has 18 KB.
const MaxBytes = 1 << 20

// source is a profile with the places of what it says.
type source struct {
	text    []byte
	root    value
	profile *Profile
}

// read returns the profile of a text. The error is a *document.Error with its place.
func read(name string, text []byte) (*source, error) {
	if len(text) > MaxBytes {
		return nil, &document.Error{Name: name, Msg: "larger than 1 MiB: not a seccomp profile"}
	}
	s := &source{text: text}
	var wrong *flaw
	switch err := s.read(); {
	case errors.As(err, &wrong):
		line, col := s.place(wrong.at)
		return nil, &document.Error{Name: name, Line: line, Col: col, Msg: wrong.msg}
	case err != nil:
		return nil, &document.Error{Name: name, Msg: err.Error()}
	}
	return s, nil
}

func (s *source) read() (err error) {
	if s.root, err = scan(s.text); err != nil {
		return err
	}
	if !s.root.isObject {
		return flawed(s.root.start, "not a seccomp profile: no object")
	}
	if _, ok := s.root.get("defaultAction"); !ok {
		return flawed(s.root.start, "not a seccomp profile: it has no defaultAction")
	}
	s.profile = &Profile{new(moby.Seccomp)}
	var mistyped *json.UnmarshalTypeError
	switch err := json.Unmarshal(s.text, s.profile.docker); {
	case errors.As(err, &mistyped):
		return flawed(s.root.innermost(int(mistyped.Offset)-1).start, "%s is not %s", mistyped.Value, kindOf(mistyped))
	case err != nil: // of the version of a kernel
		return flawed(s.root.start, "%v", err)
	}
	return s.valid()
}

// kindOf returns the type that JSON has for what a field takes.
func kindOf(err *json.UnmarshalTypeError) string {
	switch kind := err.Type.Kind().String(); kind {
	case "struct", "map", "ptr":
		return "an object"
	case "slice":
		return "a list"
	case "uint", "uint64", "int":
		return "a number from 0"
	default:
		return "a " + kind
	}
}

// place returns the line and the column of an offset, from 1; columns count bytes.
func (s *source) place(offset int) (line, col int) {
	before := s.text[:min(offset, len(s.text))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// at returns the place of a value below the root: keys and indices. Where there is no such
// value, it is that of the last one on the way.
func (s *source) at(path ...any) int {
	v := s.root
	for _, step := range path {
		switch step := step.(type) {
		case string:
			next, ok := v.get(step)
			if !ok {
				return v.start
			}
			v = next
		case int:
			if step >= len(v.items) {
				return v.start
			}
			v = v.items[step]
		}
	}
	return v.start
}

// nameAt returns the place of a name in a rule.
func (s *source) nameAt(rule, name int) int {
	if oldName(s.profile.docker.Syscalls[rule]) != "" {
		return s.at("syscalls", rule, "name")
	}
	return s.at("syscalls", rule, "names", name)
}

// The values that libseccomp knows.
var (
	actions = []specs.LinuxSeccompAction{
		specs.ActKill, specs.ActKillProcess, specs.ActKillThread, specs.ActTrap, specs.ActErrno,
		specs.ActTrace, specs.ActAllow, specs.ActLog, specs.ActNotify,
	}
	operators = []specs.LinuxSeccompOperator{
		specs.OpNotEqual, specs.OpLessThan, specs.OpLessEqual, specs.OpEqualTo,
		specs.OpGreaterEqual, specs.OpGreaterThan, specs.OpMaskedEqual,
	}
)

// maxArgument is the index of the last argument of a system call.
const maxArgument = 5

// valid returns a *flaw where Docker or the runtime refuses the profile.
func (s *source) valid() error {
	p := s.profile.docker
	if !slices.Contains(actions, p.DefaultAction) {
		return flawed(s.at("defaultAction"), "unknown action %q", p.DefaultAction)
	}
	if len(p.Architectures) > 0 && len(p.ArchMap) > 0 {
		return flawed(s.at("archMap"), "both architectures and archMap: Docker refuses a profile with both")
	}
	for i, rule := range p.Syscalls {
		if err := s.validRule(i, rule); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) validRule(i int, rule *moby.Syscall) error {
	switch {
	case rule == nil:
		return flawed(s.at("syscalls", i), "null is not a rule")
	case !slices.Contains(actions, rule.Action):
		return flawed(s.at("syscalls", i, "action"), "unknown action %q", rule.Action)
	case oldName(rule) != "" && len(rule.Names) > 0:
		return flawed(s.at("syscalls", i, "name"), "both name and names: Docker refuses a rule with both")
	}
	for j, arg := range rule.Args {
		switch {
		case !slices.Contains(operators, arg.Op):
			return flawed(s.at("syscalls", i, "args", j, "op"), "unknown operator %q", arg.Op)
		case arg.Index > maxArgument:
			return flawed(s.at("syscalls", i, "args", j, "index"), "a system call has no argument %d: they count from 0 to %d", arg.Index, maxArgument)
		}
	}
	return nil
}

// keys are those that a profile has in Docker's form and in the OCI runtime
// specification's, in each kind of object.
var keys = struct{ profile, architecture, rule, argument, filter []string }{
	profile:      []string{"defaultAction", "defaultErrnoRet", "architectures", "flags", "listenerPath", "listenerMetadata", "archMap", "syscalls"},
	architecture: []string{"architecture", "subArchitectures"},
	rule:         []string{"names", "name", "action", "errnoRet", "args", "comment", "includes", "excludes"},
	argument:     []string{"index", "value", "valueTwo", "op"},
	filter:       []string{"caps", "arches", "minKernel"},
}

// strayKeys returns the entries of a profile that no reader knows.
func (s *source) strayKeys() (stray []field) {
	add := func(v value, known []string) {
		for _, f := range v.fields {
			if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, f.key) }) {
				stray = append(stray, f)
			}
		}
	}
	add(s.root, keys.profile)
	archMap, _ := s.root.get("archMap")
	for _, a := range archMap.items {
		add(a, keys.architecture)
	}
	rules, _ := s.root.get("syscalls")
	for _, rule := range rules.items {
		add(rule, keys.rule)
		args, _ := rule.get("args")
		for _, arg := range args.items {
			add(arg, keys.argument)
		}
		for _, condition := range []string{"includes", "excludes"} {
			filter, _ := rule.get(condition)
			add(filter, keys.filter)
		}
	}
	return stray
}
