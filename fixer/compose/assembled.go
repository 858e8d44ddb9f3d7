package compose

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/transform"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/compose-spec/compose-go/v2/validation"
)

// assembled returns the same as loader.LoadModelWithContext for models, by the same
// steps, except that isValid checks them. It returns nil if a step fails: then the
// loader has to run, which reports the error. It changes none of the models.
func assembled(models []map[string]any) (model map[string]any) {
	defer func() {
		if recover() != nil {
			model = nil
		}
	}()
	merged := map[string]any{}
	for _, m := range models {
		m = cloneValue(m).(map[string]any)
		prepare(m)
		if hasAliases(m) {
			return nil
		}
		var err error
		if merged, err = override.Merge(merged, m); err != nil {
			return nil
		}
		if merged, err = override.EnforceUnicity(merged); err != nil || !isValid(merged) {
			return nil
		}
		if merged, err = transform.Canonical(merged, false); err != nil {
			return nil
		}
		if merged, err = override.EnforceUnicity(loader.OmitEmpty(merged)); err != nil {
			return nil
		}
	}
	merged, err := transform.SetDefaultValues(merged)
	if err != nil || len(merged) == 0 || validation.Validate(merged) != nil {
		return nil
	}
	loader.ResolveEnvironment(merged, types.Mapping{consts.ComposeProjectName: projectName})
	return merged
}

// hasAliases reports whether a service has an extension that the loader treats as an
// attribute: x-develop, and x-initialSync in it.
func hasAliases(model map[string]any) bool {
	services, _ := model["services"].(map[string]any)
	for _, s := range services {
		service, _ := s.(map[string]any)
		develop, _ := service["develop"].(map[string]any)
		watch, _ := develop["watch"].([]any)
		if _, ok := service["x-develop"]; ok || slices.ContainsFunc(watch, func(e any) bool {
			trigger, _ := e.(map[string]any)
			_, ok := trigger["x-initialSync"]
			return ok
		}) {
			return true
		}
	}
	return false
}
