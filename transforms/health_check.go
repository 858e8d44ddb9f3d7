package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/webclient"
)

// HealthCheck names health checks that can't but fail.
var HealthCheck = &fixer.Transform{
	ID:       "health-check",
	Title:    "a health check whose program is missing",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Note,
	Doc: fixer.Doc{
		What: `States that a HEALTHCHECK calls curl, wget or nc, and that the image has no such program. Alpine's busybox has wget and nc; slim
images have none of them.`,
		Why: `The check then fails each time, and the container is unhealthy for as long as it runs: Compose does not start what depends on it,
and Swarm replaces it again and again. In an image of Node.js, node -e "fetch(…)" needs no other program.`,
		Checks: []string{
			"The base image is one of Docker's official ones, or of Distroless, that is known to lack it",
			"No RUN names the program, or installs packages that may bring it",
			"No COPY or ADD brings it, or something that is not known, to a directory of programs",
		},
		LeavesAlone: []string{
			"Checks with another command that may succeed in its place",
			"Packages that are not known to come without it, and scripts that install something",
			"Other base images",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#healthcheck",
			"https://github.com/nodejs/docker-node#nodeslim",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Targets() {
			run := n.Eval(nil)
			check, program := healthProgram(run)
			image := n.Root().Image
			if program == "" || n.Root().Err != nil || !steps.IsImage(p, run) || !webclient.Lacks(image, program) || mayBring(run, program) || p.Ignores(check.Span) {
				continue
			}
			p.State(check.Span, "the health check always fails", fmt.Sprintf("%s has no %s, and no instruction adds it", image, program))
		}
		return nil
	}),
}

// healthProgram returns the health check of a stage, if all that it does is to call one
// of the programs; "" for any other.
func healthProgram(run *stage.Evaluation) (check *dockerfile.Instruction, program string) {
	argv, in := workload.HealthCommand(run)
	if argv == nil {
		return nil, ""
	}
	script, err := shell.FromArgs(argv, nil)
	if err != nil || script == nil {
		return nil, ""
	}
	return in, onlyProgram(script)
}

// onlyProgram returns the program whose absence makes a script fail: what it calls beside
// it are shells around it, or ends the script with a failure.
func onlyProgram(script *shell.Script) (program string) {
	for _, c := range script.Calls {
		switch c.Name {
		case "curl", "wget", "nc":
			if program != "" || c.Path != c.Name || !c.Certain {
				return ""
			}
			program = c.Name
		case "sh", "bash", "exec", "false":
		case "exit":
			if len(c.Args) != 1 || c.Args[0].Text == "0" {
				return ""
			}
		default:
			return ""
		}
	}
	return program
}

// mayBring reports whether an instruction of the image may add the program.
func mayBring(run *stage.Evaluation, program string) bool {
	return slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
		switch s.In.Name() {
		case "RUN":
			return slices.Contains(strings.FieldsFunc(steps.Text(s.In), betweenWords), program) || mayInstall(s)
		case "COPY", "ADD":
			return mayCopy(s)
		case "ENV": // where programs are looked for
			return strings.Contains(s.In.Logical, "PATH") && !nodePath.MatchString(s.In.Logical)
		}
		return false
	})
}

// betweenWords reports whether a character is no part of the name of a program.
func betweenWords(r rune) bool { return !unicode.IsLetter(r) }

// nodePath matches what is added to PATH that brings no such program.
var nodePath = lazyregexp.New(`node_modules|npm|pnpm|yarn`)

// mayCopy reports whether a COPY or ADD may bring programs: to a directory that has some,
// or above one.
func mayCopy(s stage.Step) bool {
	c, ok := s.Before.Copy(s.In)
	if !ok {
		return true
	}
	if c.From != "" && slices.Contains(c.Sources, "/") {
		return true
	}
	dir := c.Dest
	if !c.Dir {
		dir = path.Dir(dir)
	}
	if !slices.Contains(strings.Split(dir, "/"), "bin") && !slices.Contains([]string{"/", "/usr", "/usr/local"}, dir) {
		return false
	}
	// A single file with another name, such as an entrypoint.
	return slices.ContainsFunc(c.Sources, func(src string) bool { return path.Ext(src) != ".sh" && !plainTool.MatchString(path.Base(src)) })
}

// plainTool matches single programs of which no other comes along.
var plainTool = lazyregexp.New(`^(?:docker-?)?(?:entrypoint|start|node|npm|npx|pnpm|yarn|bun|uv|uvx|tini|dumb-init|gosu|su-exec)(?:-.*)?$`)

// inert are the programs in a RUN that install nothing beyond their own kind of packages,
// or nothing at all.
var inert = strings.Fields(`npm npx yarn pnpm corepack node bun pip pip3 python python3 uv poetry set cd echo printf test [ true : mkdir rm rmdir cp mv ln touch chmod chown chgrp
cat sed grep sort find export unset useradd groupadd usermod groupmod adduser addgroup deluser delgroup userdel prisma tsc next vite turbo sh exec env sudo sync ls id tr cut
head tail sleep exit umask install date tee awk passwd apt-get apt apk setcap getent ldconfig locale-gen update-ca-certificates`)

// mayInstall reports whether a RUN may install the programs, as a dependency of others or
// in a way that can't be seen.
func mayInstall(s stage.Step) bool {
	script, err := s.Script()
	if err != nil || script == nil || len(s.In.Node.Heredocs) > 0 {
		return true
	}
	return slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
		if !slices.Contains(inert, c.Name) {
			return !strings.Contains(c.Path, "node_modules/.bin/")
		}
		switch c.Name {
		case "sh", "node", "python", "python3":
			return len(c.Args) > 0 && c.Name == "sh" && c.Args[0].Text != "-c"
		case "apt-get", "apt", "apk":
			return installsMore(c)
		}
		return false
	})
}

// installsMore reports whether a call of a package manager names a package that is not
// known to come without curl, wget and nc.
func installsMore(c shell.Call) bool {
	if !c.Has("install", "add") {
		return false
	}
	return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		if !w.Known {
			return true
		}
		name, _, _ := strings.Cut(w.Text, "=")
		return !strings.HasPrefix(name, "-") && !strings.HasPrefix(name, ".") && name != "install" && name != "add" && !slices.Contains(alone, name)
	})
}

// alone are packages that bring neither curl, wget nor nc, on Debian, Ubuntu and Alpine
// (packages.debian.org, pkgs.alpinelinux.org).
var alone = strings.Fields(`bash tini dumb-init ca-certificates openssl libssl-dev libssl3 libc6-compat gcompat libc6 libstdc++ libgcc libstdc++6 tzdata git openssh-client openssh python3 python
python3-pip py3-pip python3-venv python3-dev make gcc g++ build-essential build-base musl-dev libc-dev linux-headers pkg-config pkgconf autoconf automake libtool nasm procps psmisc jq zip unzip gnupg gpg su-exec gosu shadow sudo
libvips libvips-dev vips vips-dev ffmpeg sqlite sqlite3 libsqlite3-dev postgresql-client libpq-dev libpq5 libpq redis-tools less nano vim tree file locales libcap libcap2-bin nodejs npm yarn cairo cairo-dev pango
pango-dev jpeg-dev giflib-dev libcairo2-dev libpango1.0-dev libjpeg-dev libgif-dev librsvg2-dev libpng-dev pixman-dev freetype fontconfig ttf-freefont icu-libs`)
