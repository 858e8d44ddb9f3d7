package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

var errChanged = errors.New("the file was changed while dockmend worked on it")

// replace replaces a file with the text before by a new one with the text after.
func replace(root *os.Root, name string, before, after []byte) error {
	f, err := openLocked(root, name)
	if err != nil {
		return err
	}
	defer f.Close()
	if done, err := holds(f, after); done || err != nil {
		return err
	}
	if err := unchanged(root, name, f, before); err != nil {
		return err
	}
	t, err := newTemp(root, 0o600)
	if err != nil {
		return err
	}
	defer t.discard()
	if _, err := t.Write(after); err != nil {
		return err
	}
	if err := keepMetadata(t.File, f); err != nil {
		return err
	}
	if err := t.Sync(); err != nil {
		return err
	}
	// Once more: only dockmend respects the lock, and the disk took its time.
	if err := unchanged(root, name, f, before); err != nil {
		return err
	}
	return root.Rename(t.name, name)
}

// create gives a new file with that text its name, which must not exist: made is false where
// a file of that name has this text.
func create(root *os.Root, name string, text []byte) (made bool, err error) {
	t, err := newTemp(root, 0o644)
	if err != nil {
		return false, err
	}
	defer t.discard()
	if _, err := t.Write(text); err != nil {
		return false, err
	}
	if err := t.Sync(); err != nil {
		return false, err
	}
	err = renameNew(root, t.name, name)
	if errors.Is(err, fs.ErrExist) && fileHolds(root, name, text) {
		return false, nil
	}
	if errors.Is(err, fs.ErrExist) {
		err = errors.New("it is there already")
	}
	return err == nil, err
}

// openLocked opens a file that may be replaced, and locks it against other
// dockmends. The lock goes when the file is closed.
func openLocked(root *os.Root, name string) (*os.File, error) {
	for range attempts {
		if err := mayReplace(root, name); err != nil {
			return nil, err
		}
		// For writing, although nothing is written: some network file systems
		// lock no other, and a user that may not write to the file must not replace it.
		f, err := root.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, err
		}
		if isNamed(root, name, f) {
			return f, nil
		}
		f.Close() // it was replaced by whoever had the lock
	}
	return nil, errChanged
}

// mayReplace returns why the file of that name must not be replaced.
func mayReplace(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a regular file")
	case info.Mode().Perm()&0o200 == 0:
		return errors.New("the file is read-only")
	}
	f, err := root.Open(name) // an overlay parts the names of what is opened for writing
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := links(f)
	if err == nil && n > 1 {
		err = fmt.Errorf("it has %d names (hard links), and a replacement would part them; cp -p FILE COPY && mv COPY FILE does so, for a file that may be replaced", n)
	}
	return err
}

// unchanged returns an error unless f still has that name and holds text.
func unchanged(root *os.Root, name string, f *os.File, text []byte) error {
	same, err := holds(f, text)
	if err == nil && !(same && isNamed(root, name, f)) {
		err = errChanged
	}
	return err
}

// isNamed reports whether f is the file of that name.
func isNamed(root *os.Root, name string, f *os.File) bool {
	there, err := root.Lstat(name)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	return err == nil && os.SameFile(there, info)
}

// holds reports whether text is all that the file contains.
func holds(f *os.File, text []byte) (bool, error) {
	now, err := io.ReadAll(io.NewSectionReader(f, 0, int64(len(text))+1))
	return err == nil && bytes.Equal(now, text), err
}

// fileHolds is holds for a name; it is false if that is not a regular file.
func fileHolds(root *os.Root, name string, text []byte) bool {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	same, err := holds(f, text)
	return err == nil && same
}
