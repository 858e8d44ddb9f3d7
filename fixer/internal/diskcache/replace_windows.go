package diskcache

import (
	"errors"
	"os"
)

// replace writes a file by way of one in dir. Windows renames over a file unless a
// process has it open; then the entry is not kept.
func replace(name string, text []byte, dir string) (err error) {
	f, err := os.CreateTemp(dir, "")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
