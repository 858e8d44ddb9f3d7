package repository

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// run reads docker run (docker documentation, "docker container run").
func (c command) run(args []shell.Word) {
	options, rest := split(args, runSwitches, true)
	if len(rest) == 0 {
		return
	}
	d := run{dir: c.own}
	d.Name, d.Place, d.Podman = "docker run", c.place, c.call.Name == "podman"
	if image := untagged(value{rest[0].Text, rest[0].Known}, rest[0].Raw); image.known {
		d.image = image.text
		if c.within != "" && !strings.Contains(d.image, "/") && !slices.Contains(services, writtenName(d.image)) {
			d.dockerfile = c.within // whose image it is, by whichever name
		}
	}
	for _, o := range options {
		d.option(o)
	}
	for _, o := range options {
		if o.name == "--env-file" {
			c.envFile(&d, o)
		}
	}
	d.command(rest[1:])
	c.reader.deployChecked(d)
}

// deployChecked records a deployment, and its health check.
func (r *reader) deployChecked(d run) {
	r.deploy(d)
	if d.health != "" {
		check := d
		check.Name, check.Inside, check.Gaps = "--health-cmd", true, nil
		check.Entrypoint, check.Command = []string{}, []string{"/bin/sh", "-c", d.health}
		r.deploy(check)
	}
}

// command reads what follows the image or the service.
func (d *run) command(words []shell.Word) {
	for _, w := range words {
		d.Command = append(d.Command, w.Text)
		if !w.Known {
			d.Command = nil
			d.gap(workload.UnknownCommand)
			break
		}
	}
}

// gap records what is not known of a deployment.
func (d *run) gap(what string) {
	d.Gaps = append(d.Gaps, workload.Gap{Place: d.Place, What: what})
}

// option reads one option of docker run.
func (d *run) option(o option) {
	switch o.name {
	case "--name":
		if o.known {
			d.containers = []string{o.text}
		}
	case "-v", "--volume":
		d.volume(o.written())
	case "--mount":
		d.mount(o.written())
	case "--tmpfs":
		target, _, _ := strings.Cut(o.written(), ":")
		d.mounted(workload.Mount{Target: target, Kind: workload.Tmpfs})
	case "-u", "--user":
		if d.User = o.text; !o.known {
			d.gap("the user is not known")
		}
	case "--init":
		d.Init = o.text != "false"
	case "-w", "--workdir":
		if d.WorkingDir = o.text; !o.known {
			d.gap("the working directory is not known")
		}
	case "--entrypoint":
		if d.Entrypoint = []string{o.text}; !o.known {
			d.Entrypoint = nil
			d.gap("the entrypoint is not known")
		} else if o.text == "" {
			d.Entrypoint = []string{}
		}
	case "-e", "--env":
		name, text, has := strings.Cut(o.written(), "=")
		d.variable(name, value{text, o.known && has})
	case "--env-file": // whose variables come after those of -e
		if len(d.EnvFiles) < maxValues {
			d.EnvFiles = append(d.EnvFiles, o.written())
		}
	case "--health-cmd":
		d.health = o.written()
	case "-p", "--publish":
		d.port(o.written())
	case "--privileged":
		if d.Privileged = o.text != "false"; d.Privileged {
			d.Rights = d.Place
		}
	case "--device":
		d.raise(&d.Devices, o.written())
	case "--cap-add":
		d.raise(&d.CapAdd, strings.Split(o.written(), ",")...)
	case "--cap-drop":
		d.CapDrop = append(d.CapDrop, strings.Split(o.written(), ",")...)
	case "--network", "--net":
		d.HostNetwork = o.text == "host"
	case "--ulimit", "--sysctl":
		d.limit(o.written())
	case "--pid":
		if d.HostPID = o.text == "host"; d.HostPID {
			d.Rights = d.Place
		}
		if d.HostPID || strings.HasPrefix(o.text, "container:") {
			d.NoProcessOne = d.Place
		}
	}
}

