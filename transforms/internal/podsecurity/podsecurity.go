// Package podsecurity finds out whether the security context of a container may be
// changed, and makes the edits of it.
package podsecurity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/fixer/yamlfile"
	"github.com/dockmend/dockmend/transforms/internal/rights"
)

// Subject is a container whose security context may be changed.
type Subject struct {
	*kubernetes.Container
	pass  *manifest.Pass
	Image workload.Container
	// Privileged is what gives it rights on its host that a transform must not contradict,
	// with its place; "" for none.
	Privileged string
}

// Containers calls visit for the containers of a manifest that run Linux and are part of a
// complete object.
func Containers(p *manifest.Pass, visit func(Subject)) {
	Pods(p, func(_ *kubernetes.Workload, list []Subject) {
		for _, s := range list {
			visit(s)
		}
	})
}

// Pods is Containers, with those of a pod together.
func Pods(p *manifest.Pass, visit func(*kubernetes.Workload, []Subject)) {
	for _, w := range p.Workloads {
		if !w.IsWhole() || w.Windows() {
			continue
		}
		var list []Subject
		for _, c := range w.Containers {
			s := Subject{Container: c, pass: p, Image: p.Image(c)}
			s.Privileged = s.privileged()
			list = append(list, s)
		}
		visit(w, list)
	}
}

// privileged returns what gives a container the rights of the host.
func (s Subject) privileged() string {
	c, line := s.Container, func(n *yamlfile.Node) int { return s.pass.Line(n.Offset) }
	if v, _ := c.Setting("privileged"); kubernetes.IsTrue(v) {
		return fmt.Sprintf("line %d says privileged: true", line(v))
	}
	for _, item := range s.Added() {
		if name := strings.TrimPrefix(kubernetes.Text(item), "CAP_"); name == "SYS_ADMIN" || name == "ALL" {
			return fmt.Sprintf("line %d adds the capability %s", line(item), kubernetes.Text(item))
		}
	}
	for _, key := range []string{"hostPID", "hostIPC", "hostNetwork"} {
		if v := kubernetes.Field(c.Workload.Pod, key); kubernetes.IsTrue(v) {
			return fmt.Sprintf("line %d says %s: true", line(v), key)
		}
	}
	if v, _ := c.Setting("seccompProfile"); kubernetes.Text(kubernetes.Field(v, "type")) == "Unconfined" {
		return fmt.Sprintf("line %d takes its seccomp profile away", line(v))
	}
	for v := range kubernetes.Field(c.Workload.Pod, "volumes").Items() {
		if at := kubernetes.Field(v, "hostPath", "path"); rights.IsEngineSocket(kubernetes.Text(at)) {
			return fmt.Sprintf("line %d mounts the engine's socket", line(at))
		}
	}
	return ""
}

// Added returns the capabilities that the container adds.
func (s Subject) Added() []*yamlfile.Node {
	return slices.Collect(kubernetes.Field(kubernetes.Security(s.Node), "capabilities", "add").Items())
}

// User returns as whom the container starts: what its manifest says, else what the image
// says.
func (s Subject) User() rights.User {
	u := rights.OfImage(s.Image)
	if v, _ := s.Setting("runAsUser"); v != nil {
		n, err := strconv.Atoi(kubernetes.Text(v))
		switch {
		case err != nil:
			u.Unknown = fmt.Sprintf("runAsUser in line %d is not a number", s.pass.Line(v.Offset))
			return u
		case n == s.Image.UID && s.Image.Unknown == "":
			u.Stated = true
			return u
		}
		// The group is that of an account that the image does not have.
		u = rights.User{UID: n, Stated: true, Why: fmt.Sprintf("runAsUser is %d in line %d", n, s.pass.Line(v.Offset))}
	}
	return u
}

// Evidence is what a change because of the user rests on.
func (s Subject) Evidence() []fixer.Evidence { return rights.Evidence(s.Image) }

// order are the keys of a container's security context in the order in which they are
// written.
var order = []string{"runAsNonRoot", "runAsUser", "runAsGroup", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities", "seccompProfile"}

// Add returns the edits that add an entry to the security context of the container, which
// does not have it.
func (s Subject) Add(f *yamlfile.File, key string, v yamlfile.Value, more ...yamlfile.Entry) ([]document.Edit, error) {
	entries := append([]yamlfile.Entry{{Key: key, Value: v}}, more...)
	node := s.Node.Resolve()
	at, security := node.Get("securityContext")
	if at == nil {
		return rights.One(f.AddEntry(s.Node, "securityContext", yamlfile.Map(entries...), "image", "imagePullPolicy"))
	}
	if security.IsNull() || security.Kind == yamlfile.Mapping && security.Len() == 0 {
		return rights.One(f.SetValue(at, security, yamlfile.Map(entries...)))
	}
	var edits []document.Edit
	for _, e := range entries {
		edit, err := rights.One(f.AddEntry(security, e.Key, e.Value, before(e.Key)...))
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit...)
	}
	return edits, nil
}

// before returns the keys that come before one.
func before(key string) []string {
	for i, k := range order {
		if k == key {
			return order[:i]
		}
	}
	return order
}

// MayHarden reports whether the container can lose rights at all: it is known not to run as
// root, and nothing gives it the rights of the host. Otherwise kube-user says why.
func (s Subject) MayHarden() bool {
	u := s.User()
	return !u.MayBeRoot() && s.Privileged == ""
}

// LosesRights returns whether the container's processes may be kept from gaining rights.
func (s Subject) LosesRights() fixer.Decision { return rights.Lost(s.Image) }

// Known refuses what rests on the image where nothing is known of that.
func (s Subject) Known() fixer.Decision { return rights.Known(s.Image) }

// Deployed doubts that what is deployed is what the manifest and the Dockerfile say, and that the
// manifest can be applied once more.
func (s Subject) Deployed() fixer.Decision {
	may := rights.Renewed(s.Image)
	if at := s.pass.Patched(s.Workload); at != (workload.Place{}) {
		may = may.And(fixer.Doubt(at.String() + " changes the rights of its containers"))
	}
	if kind := s.Workload.Kind; kind == "Job" || kind == "Pod" {
		may = may.And(fixer.Doubt("an existing " + kind + " can't be changed: delete it first"))
	}
	return may
}

// Editable returns the decision not to change what can't be edited.
func Editable(err error) fixer.Decision {
	if err == nil {
		return fixer.Decision{}
	}
	return fixer.Refusal("its security context can't be edited: " + err.Error())
}
