package compose

import "fmt"

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
