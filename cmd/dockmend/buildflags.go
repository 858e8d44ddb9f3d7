package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/dockmend/dockmend/fixer/registry/content"
	"github.com/dockmend/dockmend/fixer/stage"
)

// buildFlags are the flags of docker build that affect the meaning of a Dockerfile.
type buildFlags struct {
	Target   string            `placeholder:"STAGE" help:"The stage that is built, as for docker build. Default: the last one, and every other that nothing else uses."`
	BuildArg map[string]string `placeholder:"NAME=VALUE" mapsep:"none" help:"A build argument, as for docker build."`
	Platform string            `default:"linux/amd64" help:"The platform that is built for."`
	Images   map[string]string `placeholder:"IMAGE=DOCKERFILE" mapsep:"none" help:"What builds an image that manifests and Compose files run under a name which no build of the repository gives it. DOCKERFILE#STAGE is a target of it."`
	Context  string            `placeholder:"DIR" predictor:"path" help:"The build context. Default: what the repository builds each Dockerfile from, or else the nearest directory that has what it copies."`
}

// check validates the flags, and gives the platform its usual name.
func (f *buildFlags) check() (err error) {
	if f.Platform, err = platform(f.Platform); err != nil {
		return err
	}
	if f.Context == "" {
		return nil
	}
	if info, err := os.Stat(f.Context); err != nil || !info.IsDir() {
		return withHint(fmt.Errorf("--context %s is no directory", f.Context), "it is what docker build is given: the directory that COPY reads from")
	}
	return nil
}

func (f *buildFlags) build() stage.Options {
	return stage.Options{BuildArgs: f.BuildArg, Target: f.Target, Platform: f.Platform}
}

// platforms are those of official images.
var platforms = []string{
	"linux/amd64", "linux/arm64", "linux/arm64/v8", "linux/arm", "linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/386",
	"linux/loong64", "linux/mips64le", "linux/ppc64le", "linux/riscv64", "linux/s390x", "windows/amd64",
}

// platform returns the platform by a name that builders know: linux/aarch64 is
// linux/arm64.
func platform(name string) (string, error) {
	if slices.Contains(platforms, name) {
		return name, nil
	}
	if usual, err := content.NormalizePlatform(name); err == nil && slices.Contains(platforms, usual) {
		return usual, nil
	}
	return "", unknown("platform", name, platforms)
}
