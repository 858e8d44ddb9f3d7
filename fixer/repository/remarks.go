package repository

import (
	"bytes"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file reads what a Dockerfile itself says of how its image is run: in comments, and in
// labels (label-schema.org, "org.label-schema.docker.cmd").

// runLine matches a command that runs an image, within a comment or a label.
var runLine = lazyregexp.New(`\b(?:docker|podman|nerdctl)\s+(?:container\s+)?run\s[^"'` + "`" + `]*`)

// services are Docker's official images that comments show beside another one (hub.docker.com).
var services = strings.Fields("nginx redis postgres mysql mariadb mongo memcached rabbitmq traefik caddy httpd haproxy elasticsearch kibana influxdb grafana registry busybox alpine debian ubuntu node python")

// remarks reads the command lines of a Dockerfile's comments and labels, as those of
// documentation: a line each, which a backslash continues.
func (r *reader) remarks(name string) {
	text, err := r.text(name)
	if err != nil || !bytes.Contains(text, []byte(" run ")) {
		return // what can't be read is a finding of its own
	}
	lines := strings.Split(string(text), "\n")
	continues := false
	for i, line := range lines {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		label := strings.HasPrefix(strings.ToUpper(strings.TrimSpace(line)), "LABEL")
		command := runLine.FindString(line)
		switch {
		case ok && continues:
			lines[i] = strings.TrimRight(comment, "\r")
		case command != "" && (ok || label):
			lines[i] = strings.TrimRight(command, "\r")
		default:
			lines[i] = ""
		}
		continues = ok && strings.HasSuffix(lines[i], "\\")
	}
	r.plainText(name, []byte(strings.Join(lines, "\n")))
}
