package compose

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/workload"
)

// contexts returns the places of a build's named contexts: those of additional_contexts,
// and those that bake takes from the same file (docker documentation, "Bake", "Extension
// field with x-bake"). otherwise is the place of those that no file has by itself.
func (g *gathering) contexts(config *types.BuildConfig, otherwise workload.Place) map[string]workload.Place {
	places := map[string]workload.Place{}
	for name := range config.AdditionalContexts {
		places[name] = otherwise
	}
	if bake, ok := config.Extensions["x-bake"].(map[string]any); ok {
		named, _ := bake["contexts"].(map[string]any)
		for name := range named {
			places[name] = otherwise
		}
	}
	for _, at := range g.layers.visible("build") {
		_, list := at.value.Get("additional_contexts")
		if list == nil {
			continue
		}
		for name, key := range variables(at.layer, list) {
			if _, ok := places[name]; ok {
				places[name] = at.place(key)
			}
		}
	}
	if len(places) == 0 {
		return nil
	}
	return places
}
