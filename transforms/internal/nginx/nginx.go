// Package nginx reads what a stage built from Docker's official nginx image does to
// the configuration of its server, and judges whether that server works without root.
package nginx

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/owner"
	"github.com/dockmend/dockmend/transforms/internal/ports"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file lets nonroot-user change images built from nginx's own. Its master is
// root to make the pid file and the directories below /var/cache/nginx, to read
// its configuration, and to listen on port 80; the workers, who serve the files,
// are nginx already. All but the port can be given to nginx.

// IsImage reports whether the base image is Docker's official nginx, even from a
// mirror: its files are known from its source (github.com/nginx/docker-nginx).
func IsImage(n *stage.Node) bool {
	ref, err := reference.ParseNormalizedNamed(n.Root().Image)
	return err == nil && n.Root().Err == nil && strings.HasSuffix("/"+reference.Path(ref), "/library/nginx")
}

// Server is what is known of an nginx that starts in such an image.
type Server struct {
	configuration
	pass    *imagebuild.Pass
	run     *stage.Evaluation
	doubt   string // the part of its configuration that is unknown, "" for none
	started bool
	file    string          // the main one of its configuration
	read    map[string]bool // what was read of it, by its path in the image
	// noDefault: the image's own server on port 80 is gone; noConfD: its directory was
	// removed.
	noDefault, noConfD bool
	writesConfD        bool // something at start writes into /etc/nginx/conf.d
}

const (
	mainFile = "/etc/nginx/nginx.conf"
	confD    = "/etc/nginx/conf.d"
)

// New returns the server of a stage, of which nothing was read yet.
func New(p *imagebuild.Pass, run *stage.Evaluation) *Server {
	return &Server{pass: p, run: run, file: mainFile, read: map[string]bool{}}
}

// Configuration reads all that the file does to nginx's configuration. It returns the
// reasons to stay root, each instruction's first, and what is unknown, "" for nothing.
func (n *Server) Configuration(follow func(argv []string) blockers.List) (reasons []string, doubt string) {
	add := func(reason string) {
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	for _, s := range n.run.Steps {
		switch s.In.Name() {
		case "COPY", "ADD":
			add(n.configCopy(s, follow))
		case "RUN":
			add(n.configRun(s))
		}
	}
	own := n.read[n.file]
	switch {
	case len(reasons) > 0: // what follows counts on what was read
	case !n.started:
		add("it is not seen to start nginx")
	case !own && n.file != mainFile:
		add(fmt.Sprintf("nginx's configuration %s is not seen", n.file))
	default:
		if n.includesDefault() && !n.noDefault {
			n.ports = append(n.ports, 80)
		}
		add(n.entrypointVariables())
	}
	return reasons, n.doubt
}

// Volumes returns a volume over a path that nginx must write, which keeps what root
// wrote into it; "" for none.
func (n *Server) Volumes() string {
	for _, v := range n.run.Final.Volumes {
		for _, dir := range []string{"/etc/nginx", "/var/cache/nginx", "/var/log/nginx", "/run", "/var/run"} {
			if !v.Known || workload.Within(dir, path.Clean(v.Text)) || workload.Within(path.Clean(v.Text), dir) {
				return fmt.Sprintf("the volume %s keeps what root writes into it", v.Text)
			}
		}
	}
	return ""
}

// Empty tells of an image into which nothing is copied, and nothing made: what it serves,
// and by which configuration, is decided elsewhere. "" for others.
func (n *Server) Empty() string {
	for _, s := range n.run.Steps {
		switch s.In.Name() {
		case "COPY", "ADD":
			return ""
		case "RUN":
			if script, err := s.Script(); err != nil || script == nil || len(script.Writes) > 0 || !steps.IsInert(s) {
				return ""
			}
		}
	}
	return "nothing is copied into it, so what nginx serves is decided elsewhere"
}

// RootsGroup tells of rights of root's group in what nginx writes, which a pid file of
// nginx's would not have.
func (n *Server) RootsGroup() []blockers.Blocker {
	s := owner.RootsGroup(n.run, func(file string) bool {
		return slices.ContainsFunc(strings.Fields("/run /var/run /var/cache/nginx "+confD), func(dir string) bool {
			return workload.Within(file, dir) || workload.Within(dir, file)
		})
	})
	if s == nil {
		return nil
	}
	return []blockers.Blocker{blockers.Files(s.In.Line, "line %d lets group 0 write what nginx writes, for a platform that chooses the user", s.In.Line)}
}

// Pick finds the user that the image brings for its workers.
func Pick(p *imagebuild.Pass, n *stage.Node) (*stage.Evaluation, users.Identity, error) {
	base, err := p.Base(n, baseimage.AskDistro|baseimage.AskAccounts|baseimage.AskSh|baseimage.AskChown)
	run := n.Eval(base)
	if err != nil {
		return run, users.Identity{}, err
	}
	accounts := run.Final.Accounts
	u, ok := accounts.User("nginx")
	switch {
	case accounts.Err != nil:
		return run, users.Identity{}, fmt.Errorf("its users are unknown: %w", accounts.Err)
	case len(accounts.Created) > 0:
		return run, users.Identity{}, fmt.Errorf("line %d changes its users, and whether nginx is still meant is unknown", accounts.Created[0].In.Line)
	case !ok && !accounts.Known():
		return run, users.Identity{}, errors.New("whether the base image has the user nginx is not known")
	case !ok || u.UID <= 0:
		return run, users.Identity{}, errors.New("the base image has no user nginx")
	case !steps.CanRun(run.Final) || slices.ContainsFunc(run.Steps, steps.RemovesTools):
		return run, users.Identity{}, errors.New("the image has nothing to give nginx its directories with")
	}
	return run, users.OfAccount(u, users.InBase), nil
}

// Prepare is the RUN that lets nginx start without root: it can make its
// temporary directories, write its pid file and what the entrypoint's scripts
// make. None when the file has done so itself.
func (n *Server) Prepare(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) []string {
	owner, _ := owner.At(p, run.Final, id)
	var dirs []string
	add := func(dir string) bool {
		if users.Owns(run.Steps, id, dir) {
			return false
		}
		dirs = append(dirs, dir)
		return true
	}
	add("/var/cache/nginx")
	if n.writesConfD && !n.noConfD {
		add(confD)
	}
	line := p.File.Keyword("RUN") + " "
	if !n.ownPID && !users.Owns(run.Steps, id, "/var/run/nginx.pid") && add("/run/nginx.pid") {
		line += "touch /run/nginx.pid && "
	}
	if dirs == nil {
		return nil
	}
	return []string{line + "chown -R " + owner + " " + strings.Join(dirs, " ")}
}

// PortNote returns what its ports require of the runtime, "" for nothing, and the lowest
// port.
func (n *Server) PortNote() (note string, lowest int) {
	const needs = ports.Needs
	slices.Sort(n.ports)
	var low []string
	for _, port := range slices.Compact(n.ports) {
		if port < 1024 {
			low = append(low, strconv.Itoa(port))
		}
	}
	switch {
	case len(low) > 0:
		return ports.BelowPrivileged(low) + needs, n.ports[0]
	case n.unknownPort:
		return "its port depends on a variable, and one below 1024" + needs, 0
	}
	return "", 0
}
