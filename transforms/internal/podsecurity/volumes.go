package podsecurity

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/readonly"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// IsMounted reports whether the container mounts a volume over a path of its image.
func (s Subject) IsMounted(file string) bool {
	for mount := range kubernetes.Field(s.Node, "volumeMounts").Items() {
		if at := kubernetes.Text(kubernetes.Field(mount, "mountPath")); path.IsAbs(at) && workload.Within(file, path.Clean(at)) {
			return true
		}
	}
	return false
}

// Way returns how the container runs its image.
func (s Subject) Way() readonly.Way {
	u := s.User()
	unknown := s.more()
	if host := workload.RemoteHost(s.Image.Words, nil); unknown == "" && host != "" {
		unknown = "its environment names " + host
	}
	return readonly.Way{UID: u.UID, GID: u.GID, Unknown: unknown, Mounted: s.IsMounted, Pod: true, Probes: s.requests()}
}

// requests returns the pages that its probes request.
func (s Subject) requests() (pages []string) {
	for _, name := range probes {
		get := kubernetes.Field(s.Node, name, "httpGet")
		if get == nil {
			continue
		}
		page := path.Join("/", kubernetes.Text(kubernetes.Field(get, "path")))
		port := kubernetes.Text(kubernetes.Field(get, "port"))
		if _, err := strconv.Atoi(port); err == nil {
			page = ":" + port + page
		}
		pages = append(pages, page)
	}
	return pages
}

// harmless are the keys of a container that change nothing of what its image does when it starts by
// itself.
var harmless = []string{"name", "image", "imagePullPolicy", "ports", "resources", "securityContext", "terminationMessagePath", "terminationMessagePolicy", "stdin", "tty", "restartPolicy"}

// probes are the keys whose value is a probe.
var probes = []string{"livenessProbe", "readinessProbe", "startupProbe"}

// more returns what the container states beyond how its image starts by itself, "" for nothing.
func (s Subject) more() string {
	for key, value := range s.Node.Resolve().Entries() {
		name := kubernetes.Text(key)
		switch {
		case slices.Contains(harmless, name):
		case slices.Contains(probes, name) && kubernetes.Field(value, "exec") == nil:
		default:
			return fmt.Sprintf("line %d says %s", s.pass.Line(key.Offset), name)
		}
	}
	return ""
}

// Scratch collects the empty volumes that the containers of a pod get.
type Scratch struct {
	file    *yamlfile.File
	of      *kubernetes.Workload
	taken   map[string]bool // names of volumes
	volumes []yamlfile.Value
	edits   []document.Edit
}

// NewScratch returns one without volumes.
func NewScratch(f *yamlfile.File, w *kubernetes.Workload) *Scratch {
	s := &Scratch{file: f, of: w, taken: map[string]bool{}}
	for v := range kubernetes.Field(w.Pod, "volumes").Items() {
		s.taken[kubernetes.Text(kubernetes.Field(v, "name"))] = true
	}
	for claim := range kubernetes.Field(w.Object, "spec", "volumeClaimTemplates").Items() {
		s.taken[kubernetes.Text(kubernetes.Field(claim, "metadata", "name"))] = true
	}
	return s
}

// Mount has a container mount an empty volume of its own at each of these directories.
func (s *Scratch) Mount(c *kubernetes.Container, dirs []string) error {
	if len(dirs) == 0 {
		return nil
	}
	var mounts []yamlfile.Value
	for _, dir := range dirs {
		name := s.name(dir, c.Name)
		s.volumes = append(s.volumes, yamlfile.Map(yamlfile.Entry{Key: "name", Value: yamlfile.String(name)}, yamlfile.Entry{Key: "emptyDir", Value: yamlfile.Map()}))
		mounts = append(mounts, yamlfile.Map(yamlfile.Entry{Key: "name", Value: yamlfile.String(name)}, yamlfile.Entry{Key: "mountPath", Value: yamlfile.String(dir)}))
	}
	edits, err := addItems(s.file, c.Node, "volumeMounts", mounts, "image", "imagePullPolicy", "securityContext")
	s.edits = append(s.edits, edits...)
	return err
}

// name returns a name for a volume that no other of the pod has: tmp, tmp-web, tmp-web-2.
func (s *Scratch) name(dir, container string) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, path.Base(dir)), "-")
	name := base
	for i := 1; s.taken[name]; i++ {
		if name = base + "-" + container; i > 1 {
			name = fmt.Sprintf("%s-%s-%d", base, container, i)
		}
	}
	s.taken[name] = true
	return name
}

// Edits returns the edits that make the volumes and their mounts.
func (s *Scratch) Edits() ([]document.Edit, error) {
	if len(s.volumes) == 0 {
		return s.edits, nil
	}
	edits, err := addItems(s.file, s.of.Pod, "volumes", s.volumes, "containers")
	return slices.Concat(s.edits, edits), err
}

// addItems returns the edits that add items to a list of a mapping, or the list, after the
// keys in after.
func addItems(f *yamlfile.File, m *yamlfile.Node, key string, items []yamlfile.Value, after ...string) (edits []document.Edit, err error) {
	at, list := m.Resolve().Get(key)
	switch {
	case at == nil:
		return rights.One(f.AddEntry(m, key, yamlfile.List(items...), after...))
	case list.IsNull(), list.Resolve().Kind == yamlfile.Sequence && list.Len() == 0:
		return rights.One(f.SetValue(at, list, yamlfile.List(items...)))
	}
	for _, item := range items {
		edit, err := rights.One(f.AddItem(list, item))
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit...)
	}
	return edits, nil
}

// OwnersVolume returns the name of a volume that a container mounts and only root may use
// without an fsGroup: a claim that it writes to, or a secret with a mode for its owner alone;
// "" for none.
func OwnersVolume(w *kubernetes.Workload) string {
	owners := map[string]bool{}
	for v := range kubernetes.Field(w.Pod, "volumes").Items() {
		name := kubernetes.Text(kubernetes.Field(v, "name"))
		claim, mode := kubernetes.Field(v, "persistentVolumeClaim"), 0
		if at := kubernetes.Field(v, "secret", "defaultMode"); at != nil && at.Decode(&mode) == nil {
			owners[name] = mode != 0 && mode&0o044 == 0
		}
		if claim != nil && !kubernetes.IsTrue(kubernetes.Field(claim, "readOnly")) {
			owners[name] = true
		}
	}
	for claim := range kubernetes.Field(w.Object, "spec", "volumeClaimTemplates").Items() {
		owners[kubernetes.Text(kubernetes.Field(claim, "metadata", "name"))] = true
	}
	for _, c := range w.Containers {
		for mount := range kubernetes.Field(c.Node, "volumeMounts").Items() {
			if name := kubernetes.Text(kubernetes.Field(mount, "name")); owners[name] {
				return name
			}
		}
	}
	return ""
}

// AddToPod returns the edits that add entries to the security context of a pod, which does not
// have them.
func AddToPod(f *yamlfile.File, w *kubernetes.Workload, entries ...yamlfile.Entry) (edits []document.Edit, err error) {
	at, security := w.Pod.Resolve().Get("securityContext")
	switch {
	case at == nil:
		return rights.One(f.AddEntry(w.Pod, "securityContext", yamlfile.Map(entries...)))
	case security.IsNull(), security.Kind == yamlfile.Mapping && security.Len() == 0:
		return rights.One(f.SetValue(at, security, yamlfile.Map(entries...)))
	}
	for _, e := range entries {
		edit, err := rights.One(f.AddEntry(security, e.Key, e.Value))
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit...)
	}
	return edits, nil
}
