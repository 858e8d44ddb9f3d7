package nginx

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file checks what starts in an nginx image.

// quietAtStart are programs that a start script may call besides nginx: what they
// write is checked separately.
var quietAtStart = strings.Fields(`sh bash ash dash exec echo printf test [ [[ set export unset local return exit shift true false : cd envsubst cat env
	tini dumb-init date sleep basename dirname grep egrep sed cut tr head tail find wc read cp mv ln mkdir touch tee install rm . source command`)

// Beside returns the reason to stay root in a command that starts in an nginx image;
// "" for none.
func (n *Server) Beside(c *workload.Command) string {
	switch {
	case c.Name == "":
		return ""
	case c.Name == "find" && c.Has("-exec", "-execdir", "-ok", "-okdir", "-delete"):
		return "find changes files at start"
	case c.Name == "eval":
		return "what eval runs at start can't be seen"
	case slices.Contains(quietAtStart, c.Name):
		return ""
	case n.Serves(c.Call):
		return n.nginxCall(c.Call)
	case path.Ext(c.Name) == ".sh" || strings.Contains(c.Name, "entrypoint"):
		return "" // read as a script
	}
	return fmt.Sprintf("it starts %s beside nginx", c.Name)
}

// madeAtStart is why a change is unsafe.
const madeAtStart = "its configuration is made at start, and can't be seen here"

// Serves reports whether a call starts an nginx whose master need not be root.
func (n *Server) Serves(c shell.Call) bool {
	return c.Name == "nginx" || c.Name == "nginx-debug"
}

// Writable reports whether the user nginx, who owns no application, can write a file
// at start, and what is then unknown.
func (n *Server) Writable(file string) (ok bool, doubt string) {
	if workload.Within(path.Clean(file), confD) {
		n.writesConfD = true
		n.noDefault = n.noDefault || path.Clean(file) == confD+"/default.conf"
		return true, madeAtStart
	}
	return workload.IsTemporary(path.Clean(file)), ""
}

// nginxCall parses the arguments of nginx (nginx.org, "Command-line parameters").
func (n *Server) nginxCall(c shell.Call) string {
	n.started = true
	values, operands := c.Options(func(o string) bool { return slices.Contains([]string{"-c", "-g", "-p", "-e", "-s"}, o) })
	if _, other := values["-p"]; other || len(operands) > 0 || !c.Known() {
		return "the arguments of nginx can't be followed"
	}
	if file, ok := values["-c"]; ok {
		if n.file = file.Text; !path.IsAbs(file.Text) {
			n.file = path.Join("/etc/nginx", file.Text)
		}
		if path.Dir(n.file) != "/etc/nginx" {
			return fmt.Sprintf("nginx's configuration is %s, which is not analyzed", file.Text)
		}
	}
	if log, ok := values["-e"]; ok && !isLogStream(log.Text) {
		return fmt.Sprintf("it logs to %s, where only root may write", log.Text)
	}
	if text, ok := values["-g"]; ok {
		return n.configuration.read(strings.TrimSuffix(strings.TrimSpace(text.Text), ";") + ";") // which may be left out
	}
	return ""
}

// entrypointVariables returns a variable that moves the output of the image's
// entrypoint elsewhere. It runs unless nginx itself is the entrypoint: another one may
// hand over to it.
func (n *Server) entrypointVariables() string {
	if e := n.run.Final.Entrypoint; e == nil || strings.HasPrefix(path.Base(e.Argv[0]), "nginx") {
		return ""
	}
	n.writesConfD = n.writesConfD || n.expandsTemplates() || !n.noDefault && n.includesDefault()
	for _, name := range []string{"NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE", "NGINX_ENVSUBST_OUTPUT_DIR", "NGINX_ENVSUBST_STREAM_OUTPUT_DIR"} {
		if v, set := n.run.Final.EnvVar(name); set && v != "" && v != confD {
			return fmt.Sprintf("%s has it write where only root may, at start", name)
		}
	}
	return ""
}

// templates is where the entrypoint looks for templates of /etc/nginx/conf.d (docker-nginx,
// 20-envsubst-on-templates.sh), unless a variable names another directory.
const (
	templates    = "/etc/nginx/templates"
	templatesDir = "NGINX_ENVSUBST_TEMPLATE_DIR"
)

// expandsTemplates reports whether the image, or a deployment of it, has templates.
func (n *Server) expandsTemplates() bool {
	if _, set := n.run.Final.EnvVar(templatesDir); set {
		return true
	}
	for file := range n.read {
		if workload.Within(file, templates) {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(n.pass.Deployments, n.pass.Perhaps), func(d workload.Deployment) bool {
		return slices.ContainsFunc(d.Mounts, func(m workload.Mount) bool { return workload.Within(path.Clean(m.Target), "/etc/nginx") }) ||
			slices.ContainsFunc(d.Env, func(v workload.Variable) bool { return v.Name == templatesDir })
	})
}

// includesDefault reports whether the server on port 80 that the image brings is loaded. The
// entrypoint has it listen on IPv6 too (docker-nginx, 10-listen-on-ipv6-by-default.sh), and
// changes no other configuration.
func (n *Server) includesDefault() bool { return !n.read[n.file] || n.confD }
