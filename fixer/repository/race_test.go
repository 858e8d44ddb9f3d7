//go:build race

package repository

// raceDetector: under it sync.Pool forgets at random, so allocations can't be bounded.
const raceDetector = true
