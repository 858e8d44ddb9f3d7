package main

import "runtime"

// parallel calls do for each item, some at a time, and returns for each a
// channel that will carry its result.
func parallel[In, Out any](items []In, do func(In) Out) []chan Out {
	// Most of the time goes into waiting for registries, hence more than CPUs.
	slots := make(chan struct{}, 4*runtime.GOMAXPROCS(0))
	results := make([]chan Out, len(items))
	for i := range results {
		results[i] = make(chan Out, 1)
	}
	go func() {
		for i, item := range items {
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				results[i] <- do(item)
			}()
		}
	}()
	return results
}
