package lab_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/smoke"
)

// bundle is what a container of runc differs in from a hardened one.
type bundle struct {
	user       string // "uid": 1000, "gid": 1000 by default
	capability string // of the bounding set
	newRights  bool   // no_new_privs is not set
	unfiltered bool   // there is no seccomp filter
	writable   bool   // the root file system is
	mount      string // a further one, that can be written
	args       string // of PID 1
	asked      string // the checks, hardenedChecks by default
	lack, seen string // the check that must fail, and what it says; "" for none
}

const hardenedChecks = "--user 1000:1000 --read-only --writable /tmp --cap-drop ALL --no-new-privileges --seccomp --no-engine-socket"

// TestSmoke runs the smoke test's script on containers of runc, as the host's kernel shows them. In
// each there is one program alone, and no shell. The hardened one passes, and each that lacks one
// thing fails, for that alone.
func TestSmoke(t *testing.T) {
	waiter := program(t, ".", "./testdata/waiter")
	script := filepath.Join(t.TempDir(), "smoke.sh")
	if err := os.WriteFile(script, []byte(smoke.Script(nil)), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]bundle{
		"hardened":        {},
		"an init":         {args: `"/waiter", "/waiter"`},
		"root":            {user: `"uid": 0, "gid": 1000`, lack: "user"},
		"the root group":  {user: `"uid": 1000, "gid": 0`, lack: "group"},
		"a group of root": {user: `"uid": 1000, "gid": 1000, "additionalGids": [0]`, lack: "group"},
		"a capability":    {capability: `"CAP_NET_BIND_SERVICE"`, lack: "capabilities"},
		"an added one":    {capability: `"CAP_NET_BIND_SERVICE"`, asked: hardenedChecks + " --cap-add NET_BIND_SERVICE"},
		"new privileges":  {newRights: true, lack: "no-new-privileges"},
		"no filter":       {unfiltered: true, lack: "seccomp"},
		"a writable root": {writable: true, lack: "root file system"},
		"a mount":         {mount: "/data", lack: "writable mounts"},
		"a listed mount":  {mount: "/data", asked: hardenedChecks + " --writable /data"},
		"a socket":        {mount: "/run/docker.sock", asked: "--no-engine-socket", lack: "engine socket"},
		"a child that is root under an init": {args: `"/waiter", "/setuid"`, newRights: true, asked: strings.Replace(hardenedChecks, " --no-new-privileges", "", 1),
			lack: "user", seen: "seen 1000 0 0 0 (real, effective, saved, of files) in setuid (PID "},
	} {
		t.Run(name, func(t *testing.T) {
			pid := start(t, waiter, b)
			if b.asked == "" {
				b.asked = hardenedChecks
			}
			cmd := exec.Command("sh", append([]string{script, "--pid", pid}, strings.Fields(b.asked)...)...)
			out, err := cmd.CombinedOutput()
			if err != nil && cmd.ProcessState == nil {
				t.Fatal(err)
			}
			checkLack(t, string(out), "PID "+pid, cmd.ProcessState.ExitCode(), b.lack)
			if !strings.Contains(string(out), b.seen) {
				t.Errorf("it does not say %q:\n%s", b.seen, out)
			}
		})
	}
}

