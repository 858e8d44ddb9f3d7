package compose

import (
	"context"
	"errors"
	"fmt"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

// projectName is the name of the project, which compose-go requires and which does not
// affect a service.
const projectName = "project"

// stage is how far compose-go processes a model.
type stage int

const (
	part  stage = iota // a file of which one service is extended: neither validated nor complete
	whole              // files merged
)

// merge returns the model of files, merged and in the long forms, as compose-go
// has it. It consumes the models. They have no include and no extends, so that
// compose-go reads nothing; their variables are replaced.
func merge(s stage, models ...map[string]any) (model map[string]any, err error) {
	defer recovered(&err)
	if s == whole {
		if model := assembled(models); model != nil {
			return model, nil
		}
	}
	details := types.ConfigDetails{WorkingDir: "/", Environment: types.Mapping{}}
	for _, m := range models {
		prepare(m)
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: "compose.yaml", Config: m})
	}
	return loader.LoadModelWithContext(context.Background(), details, func(o *loader.Options) {
		confine(o)
		o.SkipValidation = s == part
		o.SkipDefaultValues = s == part
	})
}

// project returns a merged model as compose-go's types. If check is set, references
// between its parts are checked.
func project(model map[string]any, check bool) (p *types.Project, err error) {
	defer recovered(&err)
	details := types.ConfigDetails{WorkingDir: "/", Environment: types.Mapping{}}
	if check {
		if err := checkDependencies(model); err != nil {
			return nil, err
		}
	}
	if services, ok := model["services"].(map[string]any); ok {
		for _, s := range services {
			if service, ok := s.(map[string]any); ok {
				delete(service, "depends_on")
			}
		}
	}
	options := loader.ToOptions(&details, []func(*loader.Options){confine, func(o *loader.Options) {
		o.SkipConsistencyCheck = !check
		o.Profiles = []string{"*"}
	}})
	if networks, ok := model["networks"].(map[string]any); !ok {
		model["networks"] = map[string]any{"default": nil}
	} else if _, ok := networks["default"]; !ok {
		networks["default"] = nil // exists without being declared
	}
	return loader.ModelToProject(model, options, details)
}

// confine prevents compose-go from reading files and from looking up variables.
func confine(o *loader.Options) {
	o.SkipInclude = true
	o.SkipExtends = true
	o.SkipNormalization = true
	o.SkipResolveEnvironment = true
	o.SkipResolveLabels = true
	o.ResolvePaths = false
	o.Interpolate = &interpolation.Options{
		Substitute:      func(s string, _ template.Mapping) (string, error) { return s, nil },
		LookupValue:     func(string) (string, bool) { return "", false },
		TypeCastMapping: map[tree.Path]interpolation.Cast{},
	}
	o.SetProjectName(projectName, true)
}

// prepare removes from a model what only makes compose-go log a warning.
func prepare(model map[string]any) {
	delete(model, "version")
	delete(model, "include")
	delete(model, "jobs")
	for _, section := range []string{"volumes", "networks", "secrets", "configs"} {
		resources, _ := model[section].(map[string]any)
		for _, r := range resources {
			resource, _ := r.(map[string]any)
			external, ok := resource["external"].(map[string]any)
			if !ok {
				continue
			}
			if name, ok := external["name"]; ok && resource["name"] == nil {
				resource["name"] = name
			}
			resource["external"] = true
		}
	}
}

// recovered makes an error of a panic: compose-go trusts the form of unvalidated
// values.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", errForm, r)
	}
}

var errForm = errors.New("not in the form of a Compose file")

// cloneValue returns a copy of a model or a part of it.
func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = cloneValue(e)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = cloneValue(e)
		}
		return list
	}
	return v
}

// size returns the number of values of a model or a part of it.
func size(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			n += size(e)
		}
	case []any:
		for _, e := range v {
			n += size(e)
		}
	}
	return n
}

// hide removes from a model what a later file hides by !reset or !override.
func hide(model map[string]any, paths [][]string) {
	for _, path := range paths {
		m := model
		for _, key := range path[:len(path)-1] {
			m, _ = m[key].(map[string]any)
		}
		delete(m, path[len(path)-1])
	}
}
