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
	"syscall"
	"time"

	"github.com/moby/buildkit/client"
)

// mirrored are the registries that the lab replaces.
var mirrored = []string{"docker.io", "gcr.io", "cgr.dev"}

// daemon is a child process.
type daemon struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// spawn starts a process that ends with this one, in any case. The kernel ties it to
// the thread that started it, so that thread does nothing else.
func spawn(cmd *exec.Cmd) (*daemon, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGTERM
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

// serve starts a process, whose output becomes the file log, and returns when ready
// returns nil.
func serve(ctx context.Context, cmd *exec.Cmd, log string, ready func(context.Context) error) (*daemon, error) {
	f, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	cmd.Stdout, cmd.Stderr = f, f
	d, err := spawn(cmd)
	if err != nil {
		return nil, err
	}
	if err := d.await(ctx, ready); err != nil {
		d.stop()
		said, _ := os.ReadFile(log)
		return nil, fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, tail(string(said), 20))
	}
	return d, nil
}

// await returns nil when ready does.
func (d *daemon) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := ready(ctx)
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

// buildkitd starts BuildKit and returns when it answers.
func (s *store) buildkitd(ctx context.Context, binary, registry string) (*daemon, string, error) {
	addr := "unix://" + filepath.Join(s.dir, "buildkitd.sock")
	conf := filepath.Join(s.dir, "buildkitd.toml")
	if err := os.WriteFile(conf, buildkitdConfig(filepath.Join(s.dir, "buildkit"), addr, registry), 0o644); err != nil {
		return nil, "", err
	}
	// Not bound to ctx, which ends when the lab is up.
	d, err := serve(ctx, exec.Command(binary, "--config", conf), filepath.Join(s.dir, "buildkitd.log"), func(ctx context.Context) error {
		c, err := client.New(ctx, addr)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.Info(ctx)
		return err
	})
	return d, addr, err
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

// listen uses addr if it is free, and any port of loopback if it is not.
func listen(addr string) (net.Listener, error) {
	if l, err := net.Listen("tcp", addr); addr != "" && err == nil {
		return l, nil
	}
	return net.Listen("tcp", "127.0.0.1:0")
}
