package seccomp

import (
	"runtime"
	"slices"
	"testing"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// TestResolveAsDocker: Resolve makes of a profile what Docker does, on this machine's
// architecture.
func TestResolveAsDocker(t *testing.T) {
	if !slices.Contains(architectures, runtime.GOARCH) {
		t.Skipf("no profile is judged for %s", runtime.GOARCH)
	}
	text, err := nodeProfile(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		profile    *Profile
	}{{"Docker's default", string(defaultJSON), def(t)}, {"Node.js", string(text), nodeProfile(t)}} {
		for _, caps := range [][]string{nil, {"CAP_SYS_ADMIN"}, {"CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_BPF"}} {
			spec := &specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: caps}}}
			docker, err := moby.LoadProfile(c.text, spec)
			if err != nil {
				t.Fatal(err)
			}
			resolved, err := c.profile.Resolve(runtime.GOARCH, caps)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := asJSON(t, resolved), asJSON(t, docker); got != want {
				t.Errorf("%s with %v resolves to\n%s, and Docker has\n%s", c.name, caps, got, want)
			}
		}
	}
}
