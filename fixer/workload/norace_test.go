//go:build !race

package workload

// raceDetector: its sync.Pool forgets at random, so that allocations can't be bounded.
const raceDetector = false
