package compose

import (
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer/workload"
)

// rights sets what the service may do on the host: privileged, devices, cap_add,
// cap_drop, network_mode and pid, which is "host", "service:NAME" or "container:NAME".
func (g *gathering) rights() {
	d := &g.to.Deployment
	set := func(attribute string) {
		if at := g.layers.last(attribute); at.key != nil && d.Rights == (workload.Place{}) {
			d.Rights = at.place(at.key)
		}
	}
	if d.Privileged = g.config.Privileged; d.Privileged {
		set("privileged")
	}
	for _, device := range g.config.Devices {
		source := g.unknowns.written(device.Source)
		if device.Target != "" && device.Target != device.Source {
			source += ":" + g.unknowns.written(device.Target)
		}
		d.Devices = append(d.Devices, source)
		set("devices")
	}
	for _, name := range g.config.CapAdd {
		d.CapAdd = append(d.CapAdd, g.unknowns.written(name))
		set("cap_add")
	}
	for _, name := range g.config.CapDrop {
		d.CapDrop = append(d.CapDrop, g.unknowns.written(name))
	}
	d.ReadOnly = g.config.ReadOnly
	for _, o := range g.config.SecurityOpt {
		name, value, _ := strings.Cut(strings.ReplaceAll(o, "=", ":"), ":")
		if name == "seccomp" {
			d.Seccomp = g.unknowns.written(value)
		}
		d.NoNewPrivileges = d.NoNewPrivileges || name == "no-new-privileges" && (value == "" || value == "true")
	}
	d.HostNetwork = g.config.NetworkMode == "host"
	if d.HostPID = g.config.Pid == "host"; d.HostPID {
		set("pid")
	}
	if at := g.layers.last("stop_grace_period"); at.key != nil && g.config.StopGracePeriod != nil && time.Duration(*g.config.StopGracePeriod) > defaultGrace {
		d.Grace = at.place(at.key)
	}
	kind, _, of := strings.Cut(g.config.Pid, ":")
	if at := g.layers.last("pid"); at.key != nil && (d.HostPID || of && (kind == "service" || kind == "container")) {
		d.NoProcessOne = at.place(at.key)
	}
}

// defaultGrace is the time that Compose gives a container to stop (Compose specification,
// "stop_grace_period").
const defaultGrace = 10 * time.Second
