//go:build !linux

package workspace

import "os"

// renameNew gives a file a name that nothing has. The old name stays, and may be
// removed.
func renameNew(root *os.Root, from, to string) error { return root.Link(from, to) }
