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
// runs, and changes nothing of the machine's network but for what a project has while it is up.
type Engine struct {
	home    string // with all that it writes
	compose string // the program
	daemon  *daemon
	lock    *os.File
}

// StartEngine starts a Docker Engine without any image in the directory dir of a lab, whose
// registry replaces docker.io. Close ends it.
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
			err = errors.Join(err, e.Close())
		}
	}()
	if e.compose, err = dockerCompose.build(ctx, dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(e.home, 0o755); err != nil {
		return nil, err
	}
	conf := filepath.Join(e.home, "daemon.json")
	if err := e.configure(conf, registry); err != nil {
		return nil, err
	}
	// The namespaces are for a containerd of the machine, which it would use. Of these two, the
	// versions of dockerd have different names in the file.
	cmd := exec.Command("dockerd", "--config-file", conf, "--containerd-namespace=dockmend-lab", "--containerd-plugins-namespace=dockmend-lab-plugins")
	// What it mounts is gone when it is.
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	e.daemon, err = serve(ctx, cmd, filepath.Join(dir, "dockerd.log"), func(ctx context.Context) error {
		return e.get(ctx, "/info", new(struct{}))
	})
	if err != nil {
		return nil, err
	}
	// Of one that was killed, this one has the data, and a network may be there still.
	_, err = e.Compose(ctx, e.home, "down", "--volumes", "--remove-orphans")
	return e, err
}

// configure writes dockerd's configuration, which replaces the machine's. There is no default
// network and no rule of a firewall: projects have networks of their own, and builds that of the
// host.
func (e *Engine) configure(file, registry string) error {
	data, err := json.Marshal(map[string]any{
		"data-root": filepath.Join(e.home, "data"),
		"exec-root": filepath.Join(e.home, "exec"),
		"pidfile":   filepath.Join(e.home, "pid"),
		"hosts":     []string{"unix://" + e.socket()},

		"registry-mirrors": []string{"http://" + registry},

		"bridge": "none", "iptables": false, "ip6tables": false, "ip-forward": false,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

func (e *Engine) socket() string { return filepath.Join(e.home, "docker.sock") }

// Close ends the engine and removes all that it made.
func (e *Engine) Close() error {
	if e.daemon != nil {
		e.daemon.stop()
	}
	return errors.Join(os.RemoveAll(e.home), e.lock.Close())
}

// Compose runs a command of Docker Compose in the directory of a project, and returns what it
// prints. It knows nothing of the environment.
func (e *Engine) Compose(ctx context.Context, project string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, e.compose, append([]string{"--project-name", "lab"}, args...)...)
	cmd.Dir = project
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.home, "DOCKER_CONFIG=" + e.home, "DOCKER_HOST=unix://" + e.socket()}
	var out bytes.Buffer
	cmd.Stdout = &out
	err := runQuiet(cmd)
	return out.String(), err
}

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
