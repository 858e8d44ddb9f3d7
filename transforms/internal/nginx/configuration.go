package nginx

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds in nginx's configuration what its master does as root and
// could not do otherwise (nginx.org, "Core functionality").

// configuration is the relevant part of one image's configuration.
type configuration struct {
	ports       []int
	unknownPort bool // one depends on a variable
	ownPID      bool // the pid file lies where everyone can write
	confD       bool // /etc/nginx/conf.d is included
}

// read adds a file, and returns why its master must stay root, "" if nothing requires
// that.
func (n *configuration) read(text string) string {
	list, err := parseConf(text)
	if err != nil {
		return err.Error()
	}
	return n.check(list)
}

// confTables are the blocks whose lines are not directives.
var confTables = strings.Fields("map geo types split_clients match charset_map")

func (n *configuration) check(list []directive) string {
	for _, d := range list {
		if slices.Contains(confTables, d.name) {
			continue
		}
		if d.name == "server" && d.open && !slices.ContainsFunc(d.block, func(d directive) bool { return d.name == "listen" }) {
			return "a server without listen has port 80 as root and 8000 otherwise"
		}
		args := make([]string, len(d.args))
		for i, a := range d.args {
			args[i] = strings.Trim(a, `"'`)
		}
		if len(args) > 0 {
			if reason := n.directive(d.name, args); reason != "" {
				return reason
			}
		}
		if reason := n.check(d.block); reason != "" {
			return reason
		}
	}
	return ""
}

// directive checks what the master does: it opens logs, keys, the pid file and
// sockets, and makes directories. Workers, who are not root anyway, serve the files.
func (n *configuration) directive(name string, args []string) string {
	file := args[0]
	switch {
	case name == "user" && file != "nginx":
		return fmt.Sprintf("its workers run as %s, which takes a root master", file)
	case name == "pid" && workload.Within(path.Clean(file), "/tmp"):
		n.ownPID = true
	case name == "pid" && file != "/run/nginx.pid" && file != "/var/run/nginx.pid":
		return fmt.Sprintf("its pid file is %s, where only root may write", file)
	case strings.HasSuffix(name, "_temp_path") || strings.HasSuffix(name, "_cache_path"):
		if !workload.Within(path.Clean(file), "/var/cache/nginx") && !workload.Within(path.Clean(file), "/tmp") || strings.Contains(file, "$") {
			return fmt.Sprintf("%s is %s, where only root may write", name, file)
		}
	case (name == "error_log" || name == "access_log") && !isLogStream(file):
		return fmt.Sprintf("it logs to %s, where only root may write", file)
	case strings.Contains(name, "ssl_") && (strings.HasSuffix(name, "_key") || strings.HasSuffix(name, "_password_file")):
		return fmt.Sprintf("perhaps only root can read the key %s", file)
	case name == "proxy_bind" && slices.Contains(args, "transparent"):
		return "a transparent proxy takes a root master"
	case name == "include":
		if !path.IsAbs(file) {
			file = path.Join("/etc/nginx", file)
		}
		if !workload.Within(path.Clean(file), "/etc/nginx") {
			return fmt.Sprintf("it includes %s, which is not analyzed", file)
		}
		n.confD = n.confD || workload.Within(file, "/etc/nginx/conf.d")
	case name == "listen":
		return n.listen(file)
	}
	return ""
}

// isLogStream reports whether a log needs no file: the two of the image are
// links to the container's output.
func isLogStream(file string) bool {
	switch file {
	case "off", "stderr", "/var/log/nginx/access.log", "/var/log/nginx/error.log":
		return true
	}
	return strings.HasPrefix(file, "syslog:") || strings.HasPrefix(file, "/dev/std") && !strings.Contains(file, "$")
}

// listen parses an address, a port, or both (nginx.org, "listen").
func (n *configuration) listen(address string) string {
	if strings.HasPrefix(address, "unix:") {
		if !workload.Within(path.Clean(address[len("unix:"):]), "/tmp") {
			return fmt.Sprintf("it listens on %s, where only root may write", address)
		}
		return ""
	}
	host, port := "", address
	if i := strings.LastIndexByte(address, ':'); i > strings.LastIndexByte(address, ']') {
		host, port = address[:i], address[i+1:]
	} else if strings.Trim(address, "0123456789-") != "" && !strings.Contains(address, "$") {
		host, port = address, "80"
	}
	first, _, _ := strings.Cut(port, "-")
	number, err := strconv.Atoi(first)
	if err != nil || number < 1 || number > 65535 || strings.Contains(host, "$") {
		n.unknownPort = true
		return ""
	}
	n.ports = append(n.ports, number)
	return ""
}
