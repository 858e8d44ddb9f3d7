package workspace

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew gives a file a new name, which must not exist. The file never has both
// names, so a kill leaves no extra one.
func renameNew(root *os.Root, from, to string) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	fd := int(dir.Fd())
	err = unix.Renameat2(fd, from, fd, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return root.Link(from, to) // some file systems know only this
	}
	return err
}
