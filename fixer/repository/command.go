package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// command is a call of a script that may build or run an image.
type command struct {
	*script
	reader *reader
	dir    value // where it runs
	call   shell.Call
	place  workload.Place
}

// globalValues are docker's own options that take a value, before the command.
var globalValues = words("-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --connection --url --namespace -n")

// Options without a value: docker build, docker buildx build, podman build and
// buildah bud; docker run and podman run. All others take one.
var (
	buildSwitches = words("--compress --disable-content-trust --force-rm --load --no-cache --pull --push -q --quiet --rm --squash --squash-all --check -D --debug --layers --tls-verify --pull-always --pull-never --cleanup --reproducible --skip-tls-verify --no-push")
	runSwitches   = words("-d --detach -i --interactive -t --tty --rm --init --privileged -P --publish-all --read-only --no-healthcheck --oom-kill-disable --sig-proxy --disable-content-trust --help -q --quiet --use-api-socket --replace --tls-verify")
)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// read recognizes docker build, docker run and similar commands.
func (c command) read() {
	args := c.call.Args
	switch c.call.Name {
	case "docker", "podman", "nerdctl", "buildah", "docker-buildx":
	case "docker-compose", "podman-compose":
		c.compose(args)
		return
	case "kubectl", "oc":
		c.kubectl(args)
		return
	case "ssh", "sshpass", "plink":
		c.elsewhere(args)
		return
	case "executor": // kaniko
		if strings.Contains(c.call.Path, "kaniko") {
			c.kaniko(args)
		}
		return
	default:
		return
	}
	for len(args) > 0 && strings.HasPrefix(args[0].Text, "-") {
		skip := 1
		if globalValues[args[0].Text] {
			skip = 2
		}
		args = args[min(skip, len(args)):]
	}
	for len(args) > 1 && args[0].Known && (args[0].Text == "buildx" || args[0].Text == "image" || args[0].Text == "builder" || args[0].Text == "container") {
		args = args[1:]
	}
	if len(args) == 0 || !args[0].Known {
		return
	}
	switch args[0].Text {
	case "compose":
		c.compose(args[1:])
	case "build", "b", "bud", "build-using-dockerfile":
		if !c.remote {
			c.build(args[1:])
		}
	case "run", "create":
		if c.call.Name != "buildah" {
			c.run(args[1:])
		}
	case "kill":
		c.kill(args[1:])
	case "exec":
		c.exec(c.call.Name+" exec", args[1:], execSwitches)
	case "cp":
		c.copyInto(c.call.Name+" cp", args[1:])
	}
}

// option is an option of a command line, with its value.
type option struct {
	name string // with its dashes
	value
	raw string // the value as written
}

// split splits a command line into options and operands. It stops at the first
// operand where stop is set, and returns what follows as operands.
func split(args []shell.Word, switches map[string]bool, stop bool) (options []option, operands []shell.Word) {
	for i := 0; i < len(args); i++ {
		text := args[i].Text
		if !args[i].Known {
			text = strings.Trim(args[i].Raw, `"'`)
		}
		switch {
		case text == "--":
			return options, append(operands, args[i+1:]...)
		case text == "-" || !strings.HasPrefix(text, "-"):
			if stop {
				return options, args[i:]
			}
			operands = append(operands, args[i])
			continue
		}
		o := option{name: text, value: value{known: true}}
		name, with, has := strings.Cut(text, "=")
		switch {
		case has:
			o.name, o.value, o.raw = name, value{with, args[i].Known}, with
		case switches[text] || isCluster(text, switches):
			if len(text) > 2 && text[1] != '-' { // -itd
				for _, letter := range text[1:] {
					options = append(options, option{name: "-" + string(letter), value: value{known: true}})
				}
				continue
			}
		case len(text) > 2 && i+1 < len(args) && (switches[text[:2]] && len(text) == 3 || isCluster(text[:len(text)-1], switches)): // -dv ./x:/y, -itv ./x:/y
			i++
			o.name, o.value, o.raw = "-"+text[len(text)-1:], value{args[i].Text, args[i].Known}, args[i].Raw
		case len(text) > 2 && text[1] != '-': // -tname, -p80:80
			o.name, o.value, o.raw = text[:2], value{text[2:], args[i].Known}, text[2:]
		case i+1 < len(args):
			i++
			o.value, o.raw = value{args[i].Text, args[i].Known}, args[i].Raw
		}
		options = append(options, o)
	}
	return options, operands
}

// isCluster reports whether an argument is several switches of one letter.
func isCluster(text string, switches map[string]bool) bool {
	if len(text) < 3 || text[1] == '-' {
		return false
	}
	for _, letter := range text[1:] {
		if !switches["-"+string(letter)] {
			return false
		}
	}
	return true
}

