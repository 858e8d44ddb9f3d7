package proof

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/docker/cli/cli/config"
	"github.com/moby/buildkit/client"

	// Connections to a BuildKit in a container, in a pod, or on another machine.
	_ "github.com/moby/buildkit/client/connhelper/dockercontainer"
	_ "github.com/moby/buildkit/client/connhelper/kubepod"
	_ "github.com/moby/buildkit/client/connhelper/nerdctlcontainer"
	_ "github.com/moby/buildkit/client/connhelper/podmancontainer"
	_ "github.com/moby/buildkit/client/connhelper/ssh"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
	docker "github.com/moby/moby/client"
)

// Engine is the address of the BuildKit inside the Docker engine in the environment.
const Engine = "docker"

// Builder builds and runs Dockerfiles with a BuildKit daemon. It is safe for
// concurrent use.
type Builder struct {
	client  *client.Client
	helper  *helper // nil when there is none
	session []session.Attachable
}

// dialTime is how long a BuildKit may take to answer at all. That includes starting a
// helper program that reaches it, such as kubectl.
const dialTime = 15 * time.Second

// Dial connects to the BuildKit at an address: those of buildctl, such as
// unix:///run/buildkit/buildkitd.sock or docker-container://NAME, or Engine. It
// makes sure that BuildKit answers there. Registries are accessed with the
// credentials of the docker configuration.
func Dial(ctx context.Context, address string, h Helper) (*Builder, error) {
	helper, err := h.load()
	if err != nil {
		return nil, err
	}
	c, err := connect(ctx, address)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	if _, err := c.ListWorkers(wait); err != nil {
		_ = c.Close() // the connection failed
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("no BuildKit answers at %s: %s", address, plain(err))
	}
	auth := authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: authprovider.LoadAuthConfig(config.LoadDefaultConfigFile(io.Discard)),
	})
	return &Builder{client: c, helper: helper, session: []session.Attachable{auth}}, nil
}

// plain returns the message of a gRPC error without gRPC's own words.
func plain(err error) string {
	text := firstLine(err.Error())
	if _, desc, ok := strings.Cut(text, `desc = "`); ok {
		text = strings.TrimSuffix(desc, `"`)
	}
	text = strings.TrimPrefix(text, "transport: Error while dialing: ")
	return strings.TrimPrefix(text, "error reading server preface: ")
}

// connect returns a client. An engine's own BuildKit is reached through the
// engine's API.
func connect(ctx context.Context, address string) (*client.Client, error) {
	if address != Engine {
		return client.New(ctx, address)
	}
	c, err := docker.New(docker.FromEnv)
	if err != nil {
		return nil, err
	}
	return client.New(ctx, "",
		client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return c.DialHijack(ctx, "/grpc", "h2c", nil)
		}),
		client.WithSessionDialer(func(ctx context.Context, proto string, meta map[string][]string) (net.Conn, error) {
			return c.DialHijack(ctx, "/session", proto, meta)
		}))
}

// Close ends the connection.
func (b *Builder) Close() error { return b.client.Close() }

// Find returns the address of a usable BuildKit on this machine, "" if
// there is none: that of a daemon, else that of a Docker engine.
func Find() string {
	if runtime.GOOS == "linux" {
		sockets := []string{"/run/buildkit/buildkitd.sock"}
		if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
			sockets = append(sockets, filepath.Join(dir, "buildkit", "buildkitd.sock"))
		}
		for _, socket := range sockets {
			if isSocket(socket) {
				return "unix://" + socket
			}
		}
	}
	if os.Getenv("DOCKER_HOST") != "" || isSocket("/var/run/docker.sock") {
		return Engine
	}
	return ""
}

func isSocket(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeSocket != 0
}
