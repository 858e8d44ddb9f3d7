package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Engine is a Docker Engine with Docker Compose. It shares nothing with one that the machine
// runs, a key in /etc/docker aside, which old versions make where it is missing. It changes
// nothing of the machine's network but for what a project has while it is up.
type Engine struct {
	home    string // with all that it writes
	compose string // the program
	daemon  *daemon
	lock    *os.File
}

// StartEngine starts a Docker Engine in the directory dir of a lab, whose registry replaces
// docker.io. Close ends it.
func StartEngine(ctx context.Context, dir, registry string) (_ *Engine, err error) {
	if err := Missing(); err != nil {
		return nil, err
	}
	e := &Engine{home: filepath.Join(dir, "engine")}
	if e.lock, err = takeLock(dir, "engine.lock"); err != nil {
		return nil, fmt.Errorf("a Docker Engine runs in %s already: %w", e.home, err)
	}
	defer func() {
		if err != nil {
			e.Close()
		}
	}()
	if e.compose, err = dockerCompose.build(ctx, dir); err != nil {
		return nil, err
	}
	conf, err := e.configure(registry)
	if err != nil {
		return nil, err
	}
	if err := e.start(ctx, conf, filepath.Join(dir, "dockerd.log")); err != nil {
		return nil, err
	}
	// What one that was killed left: this one has its data.
	_, err = e.Compose(ctx, e.home, "down", "--volumes", "--remove-orphans")
	return e, err
}

// configure writes dockerd's configuration, which replaces the machine's, and returns its path.
// There is no default network and no rule of a firewall: projects have networks of their own, and
// builds that of the host.
func (e *Engine) configure(registry string) (string, error) {
	pid := filepath.Join(e.home, "pid")
	data, err := json.Marshal(map[string]any{
		"data-root": filepath.Join(e.home, "data"),
		"exec-root": filepath.Join(e.home, "exec"),
		"pidfile":   pid,
		"hosts":     []string{e.Host()},

		"registry-mirrors": []string{"http://" + registry},

		"bridge": "none", "iptables": false, "ip6tables": false, "ip-forward": false,

		"builder": map[string]any{"gc": map[string]any{"enabled": true, "defaultKeepStorage": "4GB"}},
	})
	if err != nil {
		return "", err
	}
	// One that was killed left its pidfile, and another process may have the number.
	if err := errors.Join(os.MkdirAll(e.home, 0o755), os.RemoveAll(pid)); err != nil {
		return "", err
	}
	file := filepath.Join(e.home, "daemon.json")
	return file, os.WriteFile(file, data, 0o644)
}

// start starts dockerd and returns when it answers.
func (e *Engine) start(ctx context.Context, conf, log string) (err error) {
	// The namespaces are for a containerd of the machine, which it would use. In the file, the
	// name of the second depends on dockerd's version.
	cmd := exec.Command("dockerd", "--config-file", conf,
		"--containerd-namespace=dockmend-lab", "--containerd-plugins-namespace=dockmend-lab-plugins")
	// What it mounts is gone when it is.
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	e.daemon, err = serve(ctx, cmd, log, func(ctx context.Context) error {
		return e.get(ctx, "/info", new(struct{}))
	})
	return err
}

// Host returns the engine's address, as in DOCKER_HOST.
func (e *Engine) Host() string { return "unix://" + e.socket() }

func (e *Engine) socket() string { return filepath.Join(e.home, "docker.sock") }

// Close ends the engine. The images stay in its directory.
func (e *Engine) Close() {
	if e.daemon != nil {
		e.daemon.stop()
	}
	e.lock.Close()
}

// Compose runs a command of Docker Compose in the directory of a project, and returns what it
// prints. It knows nothing of the environment.
func (e *Engine) Compose(ctx context.Context, project string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, e.compose, append([]string{"--project-name", projectName}, args...)...)
	cmd.Dir = project
	cmd.Env = e.environment()
	var out bytes.Buffer
	cmd.Stdout = &out
	err := runQuiet(cmd)
	return out.String(), err
}

// Environment returns that of commands which use the engine by docker and docker compose: in a
// project, as Compose does.
func (e *Engine) Environment() ([]string, error) {
	plugin := filepath.Join(e.home, "cli-plugins", "docker-compose")
	if err := errors.Join(os.MkdirAll(filepath.Dir(plugin), 0o755), os.RemoveAll(plugin), os.Symlink(e.compose, plugin)); err != nil {
		return nil, err
	}
	return append(e.environment(), "COMPOSE_PROJECT_NAME="+projectName), nil
}

func (e *Engine) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.home, "DOCKER_CONFIG=" + e.home, "DOCKER_HOST=" + e.Host()}
}

// projectName is the name of each project of Compose: there is one at a time.
const projectName = "lab"

// Container is what the engine says of a container.
type Container struct {
	State struct {
		Pid, ExitCode int
		Running       bool
	}
	NetworkSettings struct {
		Networks map[string]struct{ IPAddress string }
	}
}

// Inspect returns what the engine says of the container with that ID.
func (e *Engine) Inspect(ctx context.Context, id string) (*Container, error) {
	c := new(Container)
	return c, e.get(ctx, "/containers/"+id+"/json", c)
}

// Holdings are how many there are of what an engine keeps, and of the containers that its BuildKit
// runs.
type Holdings struct{ Containers, Images, Volumes, OfBuildKit int }

// Holds returns what the engine has: containers that have ended and images without a name count.
func (e *Engine) Holds(ctx context.Context) (Holdings, error) {
	bundles, _ := filepath.Glob(filepath.Join(e.home, "data", "buildkit", "executor", "*", "config.json"))
	var containers, images []struct{}
	var volumes struct{ Volumes []struct{} }
	err := errors.Join(e.get(ctx, "/containers/json?all=1", &containers), e.get(ctx, "/images/json?all=1", &images), e.get(ctx, "/volumes", &volumes))
	return Holdings{len(containers), len(images), len(volumes.Volumes), len(bundles)}, err
}

// get decodes an answer of the engine's API.
func (e *Engine) get(ctx context.Context, path string, into any) error {
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", e.socket())
		},
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker"+path, nil)
	if err != nil {
		return err
	}
	a, err := client.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, a.Status)
	}
	return json.NewDecoder(a.Body).Decode(into)
}
