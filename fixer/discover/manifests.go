package discover

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/yamlfile"
)

// This file finds Kubernetes manifests, which have no names of their own: by their text.

// workload matches the line of an object that makes pods.
var workload = lazyregexp.New(`(?m)^\x{FEFF}?[ \t-]*["']?kind["']?:[ \t]+["']?(?:Pod|PodTemplate|Deployment|DeploymentConfig|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob)["']?[ \t\r]*(?:#|$)`)

// IsManifest reports whether a text may be a manifest with a Kubernetes workload. It looks
// at lines, not at what they mean.
func IsManifest(text []byte) bool {
	return bytes.Contains(text, []byte("apiVersion")) && bytes.Contains(text, []byte("containers")) && workload.Match(text)
}

// isYAML reports whether a file is YAML by its name.
func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// judgeManifest is judge for a file of YAML.
func (s *searcher) judgeManifest(name string) (take bool, reason string) {
	text, err := readFile(s.fsys, name, yamlfile.MaxBytes+1)
	switch {
	case err != nil, !IsManifest(text):
		return false, "" // most files of YAML are something else
	case s.chart(name) != "":
		return false, s.toldChart(s.chart(name))
	case bytes.Contains(text, []byte("{{")), bytes.Contains(text, []byte("#@")):
		return false, "a template"
	}
	var unread *yamlfile.Error
	if _, err := yamlfile.Parse(name, text); errors.As(err, &unread) {
		return false, fmt.Sprintf("not YAML that can be read: %s (line %d)", unread.Msg, unread.Line)
	}
	return true, ""
}

// chart returns the folder of the Helm chart that a file is a template of, "" for none.
func (s *searcher) chart(name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) != "templates" {
			continue
		}
		if _, err := fs.Stat(s.fsys, path.Join(path.Dir(dir), "Chart.yaml")); err == nil {
			return path.Dir(dir)
		}
	}
	return ""
}

// toldChart returns why the templates of a chart are left alone, for the first of them.
func (s *searcher) toldChart(chart string) string {
	if s.charts[chart] {
		return ""
	}
	s.charts[chart] = true
	return "a template of a Helm chart, as others there: it is no YAML before it is rendered"
}
