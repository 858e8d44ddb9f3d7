package main

import "runtime"

// manyWaiting returns the concurrency of work that mostly waits for registries, hence
// more than there are CPUs.
func manyWaiting() int { return 4 * runtime.GOMAXPROCS(0) }

// parallel calls do for each item, atATime at a time, and returns for each a
// channel that will carry its result.
func parallel[In, Out any](items []In, atATime int, do func(In) Out) []chan Out {
	slots := make(chan struct{}, atATime)
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
