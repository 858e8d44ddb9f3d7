package main

import "runtime"

// parallel calls do for each item, some at a time, and returns for each a
// function that waits for its result.
func parallel[In, Out any](items []In, do func(In) Out) []func() Out {
	// Most of the time goes into waiting for registries, hence more than CPUs.
	slots := make(chan struct{}, 4*runtime.GOMAXPROCS(0))
	waits := make([]func() Out, len(items))
	results := make([]chan Out, len(items))
	for i := range items {
		result := make(chan Out, 1)
		results[i] = result
		waits[i] = func() Out { return <-result }
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
	return waits
}
