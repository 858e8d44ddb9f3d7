package compose

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/dockmend/dockmend/fixer/workload"
)

// contexts returns the places and the sources of a build's named contexts: those of additional_contexts,
// and those that bake takes from the same file (docker documentation, "Bake", "Extension
// field with x-bake"). otherwise is the place of those that no file has by itself.
func (g *gathering) contexts(config *types.BuildConfig, otherwise workload.Place) (places map[string]workload.Place, sources map[string]string) {
	places, sources = map[string]workload.Place{}, map[string]string{}
	for name, source := range config.AdditionalContexts {
		places[name], sources[name] = otherwise, g.unknowns.written(source)
	}
	if bake, ok := config.Extensions["x-bake"].(map[string]any); ok {
		named, _ := bake["contexts"].(map[string]any)
		for name, source := range named {
			places[name] = otherwise
			if text, ok := source.(string); ok {
				sources[name] = g.unknowns.written(text)
			}
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
		return nil, nil
	}
	return places, sources
}
