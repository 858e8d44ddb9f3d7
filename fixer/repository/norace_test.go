//go:build !race

package repository

// raceDetector: its sync.Pool forgets at random, so that allocations can't be bounded.
const raceDetector = false
