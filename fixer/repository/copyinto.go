package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// copySwitches are the options of docker cp, docker compose cp and podman cp without a value
// (docker documentation, "docker container cp", "docker compose cp").
var copySwitches = words("-a --archive -L --follow-link -q --quiet --all --overwrite --dry-run --pause")

// copyInto reads what follows docker cp: a path of the host, and CONTAINER:PATH. What comes
// into the container belongs to root there, or with --archive to whoever has that number
// on the host. A copy out of a container is none.
func (c command) copyInto(name string, args []shell.Word) {
	container, source, target := copied(args, copySwitches)
	if target == "" {
		return
	}
	d := run{dir: c.own}
	d.Name, d.Place, d.Inside = name, c.place, true
	if plainPath.MatchString(container) {
		d.containers = []string{container}
	}
	d.mounted(workload.Mount{Target: target, Kind: workload.Brought, Source: source})
	c.reader.deploy(d)
}

// kubectlCopy reads what follows kubectl cp, by which tar writes in the container, as its
// user (Kubernetes documentation, "kubectl cp").
func (c command) kubectlCopy(args []shell.Word) {
	pod, source, target := copied(args, kubectlSwitches)
	if target == "" {
		return
	}
	c.reader.deploy(c.begins(c.call.Name+" cp", shell.Words([]string{pod})[0], shell.Words([]string{"cp", "-R", source, target})))
}

// copied returns what a command line copies, and to which absolute path of which container;
// target is "" where it copies out of one.
func copied(args []shell.Word, switches map[string]bool) (container, source, target string) {
	_, operands := split(args, switches, false)
	if len(operands) != 2 {
		return "", "", ""
	}
	source, to := strings.Trim(spelled(operands[0]), `"'`), strings.Trim(spelled(operands[1]), `"'`)
	at := strings.LastIndex(to, ":/")
	if at < 1 || strings.Contains(source, ":/") {
		return "", "", ""
	}
	target = to[at+1:]
	if strings.HasSuffix(target, "/") && path.Base(source) != "." { // a directory that is there
		target = path.Join(target, path.Base(source))
	}
	return to[:at], source, target
}
