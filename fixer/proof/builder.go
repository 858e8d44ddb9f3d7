package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/session"
)

// Helper is a program that is mounted into the containers and looks at them
// from inside: a static Linux program of the containers' architecture that
// hands the arguments behind Args to observer.Run.
type Helper struct {
	Path string // "" for none: what only it can see is then not observed
	Args []string
}

// Builder builds and runs Dockerfiles with a BuildKit daemon. It may be used
// concurrently.
type Builder struct {
	client  *client.Client
	helper  Helper
	session []session.Attachable
}

// Dial connects to the BuildKit at an address such as unix:///run/buildkit/buildkitd.sock
// and makes sure that it answers.
func Dial(ctx context.Context, address string, h Helper) (*Builder, error) {
	if h.Path != "" {
		path, err := filepath.Abs(h.Path)
		if err != nil {
			return nil, err
		}
		if h.Path = path; !isFile(path) {
			return nil, fmt.Errorf("the observer %s is no file", path)
		}
	}
	c, err := client.New(ctx, address)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := c.Info(wait); err != nil {
		return nil, errors.Join(fmt.Errorf("no BuildKit answers at %s: %w", address, err), c.Close())
	}
	return &Builder{client: c, helper: h}, nil
}

// Close ends the connection.
func (b *Builder) Close() error { return b.client.Close() }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
