// Package lab tests dockmend's answers: with a BuildKit, and a registry on loopback
// that replaces the public ones, with base images in the form of the official ones;
// with a Docker Engine, and with a kube-apiserver. All of it is made on the machine, from
// Debian's packages, the npm registry and Go modules.
//
// It is a module of its own, so that the dependencies of BuildKit's daemon stay out of
// dockmend's go.mod.
package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Lab is a running BuildKit with its registry.
type Lab struct {
	Buildkit string // its address, as in BUILDKIT_HOST
	Registry string // host:port, which replaces the registries in Mirrored
	Mirrored []string
	PID      int // the process that runs them

	store  *store
	lock   *os.File
	daemon *daemon
	server *http.Server
}

// DefaultDir returns the directory where a lab keeps what it made, by default.
func DefaultDir() (string, error) {
	if dir := os.Getenv("DOCKMEND_LAB"); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "dockmend-lab"), err
}

// ErrNotRunning is returned by Connect if there is no lab.
var ErrNotRunning = errors.New("no lab is running")

// Connect returns the lab that runs with the contents of dir.
func Connect(dir string) (*Lab, error) {
	data, err := os.ReadFile(filepath.Join(dir, "lab.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	l := new(Lab)
	if err := json.Unmarshal(data, l); err != nil {
		return nil, err
	}
	if lock, err := takeLock(dir, "lock"); err == nil { // it ended without a word
		lock.Close()
		return nil, ErrNotRunning
	}
	return l, nil
}

// Start starts a lab with the contents of dir and adds what is missing. The registry
// listens at registry if it can. say is called with the progress, a line
// each. Close ends the lab.
func Start(ctx context.Context, dir, registry string, say func(string)) (_ *Lab, err error) {
	if err := Missing(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l := &Lab{Mirrored: mirrored, PID: os.Getpid()}
	defer func() {
		if err != nil {
			l.Close()
		}
	}()
	if l.lock, err = takeLock(dir, "lock"); err != nil {
		return nil, fmt.Errorf("a lab runs in %s already: %w", dir, err)
	}
	if l.store, err = openStore(dir); err != nil {
		return nil, err
	}
	listener, err := listen(registry)
	if err != nil {
		return nil, err
	}
	l.Registry = listener.Addr().String()
	l.server = &http.Server{Handler: l.store.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = l.server.Serve(listener) }()
	m := &maker{store: l.store, registry: l.Registry, say: say}
	if err := m.everything(ctx, func(binary string) (addr string, err error) {
		l.daemon, l.Buildkit, err = l.store.buildkitd(ctx, binary, l.Registry)
		return l.Buildkit, err
	}); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return nil, err
	}
	return l, os.WriteFile(filepath.Join(dir, "lab.json"), data, 0o644)
}

// takeLock fails if another process has the lock.
func takeLock(dir, name string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close ends what Start started. What it made stays in its directory.
func (l *Lab) Close() {
	if l.daemon != nil {
		l.daemon.stop()
	}
	if l.server != nil {
		_ = l.server.Close()
	}
	if l.lock != nil {
		_ = os.Remove(filepath.Join(l.store.dir, "lab.json"))
		l.lock.Close()
	}
}
