package lab_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"

	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab"
)

// TestEngine runs dockmend with what a Docker Engine has: its BuildKit, a BuildKit in one of its
// containers, and its images. Each leaves the engine as it was.
func TestEngine(t *testing.T) {
	u := &engineUser{startEngine(t), program(t, filepath.Join("..", ".."), "./cmd/dockmend")}
	t.Run("its BuildKit", u.ownBuildKit)
	t.Run("a BuildKit in a container", u.buildKitInContainer)
	t.Run("its images", u.images)
}

// engineUser runs dockmend on a machine with an engine.
type engineUser struct {
	engine   *lab.Engine
	dockmend string
}

// withoutRUN is a golden case in which nothing runs while it is built: there is no network that the
// engine's own BuildKit could give to RUN.
const withoutRUN = "nonroot-user/own/nothing"

func (u *engineUser) ownBuildKit(t *testing.T) {
	u.leavesNothing(t)
	t.Run("verify", func(t *testing.T) {
		u.verifies(t, withoutRUN, "killed", "--buildkit", proof.Engine)
	})
	t.Run("is found", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", u.engine.Host())
		t.Setenv("XDG_RUNTIME_DIR", "")
		if _, err := os.Stat("/run/buildkit/buildkitd.sock"); err == nil {
			t.Skip("this machine has a BuildKit, which goes first")
		}
		if found := proof.Find(); found != proof.Engine {
			t.Errorf("%q is found", found)
		}
	})
	t.Run("no network", func(t *testing.T) {
		out, code := u.verify(t, "nonroot-user/basic/example", "--buildkit", proof.Engine)
		const want = "RUN npm ci --omit=dev: the builder can't run containers: "
		if code != 2 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, and it does not say %q:\n%s", code, want, out)
		}
	})
	// The BuildKit of an old engine sends no signals, does not look up users as others do, and keeps
	// the containers of a build that is gone. That of any engine has a umask.
	t.Run("observations", func(t *testing.T) {
		cmd := exec.Command("go", "test", "-v", "-count=1", "-run", "^(TestObserve(Run|Hardened)|TestProveWrites|TestInterrupted)$/(low_port|temporary_folder|at_the_end|ends_badly|while_it_(runs|is_watched))", "./fixer/proof")
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(os.Environ(), "DOCKER_HOST="+u.engine.Host(), "DOCKMEND_TEST_BUILDKIT="+proof.Engine)
		out, err := cmd.CombinedOutput()
		if ran := bytes.Count(out, []byte("    --- PASS: ")); err != nil || ran != 9 {
			t.Errorf("%d tests pass: %v\n%s", ran, err, out)
		}
	})
}

func (u *engineUser) buildKitInContainer(t *testing.T) {
	u.leavesNothing(t)
	const name, image = "lab-buildkit", "moby/buildkit"
	u.docker(t, "rm", "--force", "--volumes", name) // of one that was killed
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(u.docker(t, "logs", name))
		}
		u.docker(t, "rm", "--force", "--volumes", name)
		u.docker(t, "rmi", image)
	})
	conf := filepath.Join(t.TempDir(), "buildkitd.toml")
	if err := os.WriteFile(conf, []byte(fmt.Sprintf("[worker.oci]\n  networkMode = \"host\"\n[registry.\"docker.io\"]\n  mirrors = [%q]\n[registry.%q]\n  http = true\n",
		current.Registry, current.Registry)), 0o644); err != nil {
		t.Fatal(err)
	}
	args := slices.Concat([]string{"run", "--detach", "--name=" + name, "--network=host", "--volume=" + conf + ":/etc/buildkit/buildkitd.toml:ro"},
		privileged(t), []string{image})
	if out, code := u.docker(t, args...); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	address := "docker-container://" + name
	u.awaitBuildKit(t, address)
	u.verifies(t, "all/user-by-variable", "killed → [0-9.]+s", "--buildkit", address)
}

// privileged returns the options of docker run that BuildKit needs in a container. --privileged fails
// on a machine that has not all rights itself, as a container or a sandbox.
func privileged(t *testing.T) []string {
	t.Helper()
	last, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err != nil {
		t.Fatal(err)
	}
	var n uint
	if _, err := fmt.Sscan(string(last), &n); err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("CapBnd:\t%016x\n", uint64(1)<<(n+1)-1)
	if strings.Contains(readProc(t, os.Getpid(), "status"), all) {
		return []string{"--privileged"}
	}
	return []string{
		"--cap-add=SYS_ADMIN", "--cap-add=NET_ADMIN", "--cap-add=SYS_PTRACE", "--device-cgroup-rule=a *:* rwm", "--volume=/sys/fs/cgroup:/sys/fs/cgroup",
		"--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined", "--security-opt=systempaths=unconfined",
	}
}

