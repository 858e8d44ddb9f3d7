package main

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// writeFile replaces the file atomically: a reader sees the old bytes or the
// new ones, whatever happens, and they are on the disk when it returns. Mode,
// owner and extended attributes stay; of a symbolic link, the target is replaced
// and the link stays. A target that is not below the directory within, "" for
// anywhere, is not written.
//
// It fails, and changes nothing, when the file is not what was read before any
// more, has other names, or may not be written. A file that holds after already
// is left as it is, which is no error: another dockmend was faster.
func writeFile(path, within string, before, after []byte) error {
	root, name, err := locate(path, within)
	if err != nil {
		return notWritten(path, err)
	}
	defer root.Close()
	if err := replace(root, name, before, after); err != nil {
		return notWritten(path, err)
	}
	return settle(path, root)
}

// createFile makes a new file in a directory, atomically, with the mode that new
// files have. It fails, and changes nothing, when something of that name is there,
// be it a link that leads nowhere; unless it's a file that holds the same, which
// another dockmend has made.
func createFile(dir string, file fixer.NewFile) error {
	path := filepath.Join(dir, file.Name)
	root, err := os.OpenRoot(dir) // no link in it leads elsewhere
	if err != nil {
		return notWritten(path, err)
	}
	defer root.Close()
	if err := create(root, file.Name, file.Text); err != nil {
		return notWritten(path, err)
	}
	return settle(path, root)
}

// settle waits for the new name of a file to be on the disk.
func settle(path string, root *os.Root) error {
	if err := syncFolder(root); err != nil {
		return fileError(path, "written, but the disk may not have it: "+cause(err).Error())
	}
	return nil
}

func notWritten(path string, err error) error {
	return fileError(path, "not written: "+cause(err).Error())
}

func fileError(path, msg string) error {
	return &dockerfile.Error{Name: spoken(path), Msg: msg}
}

// cause takes what the system says out of an error that names a file beside it:
// that file is named already, or a temporary one.
func cause(err error) error {
	switch err := err.(type) {
	case *fs.PathError:
		return err.Err
	case *os.LinkError:
		return err.Err
	}
	return err
}