// begin returns the build of a command line, as far as the script states it.
func (c command) begin(name string) build {
	b := build{documented: c.documented}
	b.By, b.Place = c.by, c.place
	if b.By == "" {
		b.By = name
	}
	return b
}

// build reads docker build (docker documentation, "docker buildx build").
func (c command) build(args []shell.Word) {
	options, operands := split(args, buildSwitches, false)
	b := c.begin("docker build")
	file := literal("")
	for _, o := range options {
		switch o.name {
		case "-f", "--file":
			file = o.value
		case "--target":
			b.target(o.value)
		case "--platform":
			b.platforms(o.value)
		case "-t", "--tag":
			b.tag(untagged(o.value, o.raw))
		case "--build-arg":
			b.buildArg(o)
		case "--network":
			b.network(o.text, c.place)
		case "--build-context":
			c.contextOption(&b, o)
		}
	}
	context := value{}
	for i, w := range operands {
		// An unknown word before the last one may be an option.
		if i == len(operands)-1 || w.Known {
			context = value{w.Text, w.Known}
		}
		if !w.Known && len(operands) > 1 {
			b.gap("some of its options are not known")
		}
	}
	if len(operands) == 0 {
		return // "docker build --help", or a line that is cut off
	}
	c.resolve(&b, context, file)
}

// untagged returns the name of an image, without its tag if that is not known.
func untagged(v value, raw string) value {
	if v.known {
		return v
	}
	name, _, has := strings.Cut(strings.Trim(raw, `"'`), ":$")
	return value{name, has && !strings.ContainsAny(name, "$`")}
}

// buildArg reads --build-arg NAME=VALUE; without a value it is the environment's.
func (b *build) buildArg(o option) {
	if o.known {
		name, text, has := strings.Cut(o.text, "=")
		b.arg(name, value{text, has})
		return
	}
	name, _, _ := strings.Cut(strings.Trim(o.raw, `"'`), "=")
	if strings.ContainsAny(name, "$`") {
		name = "of an unknown name"
	}
	b.arg(name, value{})
}

// network records at which place a build is given a network, or none.
func (b *build) network(name string, place workload.Place) {
	if strings.ToLower(name) == "none" {
		b.Offline = place
	}
}

// kaniko reads a command line of kaniko's executor (kaniko, "Additional flags").
func (c command) kaniko(args []shell.Word) {
	options, _ := split(args, buildSwitches, false)
	b := c.begin("kaniko")
	context, file := literal("."), literal("")
	for _, o := range options {
		switch o.name {
		case "-c", "--context":
			context = o.value
			context.text = strings.TrimPrefix(context.text, "dir://")
		case "-f", "--dockerfile":
			file = o.value
		case "--target":
			b.target(o.value)
		case "--destination", "-d":
			b.tag(untagged(o.value, o.raw))
		case "--build-arg":
			b.buildArg(o)
		}
	}
	if path.IsAbs(context.text) && !strings.HasPrefix(context.text, checkout) {
		context = value{} // a path of kaniko's container, where the checkout may be
	}
	c.resolve(&b, context, file)
}

// resolve finds the paths of a build and records it. If a script doesn't state where
// it runs, it runs in the root of the repository or in its own directory: in the one
// that has the Dockerfile.
func (c command) resolve(b *build, context, file value) {
	if !c.dir.floats() {
		b.paths(c.dir, context, c.dir, file)
		c.reader.add(*b)
		return
	}
	var found []build
	for _, from := range []string{".", c.own} {
		dir := path.Join(from, c.dir.text[1:])
		try := *b
		try.Gaps = b.Gaps[:len(b.Gaps):len(b.Gaps)]
		try.paths(literal(dir), context, literal(dir), file)
		if c.reader.exists[try.Dockerfile] && (len(found) == 0 || found[0].Dockerfile != try.Dockerfile || found[0].Context != try.Context) {
			found = append(found, try)
		}
	}
	switch len(found) {
	case 0:
		b.gap("the Dockerfile is not found, from the root or from " + path.Dir(c.place.File))
		c.reader.add(*b)
	case 1:
		c.reader.add(found[0])
	default:
		b.gap("the directory that it runs in is not known: " + found[0].Dockerfile + " or " + found[1].Dockerfile + " may be meant")
		if found[0].Dockerfile == found[1].Dockerfile {
			b.Gaps[len(b.Gaps)-1].What = "the build context is not known: " + found[0].Context + " or " + found[1].Context + " may be meant"
			b.Dockerfile = found[0].Dockerfile
		}
		c.reader.add(*b)
	}
}
