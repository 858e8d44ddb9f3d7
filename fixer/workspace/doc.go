// Package workspace works on the files of a checkout: it replaces and creates them
// atomically.
package workspace
