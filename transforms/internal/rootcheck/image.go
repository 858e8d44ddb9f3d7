package rootcheck

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/browsers"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what the image contains, and what that says about its use.

// browsers returns a package that downloads browsers into the home of the user that
// installs it.
func (x *examiner) browsers() string {
	isSet := func(name string) bool { _, ok := x.run.Final.EnvVar(name); return ok }
	if m, err := x.load.Package(x.load.PackageDir(x.run.Final.Workdir.Text)); err == nil {
		if name := browsers.InHome(m.Dependencies, x.run.Final, x.puppeteerConfig()); name != "" {
			return name + " downloads its browser into root's home"
		}
	}
	found := ""
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		named := func(w shell.Word) bool {
			return strings.Contains(w.Text, "playwright") || strings.Contains(w.Text, "puppeteer") || strings.Contains(w.Text, "cypress")
		}
		tool := named(shell.Word{Text: c.Name}) || slices.ContainsFunc(c.Args, named)
		script := slices.ContainsFunc(c.Args, func(w shell.Word) bool { return named(w) && strings.Contains(w.Text, "install") })
		if (tool && c.Has("install") && c.Name != "npm" || script) && !isSet("PLAYWRIGHT_BROWSERS_PATH") && !isSet("PUPPETEER_CACHE_DIR") && !isSet("CYPRESS_CACHE_FOLDER") {
			found = fmt.Sprintf("line %d installs a browser into root's home", s.In.Line)
		}
	})
	return found
}

// puppeteerConfig returns the text of the configuration that Puppeteer's install script
// sees: of a file that is copied before the first install.
func (x *examiner) puppeteerConfig() string {
	i := slices.IndexFunc(x.run.Steps, func(s stage.Step) bool { return installs.MayInstall(s.In) })
	if i < 0 || x.pass.Context == nil {
		return ""
	}
	before := x.run.Steps[i].Before
	upTo := &stage.Evaluation{Node: x.run.Node, Steps: x.run.Steps[:i], Final: before}
	for _, name := range browsers.Files {
		if file := upTo.Origin(path.Join(before.Workdir.Text, name), x.pass.Context).Name; file != "" {
			text, _ := x.pass.Files().ReadFile(file, workload.MaxText)
			return text
		}
	}
	return ""
}

// installers are scripts from the network that install below $HOME.
var installers = strings.Fields("bun.sh/install nvm-sh/nvm get.volta.sh fnm.vercel.app/install deno.land/install sh.rustup.rs get.pnpm.io/install")

// rootsPackages are packages that usually need what belongs to root: the
// Docker engine, devices, raw sockets.
var rootsPackages = strings.Fields(`dockerode docker-modem node-docker-api serialport @serialport/bindings-cpp node-hid usb raw-socket net-ping cap pcap
	@abandonware/noble noble bleno @abandonware/bleno onoff pigpio rpio i2c-bus spi-device zigbee-herdsman zwave-js`)

func (x *examiner) installers() string {
	for _, s := range x.run.Steps {
		if s.In.Name() != "RUN" || !stage.IsRoot(s.Before.User.Text) {
			continue
		}
		for _, i := range installers {
			if strings.Contains(s.In.Logical, i) {
				return fmt.Sprintf("line %d installs into root's home (%s)", s.In.Line, i)
			}
		}
	}
	if m, err := x.load.Package(x.load.PackageDir(x.run.Final.Workdir.Text)); err == nil {
		for _, name := range rootsPackages {
			if m.Dependencies[name] != "" {
				return fmt.Sprintf("it uses %s, and the devices or sockets that this opens belong to root", name)
			}
		}
	}
	return ""
}

// servers are the packages of programs that need root to start, perhaps by a start
// script that does not name them.
var servers = strings.Fields(`nginx nginx-light nginx-full openresty supervisor cron cronie dcron openssh-server openssh apache2 httpd haproxy
	redis redis-server mysql-server mariadb mariadb-server postgresql mongodb php-fpm dnsmasq bluez udev fuse docker docker.io docker-cli docker-ce docker-ce-cli moby-cli s6-overlay runit`)

