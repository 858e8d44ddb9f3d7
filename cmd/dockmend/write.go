package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// writeFile replaces the file atomically: a reader sees the old bytes or the
// new ones, whatever happens. Mode and owner stay; of a symbolic link, the
// target is replaced and the link stays. It fails, and changes nothing, when
// the file is not what was read before any more, or may not be written.
func writeFile(path string, before, after []byte) (err error) {
	defer func() {
		if err != nil {
			err = &dockerfile.Error{Name: filepath.ToSlash(path), Msg: fmt.Sprintf("not written: %v", err)}
		}
	}()
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("the file is read-only")
	}
	now, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, before) {
		return fmt.Errorf("the file was changed while dockmend worked on it")
	}
	f, err := renameio.NewPendingFile(target, renameio.WithTempDir(filepath.Dir(target)), renameio.WithStaticPermissions(info.Mode().Perm()))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if st, ok := info.Sys().(*syscall.Stat_t); ok && (int(st.Uid) != os.Geteuid() || int(st.Gid) != os.Getegid()) {
		if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil {
			return fmt.Errorf("can't keep its owner: %w", err)
		}
	}
	if _, err := f.Write(after); err != nil {
		return err
	}
	return f.CloseAtomicallyReplace()
}

// createFile makes a new file in a directory, atomically, with the mode that new
// files have. It fails, and changes nothing, when something of that name is there,
// be it a link that leads nowhere.
func createFile(dir string, file fixer.NewFile) (err error) {
	defer func() {
		if errors.Is(err, fs.ErrExist) {
			err = errors.New("it is there already")
		}
		if err != nil {
			err = &dockerfile.Error{Name: filepath.ToSlash(filepath.Join(dir, file.Name)), Msg: fmt.Sprintf("not written: %v", err)}
		}
	}()
	root, err := os.OpenRoot(dir) // no link in it leads elsewhere
	if err != nil {
		return err
	}
	defer root.Close()
	temp := fmt.Sprintf(".%s.%08x", file.Name, rand.Uint32())
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer root.Remove(temp)
	_, err = f.Write(file.Text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return root.Link(temp, file.Name) // which a rename would not refuse
}
