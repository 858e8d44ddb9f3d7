package compose

import (
	"fmt"
	"slices"
	"strings"
)

// dependencies returns what each service of a merged model depends on. compose-go has the long form
// of depends_on there, and gets none of it: see project.
func (u *unknowns) dependencies(model map[string]any) map[string][]Dependency {
	all := map[string][]Dependency{}
	services, _ := model["services"].(map[string]any)
	for _, name := range names(services) {
		service, _ := services[name].(map[string]any)
		on, _ := service["depends_on"].(map[string]any)
		of := map[string]Dependency{}
		for other, value := range on {
			how, _ := value.(map[string]any)
			required, ok := how["required"].(bool)
			of[other] = Dependency{
				Healthy: how["condition"] == "service_healthy", Completed: how["condition"] == "service_completed_successfully", Optional: ok && !required,
			}
		}
		links, _ := service["links"].([]any)
		for _, link := range links {
			text, _ := link.(string)
			other, alias, aliased := strings.Cut(text, ":")
			d := of[other]
			d.Optional = false
			if aliased {
				d.Aliases = append(d.Aliases, alias)
			}
			of[other] = d
		}
		for _, other := range names(of) {
			d := of[other]
			d.Name = u.written(other)
			slices.Sort(d.Aliases)
			all[name] = append(all[name], d)
		}
	}
	return all
}

// checkDependencies refuses services that depend on a missing one, or on themselves
// through others. compose-go's graph.CheckCycle follows each path through a graph, of
// which a small file can have 2^n.
func checkDependencies(model map[string]any) error {
	services, _ := model["services"].(map[string]any)
	waits := map[string]int{}           // for how many
	dependents := map[string][]string{} // the services that wait for a service
	var ready []string
	for _, name := range names(services) {
		service, _ := services[name].(map[string]any)
		on, _ := service["depends_on"].(map[string]any)
		for _, other := range names(on) {
			if _, ok := services[other]; ok {
				waits[name]++
				dependents[other] = append(dependents[other], name)
				continue
			}
			condition, _ := on[other].(map[string]any)
			if required, ok := condition["required"].(bool); !ok || required {
				return fmt.Errorf("service %q depends on undefined service %q", name, other)
			}
		}
		if waits[name] == 0 {
			ready = append(ready, name)
		}
	}
	for len(ready) > 0 {
		name := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		delete(waits, name)
		for _, d := range dependents[name] {
			if waits[d]--; waits[d] == 0 {
				ready = append(ready, d)
			}
		}
	}
	if len(waits) > 0 {
		return fmt.Errorf("dependency cycle detected: service %q waits for itself", names(waits)[0])
	}
	return nil
}
