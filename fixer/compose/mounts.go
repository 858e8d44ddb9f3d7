package compose

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// mounts returns what is mounted: volumes, tmpfs, configs, secrets.
func (g *gathering) mounts() []workload.Mount {
	var list []workload.Mount
	add := func(attribute string, places map[string]workload.Place, m workload.Mount) {
		place, ok := places[m.Target]
		if !ok {
			place = g.to.Place
			if at := g.layers.last(attribute); at.key != nil {
				place = at.place(at.key)
			}
		}
		if isUnknown(m.Target) || !path.IsAbs(m.Target) {
			g.gapAt(place, "%s: the target %s is not known", attribute, g.unknowns.written(m.Target))
			return
		}
		if isUnknown(m.Source) {
			m.Source = g.unknowns.written(m.Source)
			g.gapAt(place, "%s: %s, which is mounted at %s, has no value", attribute, m.Source, m.Target)
		}
		m.Target, m.Place = path.Clean(m.Target), place
		list = append(list, m)
	}
	places := g.places("volumes", volumeTarget)
	for _, v := range g.config.Volumes {
		add("volumes", places, g.volume(v))
	}
	places = g.places("tmpfs", tmpfsTarget)
	for _, t := range g.config.Tmpfs {
		target, options, _ := strings.Cut(t, ":")
		readOnly := slices.Contains(strings.Split(options, ","), "ro")
		add("tmpfs", places, workload.Mount{Target: target, Kind: workload.Tmpfs, ReadOnly: readOnly, Options: g.unknowns.written(options)})
	}
	places = g.places("configs", fileTarget("/"))
	for _, c := range g.config.Configs {
		add("configs", places, withMode(file(c.Source, c.Target, "/"), types.FileReferenceConfig(c)))
	}
	places = g.places("secrets", fileTarget("/run/secrets"))
	for _, s := range g.config.Secrets {
		add("secrets", places, withMode(file(s.Source, s.Target, "/run/secrets"), types.FileReferenceConfig(s)))
	}
	return list
}

// file returns the mount of a config or a secret, whose target is relative to dir.
func file(source, target, dir string) workload.Mount {
	if target == "" {
		target = source
	}
	if !path.IsAbs(target) && !isUnknown(target) {
		target = path.Join(dir, target)
	}
	return workload.Mount{Target: target, Kind: workload.Config, Source: source, ReadOnly: true}
}

// withMode sets what a service says of the file of a config or a secret (Compose
// specification, "secrets").
func withMode(m workload.Mount, c types.FileReferenceConfig) workload.Mount {
	m.UID = c.UID
	if c.Mode != nil {
		mode := fs.FileMode(*c.Mode) & fs.ModePerm
		m.Mode = &mode
	}
	return m
}

// volume returns an entry of volumes. The options of a volume of the local driver may
// make it a bind mount or a tmpfs.
func (g *gathering) volume(v types.ServiceVolumeConfig) workload.Mount {
	m := workload.Mount{Target: v.Target, Kind: workload.Volume, Source: v.Source, ReadOnly: v.ReadOnly}
	switch v.Type {
	case types.VolumeTypeBind, types.VolumeTypeNamedPipe:
		m.Kind = workload.Bind
	case types.VolumeTypeTmpfs:
		m.Kind = workload.Tmpfs
		if v.Tmpfs != nil && v.Tmpfs.Mode != 0 {
			m.Options = fmt.Sprintf("mode=%04o", v.Tmpfs.Mode)
		}
	case types.VolumeTypeImage:
		m.Kind, m.ReadOnly = workload.Config, true
	case types.VolumeTypeVolume:
		m.Existing = v.Volume != nil && v.Volume.NoCopy
		switch {
		case m.Source == "":
			m.Kind = workload.Anonymous
		case isUnknown(m.Source):
			m.Kind = workload.Bind // which hides more than a volume does
		default:
			g.named(&m)
		}
	}
	return m
}

// named sets the fields of a mount from the declaration of its named volume.
func (g *gathering) named(m *workload.Mount) {
	declared, ok := g.project.Volumes[m.Source]
	m.Existing = m.Existing || bool(declared.External)
	if !ok || declared.Driver != "" && declared.Driver != "local" {
		return
	}
	options := strings.Split(declared.DriverOpts["o"], ",")
	switch {
	case slices.Contains(options, "bind"), slices.Contains(options, "rbind"):
		m.Kind, m.Source = workload.Bind, declared.DriverOpts["device"]
	case declared.DriverOpts["type"] == "tmpfs":
		m.Kind, m.Source = workload.Tmpfs, ""
	}
}

// places returns the places of the items of a list of mounts, keyed by their targets.
func (g *gathering) places(attribute string, target func(layer, *yamlfile.Node) string) map[string]workload.Place {
	places := map[string]workload.Place{}
	for _, at := range g.layers.visible(attribute) {
		if at.value.Resolve().Kind == yamlfile.Scalar {
			places[target(at.layer, at.value)] = at.place(at.value)
		}
		for item := range at.value.Items() {
			places[target(at.layer, item)] = at.place(item)
		}
	}
	return places
}

// volumeTarget returns the target of an item of volumes, as compose-go spells it.
func volumeTarget(l layer, n *yamlfile.Node) string {
	if n.Resolve().Kind == yamlfile.Mapping {
		_, target := n.Get("target")
		return l.text(target)
	}
	v, err := format.ParseVolume(l.text(n))
	if err != nil || v.Target == "" {
		return ""
	}
	return path.Clean(v.Target)
}

// tmpfsTarget returns the target of an item of tmpfs.
func tmpfsTarget(l layer, n *yamlfile.Node) string {
	target, _, _ := strings.Cut(l.text(n), ":")
	return target
}

// fileTarget returns the target of an item of configs or secrets.
func fileTarget(dir string) func(layer, *yamlfile.Node) string {
	return func(l layer, n *yamlfile.Node) string {
		if n.Resolve().Kind != yamlfile.Mapping {
			return file(l.text(n), "", dir).Target
		}
		_, source := n.Get("source")
		_, target := n.Get("target")
		return file(l.text(source), l.text(target), dir).Target
	}
}

// volumesFrom adds the mounts that services take from others of the project.
func (a *assembly) volumesFrom(list []*Service) {
	own := map[string][]workload.Mount{}
	for _, s := range list {
		own[s.Name] = s.Deployment.Mounts
	}
	copied := 0
	for _, s := range list {
		targets := map[string]bool{}
		for _, m := range s.Deployment.Mounts {
			targets[m.Target] = true
		}
		for _, from := range a.project.Services[s.Name].VolumesFrom {
			name, mode, _ := strings.Cut(from, ":")
			mounts, ok := own[name]
			copied += len(mounts)
			if !ok || len(a.project.Services[name].VolumesFrom) > 0 || copied > maxCopied {
				what := "volumes_from: what " + a.unknowns.written(from) + " mounts is not known"
				s.Deployment.Gaps = append(s.Deployment.Gaps, workload.Gap{Place: s.Place, What: what})
				continue
			}
			for _, m := range mounts {
				m.ReadOnly = m.ReadOnly || mode == "ro"
				if !targets[m.Target] {
					targets[m.Target] = true
					s.Deployment.Mounts = append(s.Deployment.Mounts, m)
				}
			}
		}
	}
}
