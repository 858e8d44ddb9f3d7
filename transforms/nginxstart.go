package transforms

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file looks at what starts in an nginx image.

// quietAtStart are programs that a start script may call beside nginx: what they
// write is looked at apart.
var quietAtStart = strings.Fields(`sh bash ash dash exec echo printf test [ [[ set export unset local return exit shift true false : cd envsubst cat env
	tini dumb-init date sleep basename dirname grep egrep sed cut tr head tail find wc read cp mv ln mkdir touch tee install rm . source command`)

// beside looks at what starts in an nginx image.
func (x *examiner) beside(c *workload.Command) string {
	switch {
	case x.server == nil || c.Name == "":
		return ""
	case c.Name == "find" && c.Has("-exec", "-execdir", "-ok", "-okdir", "-delete"):
		return "find changes files at start"
	case c.Name == "eval":
		return "what eval runs at start can't be seen"
	case slices.Contains(quietAtStart, c.Name):
		return ""
	case x.serves(c.Call):
		return x.nginxCall(c.Call)
	case path.Ext(c.Name) == ".sh" || strings.Contains(c.Name, "entrypoint"):
		return "" // read as a script
	}
	return fmt.Sprintf("it starts %s beside nginx", c.Name)
}

// madeAtStart is why a change is unsafe.
const madeAtStart = "its configuration is made at start, and can't be seen here"

// serves reports the call of nginx where its master need not be root.
func (x *examiner) serves(c shell.Call) bool {
	return x.server != nil && (c.Name == "nginx" || c.Name == "nginx-debug")
}

// writableByNginx is writable where the user is nginx, who owns no application.
func (x *examiner) writableByNginx(file string) bool {
	if workload.Within(path.Clean(file), confD) {
		x.server.writesConfD = true
		x.server.noDefault = x.server.noDefault || path.Clean(file) == confD+"/default.conf"
		x.doubt = cmp.Or(x.doubt, madeAtStart)
		return true
	}
	return workload.IsTemporary(path.Clean(file))
}

// nginxCall reads the arguments of nginx (nginx.org, "Command-line parameters").
func (x *examiner) nginxCall(c shell.Call) string {
	x.server.started = true
	values, operands := c.Options(func(o string) bool { return slices.Contains([]string{"-c", "-g", "-p", "-e", "-s"}, o) })
	if _, other := values["-p"]; other || len(operands) > 0 || !c.Known() {
		return "the arguments of nginx can't be followed"
	}
	if file, ok := values["-c"]; ok {
		if x.server.file = file.Text; !path.IsAbs(file.Text) {
			x.server.file = path.Join("/etc/nginx", file.Text)
		}
		if path.Dir(x.server.file) != "/etc/nginx" {
			return fmt.Sprintf("nginx's configuration is %s, which is not looked at", file.Text)
		}
	}
	if log, ok := values["-e"]; ok && !isLogStream(log.Text) {
		return fmt.Sprintf("it logs to %s, where only root may write", log.Text)
	}
	if text, ok := values["-g"]; ok {
		return x.server.nginxConf.read(strings.TrimSuffix(strings.TrimSpace(text.Text), ";") + ";") // which may be left out
	}
	return ""
}

// entrypointVariables lead what the image's entrypoint writes elsewhere. It runs
// unless nginx itself is the entrypoint: another one may hand over to it.
func (x *examiner) entrypointVariables() string {
	if e := x.run.Final.Entrypoint; e == nil || strings.HasPrefix(path.Base(e.Argv[0]), "nginx") {
		return ""
	}
	x.server.writesConfD = true
	for _, name := range []string{"NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE", "NGINX_ENVSUBST_OUTPUT_DIR", "NGINX_ENVSUBST_STREAM_OUTPUT_DIR"} {
		if v, set := x.run.Final.EnvVar(name); set && v != "" && v != confD {
			return fmt.Sprintf("%s has it write where only root may, at start", name)
		}
	}
	return ""
}
