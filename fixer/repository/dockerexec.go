package repository

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file reads the command lines that run a command in a running container.

var (
	// execSwitches are the options of docker exec without a value, composeExecSwitches those
	// of docker compose exec, kubectlSwitches those of kubectl and its exec (docker
	// documentation, "docker container exec", "docker compose exec"; Kubernetes
	// documentation, "kubectl exec").
	execSwitches        = words("-d --detach -i --interactive -t --tty --privileged --latest -l")
	composeExecSwitches = words("-d --detach -i --interactive -t --tty -T --no-TTY --no-tty --privileged")
	kubectlSwitches     = words("-i --stdin -t --tty -q --quiet --insecure-skip-tls-verify --match-server-version")
)

// selector matches the name in a command that looks up a container: kubectl get pods -l
// app=NAME, docker ps -qf name=NAME, docker compose ps -q NAME.
var selector = lazyregexp.New(`(?:\b(?:app|name|component|app\.kubernetes\.io/name)=\^?|\bcompose\s+ps\s+(?:-\S+\s+)*)([\w.-]+)`)

// exec reads what follows docker exec or docker compose exec: options, a container or a
// service, a command.
func (c command) exec(name string, args []shell.Word, switches map[string]bool) {
	options, rest := split(args, switches, true)
	if len(rest) < 2 {
		return
	}
	d := c.begins(name, rest[0], rest[1:])
	for _, o := range options {
		switch o.name {
		case "-u", "--user":
			d.User = o.written() // a variable is as good as a user
		case "-w", "--workdir":
			d.WorkingDir = o.text
		}
	}
	c.reader.deploy(d)
}

// kubectl reads kubectl exec: a pod, or TYPE/NAME, and the command after "--", or without
// that after the pod.
func (c command) kubectl(args []shell.Word) {
	_, rest := split(args, kubectlSwitches, true)
	if len(rest) > 0 && rest[0].Text == "cp" {
		c.kubectlCopy(rest[1:])
	}
	if len(rest) == 0 || rest[0].Text != "exec" {
		return
	}
	args = rest[1:]
	var argv []shell.Word
	for i, w := range args {
		if w.Known && w.Text == "--" {
			args, argv = args[:i], args[i+1:]
			break
		}
	}
	options, rest := split(args, kubectlSwitches, argv == nil)
	if len(rest) == 0 || argv == nil && len(rest) < 2 {
		return
	}
	if argv == nil {
		argv = rest[1:]
	}
	d := c.begins(c.call.Name+" exec", rest[0], argv)
	for _, o := range options {
		if (o.name == "-c" || o.name == "--container") && o.known {
			d.containers = append([]string{o.text}, d.containers...)
		}
	}
	c.reader.deploy(d)
}

// begins returns a command in a container.
func (c command) begins(name string, container shell.Word, argv []shell.Word) run {
	d := run{dir: c.own}
	d.Name, d.Place, d.Inside = name, c.place, true
	if container.Known && plainPath.MatchString(container.Text) {
		d.containers = []string{container.Text[strings.LastIndex(container.Text, "/")+1:]}
	} else if m := selector.FindStringSubmatch(container.Raw); m != nil {
		d.containers = []string{m[1]}
	}
	d.Entrypoint = []string{}
	for _, w := range argv {
		d.Command = append(d.Command, spelled(w))
	}
	return d
}

// spelled returns the text of a word; of one with an unknown part, as written without its
// quotes: the rest of it says enough.
func spelled(w shell.Word) string {
	if w.Known {
		return w.Text
	}
	text := w.Raw
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		return strings.NewReplacer(`\"`, `"`, `\$`, `$`, `\\`, `\`).Replace(text[1 : len(text)-1])
	}
	return text
}
