package seccomp

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

// The architectures that profiles are judged for, as GOARCH and Docker's conditions name
// them.
const (
	amd64 = "amd64"
	arm64 = "arm64"
)

// architectures are all of them.
var architectures = []string{amd64, arm64}

// kernel is the version of Linux that syscalls.txt is of.
const kernel = "7.1"

//go:embed syscalls.txt
var syscallTable string

// callTable returns the system calls of Linux, each with the architectures that have it. One
// that only others have, such as a 32-bit one, has none.
var callTable = sync.OnceValue(func() map[string][]string {
	goarch := map[string]string{"x86_64": amd64, "aarch64": arm64}
	calls := map[string][]string{}
	for line := range strings.Lines(syscallTable) {
		if words := strings.Fields(line); !strings.HasPrefix(line, "#") {
			calls[words[0]] = nil
			for _, name := range words[1:] {
				calls[words[0]] = append(calls[words[0]], goarch[name])
			}
		}
	}
	return calls
})

// isCall reports whether Linux has a system call of that name, on any architecture.
func isCall(name string) bool {
	_, ok := callTable()[name]
	return ok
}

// allCalls returns the system calls of all architectures, sorted.
func allCalls() []string { return slices.Sorted(maps.Keys(callTable())) }

// callsOf returns the system calls of an architecture, sorted.
func callsOf(arch string) []string {
	return slices.DeleteFunc(allCalls(), func(name string) bool { return !slices.Contains(callTable()[name], arch) })
}