// written returns the value, or if it isn't known, the text without quotes:
// of "$PWD/data:/data" the target is known.
func (o option) written() string {
	if o.known {
		return o.text
	}
	return strings.NewReplacer(`"`, "", `'`, "").Replace(o.raw)
}

// raise adds devices or capabilities.
func (d *run) raise(list *[]string, names ...string) {
	*list = append(*list, names[:min(len(names), maxValues-len(*list))]...)
	d.Rights = d.Place
}

func (d *run) variable(name string, v value) {
	if len(d.Env) < maxValues && name != "" {
		d.Env = append(d.Env, workload.Variable{Name: name, Value: v.text, Known: v.known, Place: d.Place})
	}
}

// port reads [ip:][host:]container[/protocol]. A range is not read.
func (d *run) port(text string) {
	text, _, _ = strings.Cut(text, "/")
	n, err := strconv.Atoi(text[strings.LastIndex(text, ":")+1:])
	if err == nil && n > 0 && n < 1<<16 && len(d.Ports) < maxValues {
		d.Ports = append(d.Ports, n)
	}
}

// mounted records a mount whose target is known.
func (d *run) mounted(m workload.Mount) {
	switch {
	case len(d.Mounts) >= maxValues:
	case (!path.IsAbs(m.Target) || strings.ContainsAny(m.Target, "$`")) && slices.Contains([]workload.MountKind{workload.Config, workload.Scratch, workload.Tmpfs}, m.Kind):
		// Wherever it is, it is only read, or anyone's.
	case !path.IsAbs(m.Target) || strings.ContainsAny(m.Target, "$`"):
		d.gap("the target of a mount is not known")
	default:
		m.Source = fromCheckout(d.Place.File, m.Source)
		m.Target, m.Place = path.Clean(m.Target), d.Place
		d.Mounts = append(d.Mounts, m)
	}
}

// volume reads -v [source:]target[:options].
func (d *run) volume(text string) {
	parts := colons(text)
	if len(parts) > 2 && len(parts[0]) == 1 { // C:\data:/data
		parts = append([]string{parts[0] + ":" + parts[1]}, parts[2:]...)
	}
	if len(parts) == 1 {
		d.mounted(workload.Mount{Target: parts[0], Kind: workload.Anonymous})
		return
	}
	m := workload.Mount{Source: strings.ReplaceAll(parts[0], unknownToMake, "$(…)"), Target: parts[1], Kind: volumeKind(parts[0])}
	if len(parts) > 2 {
		for o := range strings.SplitSeq(parts[2], ",") {
			m.ReadOnly = m.ReadOnly || o == "ro" || o == "readonly"
			m.Existing = m.Existing || o == "nocopy"
		}
	}
	d.mounted(m)
}

// volumeKind distinguishes a path of the host from the name of a volume: a name starts
// with a letter or a digit, and has no slash.
func volumeKind(source string) workload.MountKind {
	if strings.ContainsAny(source, `/\$`+"`~") || strings.HasPrefix(source, ".") {
		return workload.Bind
	}
	return workload.Volume
}

// colons splits at the colons outside of ${…} and $(…).
func colons(text string) (parts []string) {
	depth, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case ':':
			if depth <= 0 {
				parts = append(parts, text[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, text[start:])
}

// mount reads --mount type=bind,source=…,target=….
func (d *run) mount(text string) {
	m := workload.Mount{Kind: workload.Volume}
	for field := range strings.SplitSeq(text, ",") {
		key, v, _ := strings.Cut(field, "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "type":
			switch v {
			case "bind":
				m.Kind = workload.Bind
			case "tmpfs":
				m.Kind = workload.Tmpfs
			}
		case "source", "src":
			m.Source = v
		case "target", "dst", "destination":
			m.Target = v
		case "readonly", "ro":
			m.ReadOnly = v != "false"
		case "volume-nocopy":
			m.Existing = v != "false"
		}
	}
	if m.Kind == workload.Volume && m.Source == "" {
		m.Kind = workload.Anonymous
	}
	d.mounted(m)
}
