package lab_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
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
			var lacks []string
			for line := range strings.Lines(string(out)) {
				if said, ok := strings.CutPrefix(line, "FAIL  PID "+pid+": "); ok {
					lacks = append(lacks, said)
				}
			}
			switch {
			case b.lack == "" && (err != nil || len(lacks) > 0):
				t.Errorf("it fails: %v\n%s", err, out)
			case b.lack != "" && (cmd.ProcessState.ExitCode() != 1 || len(lacks) != 1 || !strings.HasPrefix(lacks[0], b.lack+": ") || !strings.Contains(lacks[0], b.seen)):
				t.Errorf("it does not lack %s alone: %v\n%s", b.lack, err, out)
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