// awaitBuildKit returns when a BuildKit answers.
func (u *engineUser) awaitBuildKit(t *testing.T, address string) {
	t.Helper()
	t.Setenv("DOCKER_HOST", u.engine.Host()) // for docker exec, which leads there
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		c, err := client.New(ctx, address)
		if err == nil {
			_, err = c.Info(ctx)
			c.Close()
		}
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no BuildKit answers at %s: %v", address, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// images has dockmend look for a base image in the engine that no registry has. Its layers tell the
// account, and the engine's BuildKit builds from it.
func (u *engineUser) images(t *testing.T) {
	const from, image, container = "node:22-slim", "company/base:1", "lab-base"
	if out, code := u.docker(t, "pull", from); code != 0 { // others use it, too
		t.Fatalf("exit code %d: %s", code, out)
	}
	u.leavesNothing(t)
	t.Cleanup(func() {
		u.docker(t, "rm", "--force", container)
		u.docker(t, "rmi", image)
	})
	for _, args := range [][]string{
		{"run", "--name=" + container, "--network=none", from, "sh", "-c", "sed -i s/:1000/:1500/g /etc/passwd /etc/group"},
		{"commit", "--change=CMD [\"node\"]", container, image},
		{"rm", container},
	} {
		if out, code := u.docker(t, args...); code != 0 {
			t.Fatalf("docker %q: exit code %d: %s", args, code, out)
		}
	}
	dir := u.layOut(t, withoutRUN, []byte("FROM "+image+"\nWORKDIR /srv\nCOPY . .\nEXPOSE 3000\nCMD [\"node\", \"server.js\"]\n"))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{}, `container may run as root \(unchanged\): the base image company/base:1 is unknown: (.*\n)+1 file: 0 would change`},
		{[]string{"--source", "daemon"}, `node is 1500:1500 in company/base:1, its files say(.*\n)+\+USER node\n`},
		{[]string{"verify", "--source", "daemon", "--buildkit", proof.Engine}, `/Dockerfile +proved +0 → 1500 `},
	} {
		out, code := u.run(t, append(c.args, "--only", "nonroot-user", "--own", "nothing", dir)...)
		if code != 0 || !regexp.MustCompile(c.want).MatchString(out) {
			t.Errorf("%q: exit code %d, and there is no %q in\n%s", c.args, code, c.want, out)
		}
	}
}

// leavesNothing has the test fail if the engine does not have at its end what it has now. It is called
// before what cleans up.
func (u *engineUser) leavesNothing(t *testing.T) {
	t.Helper()
	had, err := u.engine.Holds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if has, err := u.engine.Holds(context.Background()); err != nil || has != had {
			t.Errorf("the engine has %+v, and had %+v (error %v)", has, had, err)
		}
	})
}

// verifies has dockmend prove a golden case of plain Node.js, hardened.
func (u *engineUser) verifies(t *testing.T, id, stop string, args ...string) {
	t.Helper()
	had, err := u.engine.Holds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, code := u.verify(t, id, args...)
	row := regexp.MustCompile(`(?m)^.*/Dockerfile +proved +0 → 1000 +14 → 0 +works +yes +` + stop + ` `)
	if code != 0 || !row.MatchString(out) {
		t.Errorf("exit code %d, and there is no line %q in\n%s", code, row, out)
	}
	if has, err := u.engine.Holds(t.Context()); err != nil || has != had {
		t.Errorf("it leaves %+v, of %+v (error %v)", has, had, err)
	}
}

// verify runs dockmend verify on a golden case.
func (u *engineUser) verify(t *testing.T, id string, args ...string) (out string, code int) {
	t.Helper()
	dir := filepath.Join(cases, filepath.FromSlash(id))
	promise, err := golden.ReadBuild(dir)
	if err != nil {
		t.Fatal(err)
	}
	project := u.layOut(t, id, readFile(t, dir, "Dockerfile"))
	return u.run(t, slices.Concat([]string{"verify", "--ready", promise.Ready, "--stop-timeout", "2s"}, options(t, dir), args, []string{project})...)
}

// layOut makes a directory of the context of a golden case, with a Dockerfile.
func (u *engineUser) layOut(t *testing.T, id string, dockerfile []byte) string {
	t.Helper()
	dir := filepath.Join(cases, filepath.FromSlash(id))
	promise, err := golden.ReadBuild(dir)
	if err != nil {
		t.Fatal(err)
	}
	project := layOut(t, dir, promise)
	if err := os.WriteFile(filepath.Join(project, "Dockerfile"), dockerfile, 0o644); err != nil {
		t.Fatal(err)
	}
	return project
}

// run runs dockmend.
func (u *engineUser) run(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	return command(t, u.engine, exec.Command(u.dockmend, slices.Concat(args, mirrors(current), []string{"--cache-dir", t.TempDir()})...))
}

// docker runs a command of Docker.
func (u *engineUser) docker(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	return command(t, u.engine, exec.Command("docker", args...))
}

// command runs a command that may use the engine, and returns all that it prints.
func command(t *testing.T, e *lab.Engine, cmd *exec.Cmd) (out string, code int) {
	t.Helper()
	var err error
	if cmd.Env, err = e.Environment(); err != nil {
		t.Fatal(err)
	}
	text, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}