// start starts a container and returns the PID of its first process, when all of them run.
func start(t *testing.T, waiter string, b bundle) (pid string) {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "rootfs")
	text, err := os.ReadFile(waiter)
	err = errors.Join(err, os.Mkdir(root, 0o755), os.WriteFile(filepath.Join(root, "waiter"), text, 0o755),
		os.WriteFile(filepath.Join(root, "setuid"), text, 0o755), os.Chmod(filepath.Join(root, "setuid"), 0o755|os.ModeSetuid))
	for _, d := range []string{"proc", "tmp", "data", "run"} {
		err = errors.Join(err, os.Mkdir(filepath.Join(root, d), 0o755))
	}
	err = errors.Join(err, os.WriteFile(filepath.Join(root, "run", "docker.sock"), nil, 0o644), os.WriteFile(filepath.Join(dir, "config.json"), b.config(t), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	state, pidFile := filepath.Join(dir, "state"), filepath.Join(dir, "pid")
	id := strings.ReplaceAll(strings.Trim(dir, "/"), "/", "-") // which no other container of the machine has
	said, stdout, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	run := exec.Command("runc", "--root", state, "run", "--detach", "--bundle", dir, "--pid-file", pidFile, id)
	run.Stdout, run.Stderr = stdout, stdout
	t.Cleanup(func() {
		if out, err := exec.Command("runc", "--root", state, "delete", "--force", id).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	err = run.Run()
	stdout.Close()
	line, _ := bufio.NewReader(said).ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("it does not start: %v: %s", err, line)
	}
	number, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(number)
}

// config returns the container's configuration (OCI runtime specification).
func (b bundle) config(t *testing.T) []byte {
	t.Helper()
	if b.user == "" {
		b.user = `"uid": 1000, "gid": 1000`
	}
	if b.args == "" {
		b.args = `"/waiter"`
	}
	type object = map[string]any
	mounts := []object{
		{"destination": "/proc", "type": "proc", "source": "proc"},
		{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": []string{"nosuid", "nodev", "noexec"}},
	}
	if b.mount != "" {
		source := filepath.Join(t.TempDir(), filepath.Base(b.mount))
		if err := os.WriteFile(source, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if b.mount == "/data" {
			source = filepath.Dir(source)
		}
		mounts = append(mounts, object{"destination": b.mount, "type": "bind", "source": source, "options": []string{"bind", "rw"}})
	}
	linux := object{"namespaces": []object{{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}, {"type": "network"}}}
	if !b.unfiltered {
		linux["seccomp"] = object{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []object{{"names": []string{"acct"}, "action": "SCMP_ACT_ERRNO"}}}
	}
	text, err := json.Marshal(object{
		"ociVersion": "1.0.2",
		"root":       object{"path": "rootfs", "readonly": !b.writable},
		"process": object{
			"args": json.RawMessage("[" + b.args + "]"), "cwd": "/", "noNewPrivileges": !b.newRights, "user": json.RawMessage("{" + b.user + "}"),
			"capabilities": object{"bounding": json.RawMessage("[" + b.capability + "]")},
		},
		"mounts": mounts, "linux": linux,
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// failedChecks returns the checks of a container that fail, by what the script prints.
func failedChecks(out, container string) (list []string) {
	for line := range strings.Lines(out) {
		if said, ok := strings.CutPrefix(line, "FAIL  "+container+": "); ok {
			check, _, _ := strings.Cut(said, ": ")
			list = append(list, check)
		}
	}
	return list
}

// checkLack fails unless exactly one check of a container does, or none for "".
func checkLack(t *testing.T, out, container string, code int, lack string) {
	t.Helper()
	var want []string
	wantCode := 0
	if lack != "" {
		want, wantCode = []string{lack}, 1
	}
	if failed := failedChecks(out, container); code != wantCode || !slices.Equal(failed, want) {
		t.Errorf("exit code %d, and %q fail:\n%s", code, failed, out)
	}
}

// smokeTest writes the script that dockmend prints for the project, and returns its path.
func (p *project) smokeTest(t *testing.T, dockmend string) string {
	t.Helper()
	cmd := exec.Command(dockmend, "smoke", "--offline", "--no-cache")
	cmd.Dir = p.dir
	script, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "smoke.sh")
	if err := os.WriteFile(name, script, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// run runs a script in the project, as a pipeline would.
func (p *project) run(t *testing.T, script string, args ...string) (out string, code int) {
	t.Helper()
	return p.command(t, "sh", append([]string{script}, args...)...)
}

// command runs a command that may use the engine, in the project.
func (p *project) command(t *testing.T, name string, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = p.dir
	return command(t, p.engine, cmd)
}

// singleLacks starts the image of the project's service with docker run, in a hardened container
// and in those that lack one thing, which the smoke test says of each.
func (p *project) singleLacks(t *testing.T, script string) {
	const image = "lab-app"
	hardened := []string{"--init", "--user=1000:1000", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges:true"}
	without := func(option string, others ...string) []string {
		return append(slices.DeleteFunc(slices.Clone(hardened), func(o string) bool { return strings.HasPrefix(o, option) }), others...)
	}
	for name, c := range map[string]struct {
		options []string
		lack    string
	}{
		"hardened":            {hardened, ""},
		"root":                {without("--user", "--user=0:1000"), "user"},
		"the root group":      {without("--user", "--user=1000:0"), "group"},
		"a group of root":     {without("-", append(hardened, "--group-add=0")...), "group"},
		"capabilities":        {without("--cap-drop"), "capabilities"},
		"one capability":      {without("-", append(hardened, "--cap-add=NET_RAW")...), "capabilities"},
		"new privileges":      {without("--security-opt"), "no-new-privileges"},
		"no filter":           {without("-", append(hardened, "--security-opt=seccomp=unconfined")...), "seccomp"},
		"a writable root":     {without("--read-only"), "root file system"},
		"a volume":            {without("-", append(hardened, "--volume=/data")...), "writable mounts"},
		"no tmpfs":            {without("--tmpfs"), "writable mounts"},
		"the engine's socket": {without("-", append(hardened, "--volume=/dev/null:/var/run/docker.sock:ro")...), "engine socket"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"run", "--detach", "--name=lab-smoke", "--network=none"}, append(c.options, image)...)
			if out, code := p.command(t, "docker", args...); code != 0 {
				t.Fatalf("exit code %d: %s", code, out)
			}
			t.Cleanup(func() { p.command(t, "docker", "rm", "--force", "--volumes", "lab-smoke") })
			asked := append([]string{"--container", "lab-smoke", "--wait", "0"}, strings.Fields(hardenedChecks)...)
			out, code := p.run(t, script, asked...)
			checkLack(t, out, "lab-smoke", code, c.lack)
			// From a container of the engine it sees the same, with no rights of its own.
			out, code = p.run(t, script, append(asked, "--from", image)...)
			checkLack(t, out, "lab-smoke", code, c.lack)
		})
	}
}
