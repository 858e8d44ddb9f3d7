package kubernetes

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// Kind is the kind of a document: the name for messages.
const Kind document.Kind = "Kubernetes manifest"

// podSpecs are the paths of the pod's specification in the kinds that have one.
// DeploymentConfig is OpenShift's (OpenShift API reference, "Workloads APIs").
var podSpecs = map[string][]string{
	"Pod":                   {"spec"},
	"PodTemplate":           {"template", "spec"},
	"Deployment":            {"spec", "template", "spec"},
	"DeploymentConfig":      {"spec", "template", "spec"},
	"StatefulSet":           {"spec", "template", "spec"},
	"DaemonSet":             {"spec", "template", "spec"},
	"ReplicaSet":            {"spec", "template", "spec"},
	"ReplicationController": {"spec", "template", "spec"},
	"Job":                   {"spec", "template", "spec"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template", "spec"},
}

// groups are the API groups of these kinds. A resource of another group that has the name
// of one of them is something else.
var groups = []string{"", "apps", "batch", "apps.openshift.io", "extensions"}

// Workload is an object that makes pods.
type Workload struct {
	Kind      string
	Name      string
	Namespace string         // "" where the manifest does not say it
	Object    *yamlfile.Node // the mapping of the whole object
	Pod       *yamlfile.Node // the pod's specification
	// Containers are the init containers and the containers, in the order of the file.
	Containers []*Container
}

// Container is a container of a pod.
type Container struct {
	Workload *Workload
	Name     string
	Init     bool           // it is one of the initContainers
	Node     *yamlfile.Node // its mapping
	Image    string         // "" where it is left out, or no string
}

// Read returns the workloads of a file, in its order.
func Read(f *yamlfile.File) (list []*Workload) {
	for _, doc := range f.Documents() {
		list = append(list, objects(doc)...)
	}
	return list
}

// objects returns the workload that an object is, or those of a List.
func objects(object *yamlfile.Node) (list []*Workload) {
	kind := text(field(object, "kind"))
	if kind == "List" {
		for item := range field(object, "items").Items() {
			list = append(list, objects(item)...)
		}
		return list
	}
	route := podSpecs[kind]
	group, _, grouped := strings.Cut(text(field(object, "apiVersion")), "/")
	if !grouped {
		group = ""
	}
	pod := field(object, route...)
	if route == nil || pod == nil || text(field(object, "apiVersion")) == "" || !slices.Contains(groups, group) {
		return nil
	}
	w := &Workload{Kind: kind, Name: text(field(object, "metadata", "name")), Namespace: text(field(object, "metadata", "namespace")), Object: object, Pod: pod}
	for _, key := range []string{"initContainers", "containers"} {
		for node := range field(pod, key).Items() {
			c := &Container{Workload: w, Name: text(field(node, "name")), Init: key == "initContainers", Node: node, Image: text(field(node, "image"))}
			if node.Resolve().Kind == yamlfile.Mapping {
				w.Containers = append(w.Containers, c)
			}
		}
	}
	slices.SortStableFunc(w.Containers, func(a, b *Container) int { return a.Node.Offset - b.Node.Offset })
	return []*Workload{w}
}

// IsWhole reports whether the workload is a complete object, and not a patch of one: each
// container has a name and an image, and there is at least one that is no init container.
func (w *Workload) IsWhole() bool {
	own := false
	for _, c := range w.Containers {
		own = own || !c.Init
		if c.Name == "" || c.Image == "" {
			return false
		}
	}
	return own
}

// Windows reports whether the pod runs on Windows nodes, which ignore users, capabilities
// and seccomp, and refuse some of them.
func (w *Workload) Windows() bool {
	return text(field(w.Pod, "os", "name")) == "windows" || text(field(w.Pod, "nodeSelector", "kubernetes.io/os")) == "windows"
}

// Security returns the security context of a pod or a container, nil where there is none.
func Security(n *yamlfile.Node) *yamlfile.Node { return field(n, "securityContext") }

// Setting returns the value of a key of the container's security context, or of the
// pod's where the container's has none. inPod reports which of them it is. It returns nil
// where neither has one.
func (c *Container) Setting(key string) (value *yamlfile.Node, inPod bool) {
	if value = field(Security(c.Node), key); !value.IsNull() {
		return value, false
	}
	if value = field(Security(c.Workload.Pod), key); !value.IsNull() {
		return value, true
	}
	return nil, false
}

// Field returns the value at a path of keys below a node, nil where there is none.
func Field(n *yamlfile.Node, path ...string) *yamlfile.Node { return field(n, path...) }

func field(n *yamlfile.Node, path ...string) *yamlfile.Node {
	for _, key := range path {
		_, n = n.Get(key)
		if n == nil {
			return nil
		}
	}
	return n
}

// Text returns the text of a scalar, "" for anything else and for null.
func Text(n *yamlfile.Node) string { return text(n) }

func text(n *yamlfile.Node) string {
	if n = n.Resolve(); n == nil || n.Kind != yamlfile.Scalar || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// IsTrue reports whether a value is the boolean true, also as YAML 1.1 spells it, which kubectl
// reads (yaml.org, "Boolean Language-Independent Type").
func IsTrue(n *yamlfile.Node) bool {
	n = n.Resolve()
	if n == nil || n.Kind != yamlfile.Scalar || n.Tag != "!!bool" && n.Tag != "!!str" {
		return false
	}
	return slices.Contains([]string{"true", "yes", "on", "y"}, strings.ToLower(n.Value))
}
