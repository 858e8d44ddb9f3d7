package lab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/seccomp"
)

// probes are the names that testdata/seccomp/probe prints where all that it tries is refused.
const probes = "unshare AF_ALG AF_VSOCK AF_NETLINK io_uring_setup ptrace shmget vmsplice personality"

// TestSeccomp has a Docker Engine run Node.js under the profile of package seccomp, as a user
// without rights: all that it does works, and the calls of an attacker are refused. Without a
// profile, none of them is. (node 25 needs libatomic, which the lab's slim image lacks.)
func TestSeccomp(t *testing.T) {
	engine := startEngine(t)
	for _, c := range []struct{ name, image, profile, program, want string }{
		{"node 18", "node:18-slim", seccomp.Name(), "node /work/workload.js", "done"},
		{"node 20", "node:20-slim", seccomp.Name(), "node /work/workload.js", "done"},
		{"node 22", "node:22-slim", seccomp.Name(), "node /work/workload.js", "done"},
		{"node 24", "node:24-slim", seccomp.Name(), "node /work/workload.js", "done"},
		{"node 25", "node:25", seccomp.Name(), "node /work/workload.js", "done"},
		{"attacks", "node:24-slim", seccomp.Name(), "/work/probe", probes},
		{"attacks without a profile", "node:24-slim", "unconfined", "/work/probe", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			project := underProfile(t, c.image, c.profile)
			out, err := engine.Compose(t.Context(), project, append([]string{"run", "--rm", "--no-TTY", "app"}, strings.Fields(c.program)...)...)
			if got := strings.Join(strings.Fields(out), " "); err != nil || got != c.want {
				t.Errorf("%s prints %q, want %q (error %v)", c.program, got, c.want, err)
			}
		})
	}
}

// underProfile makes the project of a service that runs programs under a profile, and returns
// its directory.
func underProfile(t *testing.T, image, profile string) string {
	t.Helper()
	node, err := seccomp.Node()
	if err != nil {
		t.Fatal(err)
	}
	text, err := node.JSON()
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{"services": map[string]any{"app": map[string]any{
		"image": image, "network_mode": "none", "user": "1000:1000", "read_only": true, "tmpfs": []string{"/tmp"},
		"cap_drop": []string{"ALL"}, "security_opt": []string{"no-new-privileges:true", "seccomp:" + profile},
		"volumes": []string{".:/work:ro"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { // for the user in the container
		t.Fatal(err)
	}
	workload := readFile(t, filepath.Join("testdata", "seccomp"), "workload.js")
	probe := readFile(t, program(t, ".", "./testdata/seccomp/probe"), "")
	for name, content := range map[string][]byte{"compose.yaml": config, seccomp.Name(): text, "workload.js": workload, "probe": probe} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
