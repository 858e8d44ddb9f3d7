package workspace

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks nothing: on Windows a lock prevents other programs from reading.
func tryLock(*os.File) (held, busy bool) { return false, false }

// links returns the number of names that the file has.
func links(f *os.File) (uint64, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return 0, err
	}
	return uint64(info.NumberOfLinks), nil
}

// keepOwner does nothing: a new file has the owner and the rights that its
// directory gives.
func keepOwner(to, from *os.File) error { return nil }

// syncFolder does nothing: Windows has no such call for a directory.
func syncFolder(*os.Root) error { return nil }
