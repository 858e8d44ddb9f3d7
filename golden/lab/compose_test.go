package lab_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/golden/lab"
)

// TestCompose has Docker Compose and a Docker Engine build and run the golden cases that have an
// up.json. What that promises is seen from outside, in what the kernel says of the processes:
// nothing in the containers takes part in it. Of what is not hardened it is not seen. The smoke test
// that dockmend prints for a project sees the same.
func TestCompose(t *testing.T) {
	engine := startEngine(t)
	dockmend := program(t, "../..", "./cmd/dockmend")
	dirs, err := golden.Cases(cases, "up.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) == 0 {
		t.Fatal("no golden case has an up.json")
	}
	own := filepath.Join(cases, "lab", "testdata", "hardened")
	for _, dir := range append(dirs, own) {
		t.Run(caseID(dir), func(t *testing.T) {
			p := bringUp(t, engine, dir, true)
			for name, want := range p.promise.Services {
				for _, lack := range p.look(t, name, want) {
					t.Errorf("%s: %s", name, lack)
				}
			}
			if out, code := p.run(t, p.smokeTest(t, dockmend), "--seccomp"); code != 0 {
				t.Errorf("the smoke test fails, with exit code %d:\n%s", code, out)
			}
			for name := range p.promise.Services {
				p.stop(t, name)
			}
		})
	}
	t.Run("not hardened", func(t *testing.T) {
		p := bringUp(t, engine, own, false)
		lacks := p.look(t, "app", p.promise.Services["app"])
		want := []string{"Uid is 0 0 0 0", "Gid is 0 0 0 0", "CapEff", "CapBnd", "NoNewPrivs is 0", "root file system is rw"}
		if !slices.EqualFunc(lacks, want, strings.Contains) {
			t.Errorf("%q is seen of it", lacks)
		}
		hardened := &project{dir: layOutProject(t, own, p.promise, true)}
		out, code := p.run(t, hardened.smokeTest(t, dockmend))
		if failed := failedChecks(out, "app"); code != 1 || !slices.Equal(failed, []string{"user", "group", "capabilities", "no-new-privileges", "root file system", "writable mounts"}) {
			t.Errorf("the smoke test of a hardened one ends with exit code %d, and says that %q fail:\n%s", code, failed, out)
		}
	})
	t.Run("single lacks", func(t *testing.T) {
		p := bringUp(t, engine, own, true)
		p.singleLacks(t, p.smokeTest(t, dockmend))
	})
}

func startEngine(t *testing.T) *lab.Engine {
	t.Helper()
	dir, err := lab.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	e, err := lab.StartEngine(t.Context(), dir, current.Registry)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// project is a Compose project that is up.
type project struct {
	engine  *lab.Engine
	dir     string
	promise *golden.Up
}

// bringUp builds and starts the services of a case, as they are before or after.
func bringUp(t *testing.T, e *lab.Engine, dir string, after bool) *project {
	t.Helper()
	promise, err := golden.ReadUp(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := &project{e, layOutProject(t, dir, promise, after), promise}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.compose(context.Background(), t, "logs"))
		}
		p.compose(context.Background(), t, "down", "--volumes", "--remove-orphans", "--rmi=all", "--timeout=1")
	})
	p.compose(t.Context(), t, "--file="+p.withNetwork(t), "build")
	p.compose(t.Context(), t, "up", "--detach", "--no-build", "--wait", "--wait-timeout=60")
	return p
}

