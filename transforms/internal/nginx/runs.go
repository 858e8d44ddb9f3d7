package nginx

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file reads what RUN does to the configuration of an nginx image.

// keepsConf are programs that do not change the configuration, with any arguments;
// envsubst writes only by redirection.
var keepsConf = strings.Fields("chown chgrp chmod mkdir test [ ls cat echo printf sh bash ash nginx envsubst")

// quietInBuild are programs whose effect on it is known from their arguments: none, if
// these name no part of it.
var quietInBuild = strings.Fields("sed cp mv find date id sleep : export")

// configRun finds what a RUN does to the configuration.
func (n *Server) configRun(s stage.Step) string {
	line := s.In.Line
	script, err := s.Script()
	if err != nil || script == nil {
		return fmt.Sprintf("what line %d does can't be read", line)
	}
	inside := workload.Within(s.Before.Workdir.Text, "/etc") || workload.Within(s.Before.Workdir.Text, "/docker-entrypoint.d")
	for _, w := range script.Writes {
		if reason := n.configWrite(s, script, w.Word); reason != "" {
			return reason
		}
	}
	for _, c := range script.Calls {
		named := inside && len(c.Args) > 0 || anyRaw(c, "nginx.conf", "etc/nginx", "default.conf", "docker-entrypoint.d")
		switch {
		case anyRaw(c, "var/log") && slices.Contains([]string{"rm", "mv", "mkdir", "touch", "unlink"}, c.Name):
			return fmt.Sprintf("line %d changes /var/log, where nginx has its logs", line)
		case c.Has("add", "install") && slices.ContainsFunc(c.Args, func(w shell.Word) bool { return strings.HasPrefix(w.Text, "nginx-") }):
			return fmt.Sprintf("line %d installs more of nginx, perhaps another one", line)
		case c.Name == "cd":
			inside = inside || named
		case c.Name == "rm":
			n.removesConf(s, c)
		case slices.Contains(keepsConf, c.Name):
		case named:
			return fmt.Sprintf("line %d changes nginx's configuration by %s, whose result can't be seen here", line, cmp.Or(c.Name, c.Program.Raw))
		case !steps.Inert[c.Name] && !slices.Contains(quietInBuild, c.Name):
			n.doubt = cmp.Or(n.doubt, fmt.Sprintf("what %s in line %d does can't be seen", cmp.Or(c.Name, c.Program.Raw), line))
		}
	}
	return ""
}

// anyRaw reports whether an argument, as written, contains one of the parts.
func anyRaw(c shell.Call, parts ...string) bool {
	return slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(w.Raw, part) })
	})
}

// configWrite checks a file that a RUN writes. envsubst only expands what was
// read as a template.
func (n *Server) configWrite(s stage.Step, script *shell.Script, w shell.Word) string {
	file := path.Clean(w.Text)
	if !path.IsAbs(file) {
		file = path.Join(s.Before.Workdir.Text, file)
	}
	envsubst := len(script.Calls) > 0 && script.Calls[len(script.Calls)-1].Name == "envsubst"
	switch {
	case w.Known && !workload.Within(file, "/etc/nginx") && !workload.Within(file, "/docker-entrypoint.d"):
		return ""
	case !w.Known || !envsubst || path.Dir(file) != confD:
		return fmt.Sprintf("line %d writes %s, which can't be seen here", s.In.Line, cmp.Or(w.Text, w.Raw))
	}
	n.noDefault = n.noDefault || file == confD+"/default.conf"
	n.doubt = cmp.Or(n.doubt, fmt.Sprintf("its configuration is made by envsubst in line %d", s.In.Line))
	return ""
}

// removesConf records what an rm removes from the image's configuration.
func (n *Server) removesConf(s stage.Step, c shell.Call) {
	for _, w := range c.Args {
		file := w.Text
		if !path.IsAbs(file) {
			file = path.Join(s.Before.Workdir.Text, file)
		}
		file = path.Clean(file)
		if matched, err := path.Match(file, confD); w.Known && (err == nil && matched || workload.Within(confD, file)) {
			n.noConfD, n.noDefault = true, true
		}
		if matched, err := path.Match(file, confD+"/default.conf"); w.Known && err == nil && matched && c.Certain {
			n.noDefault = true
		}
	}
}
