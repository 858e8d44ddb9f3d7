package repository

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/workload"
)

// podSpecs are the paths of the pod's specification in the kinds that have one
// (Kubernetes API reference, "Workload Resources").
var podSpecs = map[string][]string{
	"Pod": {"spec"}, "Deployment": {"spec", "template", "spec"}, "StatefulSet": {"spec", "template", "spec"},
	"DaemonSet": {"spec", "template", "spec"}, "ReplicaSet": {"spec", "template", "spec"}, "ReplicationController": {"spec", "template", "spec"},
	"Job": {"spec", "template", "spec"}, "CronJob": {"spec", "jobTemplate", "spec", "template", "spec"},
}

// manifests reads the containers of Kubernetes workloads. A file that is not YAML is a gap.
func (r *reader) manifests(name string, text []byte) {
	if chart, ok := r.isTemplate(name); ok {
		text = r.rendered(name, chart, text)
	}
	for _, doc := range r.yaml(name, text) {
		if get(doc, "apiVersion") == nil {
			if get(doc, "schemaVersion") != nil {
				r.structureTest(name, doc)
			}
			continue
		}
		objects := []*yaml.Node{doc}
		if scalar(get(doc, "kind")).text == "List" {
			objects = items(get(doc, "items"))
		}
		for _, o := range objects {
			if scalar(get(o, "kind")).text == "ConfigMap" {
				r.configMap(name, o)
			}
			route := podSpecs[scalar(get(o, "kind")).text]
			if pod := get(o, route...); route != nil && pod != nil {
				r.patchOf(name, o, pod)
				r.pod(name, o, pod)
			}
		}
	}
}

// pod records the containers of a pod.
func (r *reader) pod(name string, object, pod *yaml.Node) {
	r.kubernetes = true
	volumes := map[string]podVolume{}
	for _, v := range items(get(pod, "volumes")) {
		if v = target(v); v != nil && r.spend(name, len(v.Content)) {
			of := readVolume(v)
			if of.kind == workload.Claim && of.path != "" {
				r.claims[of.path] = true
			}
			volumes[scalar(get(v, "name")).text] = of
		}
	}
	for _, claim := range items(get(object, "spec", "volumeClaimTemplates")) {
		if r.spend(name, 1) {
			volumes[scalar(get(claim, "metadata", "name")).text] = podVolume{kind: workload.Claim}
		}
	}
	for _, key := range []string{"initContainers", "containers"} {
		list := get(pod, key)
		if list != nil && list.Kind != yaml.SequenceNode { // a template's, as {{ … }} is a mapping
			r.gap(at(name, list), "the "+key+" are not a list")
			continue
		}
		for _, c := range items(list) {
			if c = target(c); c != nil && r.spend(name, len(c.Content)) {
				r.container(name, scalar(get(object, "metadata", "name")).text, pod, c, volumes)
			}
		}
	}
}

// podVolume is a volume of a pod.
type podVolume struct {
	kind workload.MountKind
	path string       // of the host, or the name of a claim; "" for other kinds
	mode *fs.FileMode // of the files of a Config; nil for the default
}

// readVolume reads an entry of volumes.
func readVolume(v *yaml.Node) podVolume {
	for _, p := range pairs(v) {
		switch p.key {
		case "name":
		case "emptyDir":
			return podVolume{kind: workload.Scratch}
		case "hostPath":
			return podVolume{kind: workload.Bind, path: scalar(get(p.value, "path")).text}
		case "configMap", "secret", "projected", "downwardAPI":
			return podVolume{kind: workload.Config, mode: fileMode(get(p.value, "defaultMode"))}
		default:
			return podVolume{kind: workload.Claim, path: scalar(get(p.value, "claimName")).text}
		}
	}
	return podVolume{kind: workload.Scratch} // "volumes: [{name: x}]" is an emptyDir
}

// fileMode reads a mode as Kubernetes does: octal with a leading zero, else decimal.
func fileMode(n *yaml.Node) *fs.FileMode {
	mode, err := strconv.ParseUint(strings.Replace(scalar(n).text, "0o", "0", 1), 0, 32)
	if err != nil {
		return nil
	}
	perm := fs.FileMode(mode) & fs.ModePerm
	return &perm
}

// container records a container.
func (r *reader) container(name, workloadName string, pod, c *yaml.Node, volumes map[string]podVolume) {
	d := run{dir: path.Dir(name)}
	d.Name, d.Place = "container "+scalar(get(c, "name")).text, at(name, c)
	d.containers = []string{scalar(get(c, "name")).text, workloadName}
	if image := scalar(get(c, "image")); image.known {
		d.image = image.text
	}
	d.started(get(c, "command"), get(c, "args"))
	d.WorkingDir = scalar(get(c, "workingDir")).text
	d.User = podUser(get(pod, "securityContext"), get(c, "securityContext"))
	// With OnRootMismatch, only the first mount of a volume gives its files to the group.
	d.FSGroup = scalar(get(pod, "securityContext", "fsGroup")).text != "" && scalar(get(pod, "securityContext", "fsGroupChangePolicy")).text != "OnRootMismatch"
	d.HostNetwork = isTrue(get(pod, "hostNetwork"))
	r.podRights(name, pod, get(c, "securityContext"), &d)
	for _, e := range items(get(c, "env")) {
		v := scalar(get(e, "value"))
		v.known = v.known && get(e, "valueFrom") == nil
		if !r.spend(name, 1) {
			break
		}
		if of := get(e, "valueFrom", "configMapKeyRef"); of != nil {
			d.configs = append(d.configs, configRef{scalar(get(of, "name")).text, scalar(get(of, "key")).text, scalar(get(e, "name")).text})
			continue
		}
		d.variable(scalar(get(e, "name")).text, v)
	}
	for _, from := range items(get(c, "envFrom")) {
		if of := get(from, "configMapRef"); of != nil && r.spend(name, 1) {
			d.configs = append(d.configs, configRef{config: scalar(get(of, "name")).text})
		}
	}
	if from := get(c, "envFrom"); from != nil {
		d.gap("its envFrom is not read completely")
	}
	for _, p := range items(get(c, "ports")) {
		if r.spend(name, 1) {
			d.port(scalar(get(p, "containerPort")).text)
		}
	}
	for _, m := range items(get(c, "volumeMounts")) {
		if !r.spend(name, 1) {
			break
		}
		volume := scalar(get(m, "name")).text
		of, ok := volumes[volume]
		if !ok {
			of.kind = workload.Claim // of a volume that another file adds
		}
		d.mounted(workload.Mount{Target: scalar(get(m, "mountPath")).text, Kind: of.kind, Source: cmp.Or(of.path, volume), ReadOnly: isTrue(get(m, "readOnly"))})
		if n := len(d.Mounts); n > 0 {
			d.Mounts[n-1].Place, d.Mounts[n-1].Mode = at(name, target(m)), of.mode
		}
	}
	d.HealthCheck = probe(c)
	r.deploy(d)
	r.hooks(name, c, d)
}

