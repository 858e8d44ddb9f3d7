package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/proof"
)

// proofFlags configure proofs.
type proofFlags struct {
	BuildKit string        `name:"buildkit" env:"BUILDKIT_HOST" placeholder:"ADDRESS" help:"The BuildKit that builds and runs: unix:///run/buildkit/buildkitd.sock, tcp://HOST:PORT, docker-container://NAME and the like, or docker for the one inside the Docker engine. Default: what is found on this machine."`
	Ready    string        `placeholder:"CONDITION" xor:"ready" help:"When a command counts as started: tcp:PORT, http://:PORT/PATH, log:REGEXP, for:DURATION. Default: that it listens on a port that is EXPOSEd, else that it stays up for 3s."`
	For      time.Duration `placeholder:"DURATION" xor:"ready" help:"The same as --ready for:DURATION."`

	Request []string `placeholder:"PAGE" sep:"none" help:"Also request this page of a command that is ready, as in /health or :8080/health; what it writes then is observed."`
	Record  string   `placeholder:"FILE" predictor:"path" help:"Write what was observed into this file, for --observed: of each image as it is and as the services of Compose files start it."`

	BuildTimeout time.Duration `default:"15m" help:"The longest time for one build."`
	ReadyTimeout time.Duration `default:"30s" help:"The longest time to wait for a command to be ready."`
	StopTimeout  time.Duration `default:"10s" help:"The time after the signal to stop in which a command has to end."`
	Network      bool          `help:"Run commands in the network that the builder gives to RUN. Default: each in its own network, with no other container."`
	WithCompose  bool          `help:"Start what a service of a Compose file depends on (depends_on, links) before the service, from its image: each in a container of its own, all in the network that the builder gives to RUN, one such service at a time. Where that is the machine's own network, their ports are the machine's."`
	Jobs         int           `short:"j" default:"2" placeholder:"N" help:"How many Dockerfiles are proved at a time. Default: 2."`
	Observer     string        `placeholder:"FILE" predictor:"path" help:"A dockmend for Linux and the containers' architecture, which looks at them from inside. Default: this program."`
}

// spec returns the settings of each proof.
func (f *proofFlags) spec() (s proof.Spec, err error) {
	s = proof.Spec{
		BuildTimeout: f.BuildTimeout, ReadyTimeout: f.ReadyTimeout, StopTimeout: f.StopTimeout, Network: f.Network, Hardened: true, Requests: f.Request,
	}
	if err := checkRequests(f.Request); err != nil {
		return s, err
	}
	for _, d := range []struct {
		flag string
		time time.Duration
	}{{"build-timeout", f.BuildTimeout}, {"ready-timeout", f.ReadyTimeout}, {"stop-timeout", f.StopTimeout}} {
		if d.time <= 0 {
			return s, fmt.Errorf("--%s %v is not more than 0", d.flag, d.time)
		}
	}
	if f.Jobs <= 0 {
		return s, fmt.Errorf("--jobs %d is not more than 0", f.Jobs)
	}
	ready := f.Ready
	if f.For != 0 {
		ready = "for:" + f.For.String()
	}
	if s.Ready, err = proof.ParseReady(ready); err != nil {
		return s, withHint(fmt.Errorf("--ready %w", err), "as in --ready tcp:3000, or --ready http://:3000/health")
	}
	return s, nil
}

// dial connects to BuildKit.
func (f *proofFlags) dial(ctx context.Context) (*proof.Builder, error) {
	const hint = "docker run -d --name buildkitd --privileged moby/buildkit starts one, which is then --buildkit docker-container://buildkitd"
	address := f.BuildKit
	if address == "" {
		address = proof.Find()
	}
	if address == "" {
		return nil, withHint(errors.New("there is no BuildKit on this machine, and neither --buildkit nor BUILDKIT_HOST names one"), hint)
	}
	helper := proof.Helper{Path: f.Observer, Args: []string{observeCommand}}
	if helper.Path == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		helper.Path = self
	}
	b, err := proof.Dial(ctx, address, helper)
	switch {
	case errors.Is(err, proof.ErrHelper):
		return nil, withHint(err, "--observer FILE names a dockmend that was built for Linux")
	case err != nil:
		return nil, withHint(errors.New(escape.Line(err.Error())), hint)
	}
	return b, nil
}

// observeCommand is the hidden command of this program inside the containers.
const observeCommand = "observe-container"