// packages returns a program in the image that needs root.
func (x *examiner) packages() string {
	found := ""
	steps.Calls(x.run.Steps, func(s stage.Step, c shell.Call) {
		if !slices.Contains([]string{"apt-get", "apt", "apk", "yum", "dnf", "microdnf"}, c.Name) || !c.Has("install", "add") {
			return
		}
		for _, name := range servers {
			if c.Has(name) && found == "" {
				found = fmt.Sprintf("line %d installs %s, which belongs to root", s.In.Line, name)
			}
		}
	})
	for _, s := range x.run.Steps {
		if found == "" && s.In.Name() == "RUN" && strings.Contains(steps.Text(s.In), "get.docker.com") {
			found = fmt.Sprintf("line %d installs Docker, whose socket belongs to root", s.In.Line)
		}
		if c, ok := s.Before.Copy(s.In); ok && c.From != "" {
			image, _, _ := strings.Cut(path.Base(c.From), ":")
			if image == "docker" {
				return fmt.Sprintf("line %d copies the Docker client, whose socket belongs to root", s.In.Line)
			}
		}
	}
	return found
}

// action returns the reason of an image for a GitHub action: GitHub starts its
// container in its own way, and wants no USER (GitHub documentation, "Dockerfile
// support for GitHub Actions").
func (x *examiner) action() string {
	for _, name := range []string{"action.yml", "action.yaml"} {
		if text, err := x.read(name); err == nil && strings.Contains(text, "docker") && strings.Contains(text, "runs:") {
			return name + " makes it a GitHub action, which must run as root"
		}
	}
	for _, s := range x.run.Steps {
		if s.In.Name() == "LABEL" && strings.Contains(s.In.Logical, "com.github.actions.") {
			return "it is a GitHub action, which must run as root"
		}
	}
	return ""
}

// application returns the reason of an image without an application: it is made for
// others to build from, or to work in.
func (x *examiner) application() string {
	for _, s := range x.run.Steps {
		c, ok := s.Before.Copy(s.In)
		switch {
		case ok && !workload.IsSystem(c.Dest), ok && c.Dest == "/", ok && c.Dest == x.run.Final.Workdir.Text:
			return ""
		case !ok && (s.In.Name() == "COPY" || s.In.Name() == "ADD"):
			return ""
		case x.brings(s):
			return ""
		}
	}
	if c := x.run.Final.Base.Config; c != nil && x.run.Final.Cmd != nil && x.run.Final.Cmd.In == nil {
		return "" // baseStart checks what the base image brings
	}
	if x.load.RunsInstalled() {
		return "" // a program of npm install -g
	}
	if start := x.load.Start(); start != nil {
		for _, c := range start.Commands {
			if c.Name == "" || strings.HasPrefix(c.Name, "docker-entrypoint") {
				continue
			}
			if file := x.load.Lookup(c.Path, c.Dir); file != "" && x.load.Origin(file).Copied {
				return "" // the program itself is copied to a directory of programs
			}
		}
	}
	for _, s := range x.run.Steps {
		if slices.Contains([]string{"EXPOSE", "VOLUME", "HEALTHCHECK"}, s.In.Name()) {
			return "no application is copied into it, and what its packages need is not known"
		}
	}
	return "no application is copied into it, so other images are probably built from it"
}

// brings reports whether a RUN may fetch or install the application.
func (x *examiner) brings(s stage.Step) bool {
	found := false
	steps.Calls([]stage.Step{s}, func(_ stage.Step, c shell.Call) {
		switch c.Name {
		case "git", "curl", "wget", "tar", "unzip", "make", "go", "npm", "yarn", "pnpm", "npx", "pip", "pip3":
			found = found || !c.Has("-g", "--global", "global")
		}
	})
	return found || strings.Contains(s.In.Logical, "--mount=")
}