// hooks records what Kubernetes runs in a container: its probes and the handlers of its
// lifecycle (Kubernetes documentation, "Container Lifecycle Hooks", "Configure Liveness,
// Readiness and Startup Probes").
func (r *reader) hooks(name string, c *yaml.Node, d run) {
	for _, route := range [][]string{{"lifecycle", "postStart"}, {"lifecycle", "preStop"}, {"livenessProbe"}, {"readinessProbe"}, {"startupProbe"}} {
		hook := d
		words := get(c, append(slices.Clone(route), "exec", "command")...)
		if words == nil || !r.spend(name, len(words.Content)) {
			continue
		}
		hook.Gaps, hook.Entrypoint, hook.Command = nil, []string{}, nil
		hook.words("command", words, &hook.Command)
		hook.Name, hook.Place, hook.Inside = route[len(route)-1], at(name, words), true
		if len(hook.Command) > 0 {
			r.deploy(hook)
		}
	}
}

// probe returns the command of the first probe that has one, empty for none: the health check of the
// image means nothing to Kubernetes.
func probe(c *yaml.Node) []string {
	words := []string{}
	for _, name := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		if command := items(get(c, name, "exec", "command")); len(command) > 0 {
			for _, word := range command[:min(len(command), maxValues)] {
				words = append(words, scalar(word).text)
			}
			break
		}
	}
	return words
}

// isTrue reports whether a value is true.
func isTrue(n *yaml.Node) bool {
	yes, _ := strconv.ParseBool(scalar(n).text)
	return yes
}

// podRights sets what a container may do on the host.
func (r *reader) podRights(name string, pod, security *yaml.Node, d *run) {
	if privileged := get(security, "privileged"); isTrue(privileged) {
		d.Privileged, d.Rights = true, at(name, privileged)
	}
	added := items(get(security, "capabilities", "add"))
	for _, c := range added[:min(len(added), maxValues)] {
		d.CapAdd = append(d.CapAdd, scalar(c).text)
		if d.Rights == (workload.Place{}) {
			d.Rights = at(name, target(c))
		}
	}
	dropped := items(get(security, "capabilities", "drop"))
	for _, c := range dropped[:min(len(dropped), maxValues)] {
		d.CapDrop = append(d.CapDrop, scalar(c).text)
	}
	d.ReadOnly = isTrue(get(security, "readOnlyRootFilesystem"))
	gains := get(security, "allowPrivilegeEscalation")
	d.NoNewPrivileges = gains != nil && !isTrue(gains)
	grace := get(pod, "terminationGracePeriodSeconds")
	if seconds, err := strconv.Atoi(scalar(grace).text); err == nil && seconds > defaultGrace {
		d.Grace = at(name, grace)
	}
	for _, key := range []string{"hostPID", "shareProcessNamespace"} {
		if shares := get(pod, key); isTrue(shares) {
			d.NoProcessOne = at(name, shares)
		}
	}
	if host := get(pod, "hostPID"); isTrue(host) {
		d.HostPID = true
		if d.Rights == (workload.Place{}) {
			d.Rights = at(name, host)
		}
	}
}

// defaultGrace is the time that Kubernetes gives a pod to stop, in seconds (Kubernetes API
// reference, "PodSpec").
const defaultGrace = 30

// started reads command and args: they replace ENTRYPOINT and CMD, and a command
// without args removes CMD; an empty list changes nothing (Kubernetes
// documentation, "Define a Command and Arguments for a Container").
func (d *run) started(command, args *yaml.Node) {
	if len(items(command)) > 0 {
		d.words("command", command, &d.Entrypoint)
		d.Command = []string{}
	}
	if len(items(args)) > 0 {
		d.words("args", args, &d.Command)
	}
}

// words reads a list of words.
func (d *run) words(key string, n *yaml.Node, list *[]string) {
	if n == nil {
		return
	}
	*list = []string{}
	for _, item := range items(n) {
		v := scalar(item)
		if !v.known || len(*list) >= maxValues {
			*list = nil
			d.gap("its " + key + " is not known")
			return
		}
		*list = append(*list, v.text)
	}
}

// podUser returns the user that a security context states: the container's own before
// the pod's.
func podUser(pod, container *yaml.Node) string {
	setting := func(key string) string {
		if v := scalar(get(container, key)); v.known && v.text != "" {
			return v.text
		}
		return scalar(get(pod, key)).text
	}
	user, group := setting("runAsUser"), setting("runAsGroup")
	if user != "" && group != "" {
		return user + ":" + group
	}
	return user
}
