package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/kubernetes"
	"github.com/dockmend/dockmend/fixer/manifest"
	"github.com/dockmend/dockmend/fixer/smoke"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// smokeManifest is a manifest that an API server is to judge, in a namespace.
type smokeManifest struct{ file, namespace string }

// scratch is the namespace of objects that state none.
const scratch = "dockmend-smoke"

// manifest takes a file of manifests.
func (r *smokeRun) manifest(ctx context.Context, j *job) error {
	var namespaces []string
	look := &fixer.Transform{ID: "smoke", Kind: kubernetes.Kind, Run: manifest.On(func(p *manifest.Pass) error {
		namespaces = nil
		for _, w := range p.Workloads {
			if w.Namespace != "" && !slices.Contains(namespaces, w.Namespace) {
				namespaces = append(namespaces, w.Namespace)
			}
		}
		return nil
	})}
	options := j.options
	options.Threshold = fixer.Unsafe // which looks at generated files, too
	if _, err := j.Repair(ctx, r.s.in, workspace.Request{Transforms: []*fixer.Transform{look}, Inspector: r.inspector, Options: options}); err != nil {
		return err
	}
	switch len(namespaces) {
	case 0:
		namespaces = []string{scratch}
	case 1:
	default:
		r.note(j, 1, 1, "manifest is not checked", "it has objects of several namespaces: "+strings.Join(namespaces, ", "))
		return nil
	}
	r.manifests = append(r.manifests, smokeManifest{j.DiffName(), namespaces[0]})
	return nil
}

// podSecurity returns the steps that have an API server judge the manifests, one for each
// namespace.
func (r *smokeRun) podSecurity() (string, error) {
	if len(r.manifests) == 0 {
		return "", withHint(errors.New("there is no manifest that could be checked"), "dockmend smoke --format kubernetes k8s/")
	}
	files := map[string][]string{}
	var order []string
	for _, m := range r.manifests {
		if files[m.namespace] == nil {
			order = append(order, m.namespace)
		}
		files[m.namespace] = append(files[m.namespace], m.file)
	}
	var b strings.Builder
	for _, namespace := range order {
		b.WriteString(smoke.PodSecurity(namespace, files[namespace]))
	}
	return b.String(), nil
}