// layOutProject makes a directory of a case's project: of a repository that is repaired as a whole,
// or of the build context with the Compose file in it. That is also called context, for files that
// name it so.
func layOutProject(t *testing.T, dir string, promise *golden.Up, after bool) string {
	t.Helper()
	whole, file := "repository", "compose.yaml"
	if after {
		whole, file = "want", "want.compose.yaml"
	}
	text := readFile(t, dir, file)
	if text == nil {
		project := t.TempDir()
		if err := os.CopyFS(project, os.DirFS(filepath.Join(dir, whole))); err != nil {
			t.Fatal(err)
		}
		return project
	}
	project := layOut(t, dir, &golden.Build{App: promise.App})
	if err := os.Symlink(".", filepath.Join(project, "context")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(project, "compose.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return project
}

// compose runs a command of Docker Compose.
func (p *project) compose(ctx context.Context, t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	out, err := p.engine.Compose(ctx, p.dir, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withNetwork returns the project as one Compose file, whose builds have the network of the host:
// there is no other one.
func (p *project) withNetwork(t *testing.T) string {
	t.Helper()
	var config map[string]any
	if err := json.Unmarshal([]byte(p.compose(t.Context(), t, "config", "--format=json")), &config); err != nil {
		t.Fatal(err)
	}
	for _, service := range config["services"].(map[string]any) {
		if build, ok := service.(map[string]any)["build"].(map[string]any); ok {
			build["network"] = "host"
		}
	}
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "compose.json")
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// container returns what the engine says of a service's container, stopped or not.
func (p *project) container(t *testing.T, service string) *lab.Container {
	t.Helper()
	id := strings.TrimSpace(p.compose(t.Context(), t, "ps", "--all", "--quiet", service))
	c, err := p.engine.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// look returns what a service lacks of what must be seen of it.
func (p *project) look(t *testing.T, service string, want golden.Service) (lacks []string) {
	t.Helper()
	c := p.container(t, service)
	if !c.State.Running {
		return []string{"it does not run"}
	}
	for _, pid := range withChildren(t, c.State.Pid) {
		lacks = append(lacks, unhardened(t, pid, want)...)
	}
	if want.Port != 0 {
		if err := answers(t.Context(), c, want.Port); err != nil {
			lacks = append(lacks, err.Error())
		}
	}
	return lacks
}

// withChildren returns a process and those that it started: an init has its process as a child.
func withChildren(t *testing.T, pid int) []int {
	t.Helper()
	all := []int{pid}
	for _, word := range strings.Fields(readProc(t, pid, fmt.Sprintf("task/%d/children", pid))) {
		child, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, withChildren(t, child)...)
	}
	return all
}

// unhardened returns what a process lacks of what must be seen of it.
func unhardened(t *testing.T, pid int, want golden.Service) (lacks []string) {
	t.Helper()
	const none = "0000000000000000"
	uid, gid, _ := strings.Cut(want.User, ":")
	status := map[string]string{}
	for line := range strings.Lines(readProc(t, pid, "status")) {
		key, value, _ := strings.Cut(line, ":")
		status[key] = strings.Join(strings.Fields(value), " ")
	}
	for _, c := range []struct{ key, value string }{
		{"Uid", strings.Join([]string{uid, uid, uid, uid}, " ")}, // real, effective, saved, of files
		{"Gid", strings.Join([]string{gid, gid, gid, gid}, " ")},
		{"CapEff", none}, {"CapBnd", none}, {"NoNewPrivs", "1"}, {"Seccomp", "2"},
	} {
		if status[c.key] != c.value {
			lacks = append(lacks, fmt.Sprintf("%s: %s is %s, and not %s", status["Name"], c.key, status[c.key], c.value))
		}
	}
	mode := "rw"
	if want.ReadOnly {
		mode = "ro"
	}
	for line := range strings.Lines(readProc(t, pid, "mountinfo")) {
		if f := strings.Fields(line); f[4] == "/" && !strings.HasPrefix(f[5]+",", mode+",") {
			lacks = append(lacks, fmt.Sprintf("%s: the root file system is %s", status["Name"], f[5]))
		}
	}
	return lacks
}

func readProc(t *testing.T, pid int, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// answers returns nil when something answers HTTP requests at the port of a container, which is
// at its own address, or at the host's.
func answers(ctx context.Context, c *lab.Container, port int) error {
	host := "127.0.0.1"
	for _, n := range c.NetworkSettings.Networks {
		if n.IPAddress != "" {
			host = n.IPAddress
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, strconv.Itoa(port))+"/", nil)
	if err != nil {
		return err
	}
	direct := &http.Transport{DisableKeepAlives: true} // not by a proxy
	for {
		a, err := direct.RoundTrip(r)
		if err == nil {
			return a.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("port %d of %s does not answer", port, host)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop has a service end in order: on SIGTERM, and before it is killed.
func (p *project) stop(t *testing.T, service string) {
	t.Helper()
	began := time.Now()
	p.compose(t.Context(), t, "stop", service)
	took := time.Since(began)
	if code := p.container(t, service).State.ExitCode; code == 137 || took > 10*time.Second {
		t.Errorf("%s: it took %v to stop, with exit code %d", service, took, code)
	}
	t.Logf("%s stopped in %.2fs", service, took.Seconds())
}
