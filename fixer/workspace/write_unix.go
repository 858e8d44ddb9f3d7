//go:build unix

package workspace

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock locks the file unless another open file has it locked: then busy. Any other
// error means that this file system has no locks; then both are false.
func tryLock(f *os.File) (held, busy bool) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return err == nil, errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR)
}

// links returns the number of names that the file has.
func links(f *os.File) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, err
	}
	return uint64(st.Nlink), nil
}

// keepOwner gives a file the owner and the group of another.
func keepOwner(to, from *os.File) error {
	var want, have unix.Stat_t
	if err := unix.Fstat(int(from.Fd()), &want); err != nil {
		return err
	}
	if err := unix.Fstat(int(to.Fd()), &have); err != nil {
		return err
	}
	if have.Uid == want.Uid && have.Gid == want.Gid {
		return nil
	}
	return to.Chown(int(want.Uid), int(want.Gid))
}

// syncFolder waits until the directory's names are on the disk, if the file system
// supports that.
func syncFolder(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	if err = dir.Sync(); errors.Is(err, unix.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
