//go:build !linux

package workspace

import "os"

// renameNew gives a file a new name, which must not exist. The old name stays, and may
// be removed.
func renameNew(root *os.Root, from, to string) error { return root.Link(from, to) }
