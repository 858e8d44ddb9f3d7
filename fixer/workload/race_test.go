//go:build race

package workload

// raceDetector: under it sync.Pool forgets at random, so allocations can't be bounded.
const raceDetector = true
