package lab

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// program is a program that is made of Go modules, as go.mod in the folder from names them.
type program struct {
	name   string
	from   string
	module string // whose version is the program's
	pkg    string
}

var (
	buildkitd          = program{"buildkitd", ".", "github.com/moby/buildkit", "github.com/moby/buildkit/cmd/buildkitd"}
	buildctl           = program{"buildctl", ".", "github.com/moby/buildkit", "github.com/moby/buildkit/cmd/buildctl"}
	dockerfileFrontend = program{"dockerfile-frontend", ".", "github.com/moby/buildkit", "github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend"}

	// Modules of their own: they depend on other versions than BuildKit's daemon does.
	kubeAPIServer = program{"kube-apiserver", "programs/kube-apiserver", "k8s.io/kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver"}
	dockerCompose = program{"docker-compose", "programs/docker-compose", "github.com/docker/compose/v2", "github.com/docker/compose/v2/cmd"}
)

// build builds the program, once per version, and returns its path in the directory dir of a lab.
// It is static, so that it can also be an image by itself. Large ones take minutes, in which others
// can use the machine.
func (p program) build(ctx context.Context, dir string) (string, error) {
	version, err := output(ctx, "go", "-C", p.from, "list", "-m", "-f", "{{.Version}}", p.module)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "bin", p.name+"-"+strings.TrimSpace(version))
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	cmd := exec.CommandContext(ctx, "nice", "go", "-C", p.from, "build", "-trimpath", "-ldflags=-s -w", "-o", name+".tmp", p.pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := runQuiet(cmd); err != nil {
		return "", err
	}
	return name, os.Rename(name+".tmp", name)
}
