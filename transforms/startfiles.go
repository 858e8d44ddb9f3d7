package transforms

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file looks for files and directories of the image that only root can
// use, and that the application is likely to need.

// browsers are downloaded into the home of who installs them.
func (x *examiner) browsers() string {
	found := ""
	if m, err := x.manifest(); err == nil && m.Dependencies["puppeteer"] != "" {
		elsewhere := false
		for _, name := range []string{"PUPPETEER_CACHE_DIR", "PUPPETEER_EXECUTABLE_PATH", "PUPPETEER_SKIP_DOWNLOAD", "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD"} {
			_, set := x.run.Final.EnvVar(name)
			elsewhere = elsewhere || set
		}
		if !elsewhere {
			return "puppeteer downloads its browser into root's home"
		}
	}
	calls(x.run.Steps, func(s chain.Step, c shell.Call) {
		tool := c.Name
		if (tool == "npx" || tool == "yarn" || tool == "pnpm" || tool == "bunx") && len(c.Args) > 0 {
			tool = c.Args[0].Text
		}
		if (tool == "playwright" || tool == "puppeteer" || tool == "cypress") && c.Has("install") {
			if _, set := x.run.Final.EnvVar("PLAYWRIGHT_BROWSERS_PATH"); !set {
				found = fmt.Sprintf("line %d installs a browser into root's home", s.In.Node.StartLine)
			}
		}
	})
	return found
}

// dockerClient: who controls Docker through its socket must be able to open it.
func (x *examiner) dockerClient() string {
	found := ""
	calls(x.run.Steps, func(s chain.Step, c shell.Call) {
		if slices.Contains([]string{"apt-get", "apt", "apk", "yum", "dnf"}, c.Name) && c.Has("docker", "docker.io", "docker-cli", "docker-ce", "docker-ce-cli", "moby-cli") {
			found = fmt.Sprintf("line %d installs the Docker client, whose socket belongs to root", s.In.Node.StartLine)
		}
	})
	for _, s := range x.run.Steps {
		if c, ok := s.Before.Copy(s.In); ok && (c.From == "docker" || strings.HasPrefix(c.From, "docker:")) {
			found = fmt.Sprintf("line %d copies the Docker client, whose socket belongs to root", s.In.Node.StartLine)
		}
	}
	return found
}

// modes looks for files that only root can read or enter: a private key, an
// entrypoint with mode 0700. Where COPY brings them into the application's own
// directory, chown-copy gives them to the user.
func (x *examiner) modes() string {
	for _, s := range x.run.Steps {
		mode := ""
		for _, w := range s.In.Flags {
			if m, ok := strings.CutPrefix(w.Text, "--chmod="); ok {
				mode = m
			}
		}
		c, ok := s.Before.Copy(s.In)
		if mode == "" || ok && isApplications(x.run, identity{}, c.Dest) {
			continue
		}
		if mode, _ = s.Before.Expand(mode); private(mode) {
			return fmt.Sprintf("line %d copies files that only root can read", s.In.Node.StartLine)
		}
	}
	found := ""
	calls(x.run.Steps, func(s chain.Step, c shell.Call) {
		switch {
		case !isRoot(s.Before.User.Text):
		case c.Name == "umask" && len(c.Args) > 0 && strings.HasSuffix(c.Args[0].Text, "7"):
			found = fmt.Sprintf("line %d makes files that only root can read (umask)", s.In.Node.StartLine)
		case c.Name == "chmod":
			_, operands := c.Options(func(o string) bool { return o == "--reference" })
			if len(operands) > 1 && private(operands[0].Text) && !temporary(operands[1:]) {
				found = fmt.Sprintf("line %d makes files that only root can read (chmod %s)", s.In.Node.StartLine, operands[0].Text)
			}
		}
	})
	return found
}

// private reports whether a mode keeps others from reading: 600, 0750, go-rwx,
// o=.
func private(mode string) bool {
	if n, err := strconv.ParseUint(mode, 8, 32); err == nil {
		return n&0o004 == 0
	}
	return takesRead.MatchString(mode)
}

// takesRead matches symbolic modes that take the right to read from others.
var takesRead = regexp.MustCompile(`(^|,)[ug]*[oa]+[ug]*(-[wx]*r|=[wx]*(,|$))|(^|,)-[wx]*r`)

func temporary(files []shell.Word) bool {
	return !slices.ContainsFunc(files, func(w shell.Word) bool { return !within(path.Clean(w.Text), "/tmp") })
}

// keys: the tools that make keys make them readable by their owner alone.
func (x *examiner) keys() string {
	found := ""
	calls(x.run.Steps, func(s chain.Step, c shell.Call) {
		if slices.Contains([]string{"openssl", "ssh-keygen", "mkcert", "certbot", "gpg", "step"}, c.Name) && isRoot(s.Before.User.Text) &&
			!c.Has("dgst", "version", "rand", "--verify", "--import", "--dearmor", "--recv-keys") {
			found = fmt.Sprintf("%s in line %d makes keys that only root can read", c.Name, s.In.Node.StartLine)
		}
	})
	return found
}

// plugAndPlay: without node_modules, Yarn runs its packages from the cache in
// the home of who installed them (yarnpkg.com, "enableGlobalCache").
func (x *examiner) plugAndPlay() string {
	text, err := x.read(".yarnrc.yml")
	if err != nil || !x.runs("yarn") || strings.Contains(text, "node-modules") || strings.Contains(text, "enableGlobalCache: false") {
		return ""
	}
	return "Yarn's Plug'n'Play runs the packages from a cache in root's home"
}

func (x *examiner) runs(program string) bool {
	found := false
	calls(x.run.Steps, func(_ chain.Step, c shell.Call) { found = found || c.Name == program })
	return found
}
