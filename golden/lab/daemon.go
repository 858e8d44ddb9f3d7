package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/moby/buildkit/client"
)

// mirrored are the registries that the lab replaces.
var mirrored = []string{"docker.io", "gcr.io", "cgr.dev"}

// tool builds a command that go.mod names as a tool, once per version, and returns its
// path. It is static, so that it can also be an image by itself.
func (s *store) tool(ctx context.Context, pkg string) (string, error) {
	version, err := output(ctx, "go", "list", "-m", "-f", "{{.Version}}", "github.com/moby/buildkit")
	if err != nil {
		return "", err
	}
	name := filepath.Join(s.dir, "bin", filepath.Base(pkg)+"-"+strings.TrimSpace(version))
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", name, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return name, runQuiet(cmd)
}

// daemon is a child process.
type daemon struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// spawn starts a process that ends with this one, in any case. The kernel ties it to
// the thread that started it, so that thread does nothing else.
func spawn(cmd *exec.Cmd) (*daemon, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	d := &daemon{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer close(d.ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	return d, <-started
}

// stop ends it as its supervisor would: by a signal, then by killing it.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(15 * time.Second):
		_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL)
		<-d.ended
	}
}

// buildkitd starts BuildKit and returns when it answers.
func (s *store) buildkitd(ctx context.Context, binary, registry string) (*daemon, string, error) {
	addr := "unix://" + filepath.Join(s.dir, "buildkitd.sock")
	conf := filepath.Join(s.dir, "buildkitd.toml")
	if err := os.WriteFile(conf, buildkitdConfig(filepath.Join(s.dir, "buildkit"), addr, registry), 0o644); err != nil {
		return nil, "", err
	}
	log, err := os.Create(filepath.Join(s.dir, "buildkitd.log"))
	if err != nil {
		return nil, "", err
	}
	defer log.Close()
	// Not bound to ctx, which ends when the lab is up.
	cmd := exec.Command(binary, "--config", conf)
	cmd.Stdout, cmd.Stderr = log, log
	d, err := spawn(cmd)
	if err != nil {
		return nil, "", err
	}
	if err := d.answers(ctx, addr); err != nil {
		d.stop()
		said, _ := os.ReadFile(log.Name())
		return nil, "", fmt.Errorf("buildkitd: %w\n%s", err, tail(string(said), 20))
	}
	return d, addr, nil
}

func buildkitdConfig(root, addr, registry string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "root = %q\n[grpc]\n  address = [%q]\n", root, addr)
	b.WriteString("[worker.containerd]\n  enabled = false\n")
	// The network of the host: builds reach what this machine reaches.
	b.WriteString("[worker.oci]\n  enabled = true\n  networkMode = \"host\"\n")
	// Every run of the tests leaves gigabytes, and the lab lasts.
	b.WriteString("  maxUsedSpace = \"16GB\"\n")
	for _, host := range mirrored {
		fmt.Fprintf(&b, "[registry.%q]\n  mirrors = [%q]\n", host, registry)
	}
	fmt.Fprintf(&b, "[registry.%q]\n  http = true\n", registry)
	return b.Bytes()
}

// answers returns nil if BuildKit answers at addr.
func (d *daemon) answers(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		c, err := client.New(ctx, addr)
		if err != nil {
			return err
		}
		_, err = c.Info(ctx)
		c.Close()
		if err == nil {
			return nil
		}
		select {
		case <-d.ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// listen uses addr if it is free, and any port of loopback if it is not.
func listen(addr string) (net.Listener, error) {
	if l, err := net.Listen("tcp", addr); addr != "" && err == nil {
		return l, nil
	}
	return net.Listen("tcp", "127.0.0.1:0")
}
