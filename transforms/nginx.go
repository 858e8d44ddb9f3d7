package transforms

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file lets nonroot-user change images built on nginx's own. Its master is
// root to make the pid file and the directories below /var/cache/nginx, to read
// its configuration, and to listen on port 80; the workers, who serve the files,
// are nginx already. All but the port can be given to nginx.

// isNginxImage reports whether the base image is Docker's official nginx, be it
// from a mirror: what its files are is known from its source
// (github.com/nginx/docker-nginx).
func isNginxImage(n *chain.Node) bool {
	ref, err := reference.ParseNormalizedNamed(n.Root().Image)
	return err == nil && n.Root().Err == nil && strings.HasSuffix("/"+reference.Path(ref), "/library/nginx")
}

// nginxServer is what is known of an nginx that starts in such an image.
type nginxServer struct {
	nginxConf
	started bool
	file    string          // the main one of its configuration
	read    map[string]bool // what was read of it, by its path in the image
	// noDefault: the image's own server on port 80 is not there any more; noConfD:
	// its directory was removed.
	noDefault, noConfD bool
	writesConfD        bool // something at start writes into /etc/nginx/conf.d
}

const (
	nginxMain = "/etc/nginx/nginx.conf"
	confD     = "/etc/nginx/conf.d"
)

// configuration looks at all that the file does to nginx's configuration.
func (x *examiner) configuration() string {
	for _, s := range x.run.Steps {
		reason := ""
		switch s.In.Name() {
		case "COPY", "ADD":
			reason = x.configCopy(s)
		case "RUN":
			reason = x.configRun(s)
		}
		if reason != "" {
			return reason
		}
	}
	if !x.server.started {
		return "it is not seen to start nginx"
	}
	switch own := x.server.read[x.server.file]; {
	case !own && x.server.file != nginxMain:
		return fmt.Sprintf("nginx's configuration %s is not seen", x.server.file)
	case !(own && !x.server.confD) && !x.server.noDefault:
		x.server.ports = append(x.server.ports, 80)
	}
	return x.entrypointVariables()
}

// nginxVolumes: a volume keeps what root wrote into it.
func (x *examiner) nginxVolumes() string {
	for _, v := range x.run.Final.Volumes {
		for _, dir := range []string{"/etc/nginx", "/var/cache/nginx", "/var/log/nginx", "/run", "/var/run"} {
			if !v.Known || workload.Within(dir, path.Clean(v.Text)) || workload.Within(path.Clean(v.Text), dir) {
				return fmt.Sprintf("the volume %s keeps what root writes into it", v.Text)
			}
		}
	}
	return ""
}

// pickNginx finds the user that the image brings for its workers.
func pickNginx(p *fixer.Pass, n *chain.Node) (*chain.Run, identity, error) {
	base, err := p.Base(n, baseimage.AskDistro|baseimage.AskAccounts|baseimage.AskSh|baseimage.AskChown)
	run := n.Eval(base)
	if err != nil {
		return run, identity{}, err
	}
	accounts := run.Final.Accounts
	u, ok := accounts.User("nginx")
	switch {
	case accounts.Err != nil:
		return run, identity{}, fmt.Errorf("its users can't be followed: %w", accounts.Err)
	case len(accounts.Created) > 0:
		return run, identity{}, fmt.Errorf("line %d changes its users, and whether nginx is still meant can't be told", accounts.Created[0].In.Line)
	case !ok && !accounts.Known():
		return run, identity{}, errors.New("whether the base image has the user nginx is not known")
	case !ok || u.UID <= 0:
		return run, identity{}, errors.New("the base image has no user nginx")
	case !canRun(run.Final) || slices.ContainsFunc(run.Steps, removesTools):
		return run, identity{}, errors.New("the image has nothing to give nginx its directories with")
	}
	return run, ofAccount(u, inBase), nil
}

// prepare is the RUN that lets nginx start without root: it can make its
// temporary directories, write its pid file and what the entrypoint's scripts
// make. None when the file has done so itself.
func (n *nginxServer) prepare(p *fixer.Pass, run *chain.Run, id identity) lines {
	owner, _ := ownerAt(p, run.Final, id)
	var dirs []string
	add := func(dir string) bool {
		if owns(run.Steps, id, dir) {
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
	if !n.ownPID && !owns(run.Steps, id, "/var/run/nginx.pid") && add("/run/nginx.pid") {
		line += "touch /run/nginx.pid && "
	}
	if dirs == nil {
		return lines{}
	}
	return lines{lines: []string{line + "chown -R " + owner + " " + strings.Join(dirs, " ")}}
}

// portNote says what its ports ask of the runtime; "" for nothing.
func (n *nginxServer) portNote() string {
	const needs = needsForLowPorts + "net.ipv4.ip_unprivileged_port_start=0 elsewhere"
	slices.Sort(n.ports)
	var low []string
	for _, port := range slices.Compact(n.ports) {
		if port < 1024 {
			low = append(low, strconv.Itoa(port))
		}
	}
	switch {
	case len(low) > 0:
		return belowPrivileged(low) + needs
	case n.unknownPort:
		return "its port depends on a variable, and one below 1024" + needs
	}
	return ""
}
