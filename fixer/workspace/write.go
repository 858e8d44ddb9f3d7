package workspace

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// Written is what File.Write has written.
type Written struct {
	Dockerfile bool     // the file itself, of any kind
	Created    []string // paths of new files that were not there, for messages
}

// Write creates the files that the fix adds, in the directory that Load or Repair has found,
// and then replaces the file itself, if the fix changes it; see Create and Replace. So the
// file never names one that is not there, or counts on it. It stops at the first error; Written
// is what was done before. Standard input can't be written.
func (f *File) Write(r fixer.Result) (w Written, err error) {
	if f.Stdin {
		return w, notWritten(f.Name, errors.New("it comes from standard input"))
	}
	for _, created := range r.Created {
		made, err := createIn(f.directory, created)
		if err != nil {
			return w, err
		}
		if made {
			w.Created = append(w.Created, DisplayName(filepath.Join(f.directory, created.Name)))
		}
	}
	if !bytes.Equal(r.Before, r.After) {
		if err := Replace(f.Path, f.Tree, r.Before, r.After); err != nil {
			return w, err
		}
		w.Dockerfile = true
	}
	return w, nil
}

// Replace replaces the text before of a file by the text after, atomically: a
// reader sees one or the other, whatever happens, and the text is on the disk
// when Replace returns. Mode,
// owner and extended attributes stay; of a symbolic link, the target is replaced
// and the link stays. A target that is not below the directory within, "" for
// anywhere, is not written.
//
// Replace fails, and changes nothing, when the file no longer holds before, has
// other names (hard links), or may not be written. A file that holds after already
// is left as it is, which is no error: another dockmend was faster. The error is a
// *document.Error with the path as its name.
func Replace(path, within string, before, after []byte) error {
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

// Create creates a new file in a directory, atomically, with the mode that new files
// have. It fails, and changes nothing, if the name exists, even as a dangling link;
// unless it is a file with the same content, which another dockmend has made. The
// error is that of Replace.
func Create(dir string, file fixer.NewFile) error {
	_, err := createIn(dir, file)
	return err
}

// createIn is Create, and reports whether it made the file.
func createIn(dir string, file fixer.NewFile) (made bool, err error) {
	path := filepath.Join(dir, file.Name)
	root, err := os.OpenRoot(dir) // no link in it leads elsewhere
	if err != nil {
		return false, notWritten(path, err)
	}
	defer root.Close()
	if made, err = create(root, file.Name, file.Text); err != nil {
		return false, notWritten(path, err)
	}
	return made, settle(path, root)
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
	return &document.Error{Name: DisplayName(path), Msg: msg}
}
