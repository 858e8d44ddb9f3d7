package workspace

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"time"
)

const (
	// tempPattern matches the names of temporary files. They are hidden, and no
	// search takes them for a Dockerfile, nor a builder for an ignore file: a kill
	// may leave one.
	tempPattern = ".dockmend-????????????????.tmp"

	// attempts is how often an operation is tried that another dockmend can disturb.
	attempts = 10

	// lockPatience is far longer than a dockmend holds a lock.
	lockPatience = 10 * time.Second
	lockInterval = 2 * time.Millisecond
)

// tempFile is a file that gets its real name when it's complete.
type tempFile struct {
	*os.File
	root *os.Root
	name string
}

// newTemp makes a temporary file in the directory, and removes leftover ones. It's
// locked, so that others do not remove it.
func newTemp(root *os.Root, perm os.FileMode) (*tempFile, error) {
	sweep(root)
	for range attempts {
		t := &tempFile{root: root, name: fmt.Sprintf(".dockmend-%016x.tmp", rand.Uint64())}
		var err error
		if t.File, err = root.OpenFile(t.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm); err != nil {
			return nil, fmt.Errorf("no file can be made beside it: %w", cause(err))
		}
		// Before it was locked, another dockmend may have found it.
		if _, busy := tryLock(t.File); !busy && isNamed(root, t.name, t.File) {
			return t, nil
		}
		t.discard()
	}
	return nil, errors.New("other dockmends remove what it writes")
}

// discard closes the file, and removes it unless it has been renamed. If it can't be
// removed, sweep does it later; and closing can't lose what was synced.
func (t *tempFile) discard() {
	t.root.Remove(t.name)
	t.Close()
}

// sweep removes the temporary files without a lock. What can't be locked or removed
// stays, as it does no harm.
func sweep(root *os.Root) {
	dir, err := root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return
	}
	for _, name := range names {
		if matched, err := path.Match(tempPattern, name); err != nil || !matched {
			continue
		}
		if info, err := root.Lstat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		f, err := root.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if held, _ := tryLock(f); held {
			root.Remove(name)
		}
		f.Close()
	}
}

// lock waits until no other dockmend has the file locked. If the file system
// has no locks it does nothing: the file is compared anyway before it's replaced.
func lock(f *os.File) error {
	for until := time.Now().Add(lockPatience); time.Now().Before(until); time.Sleep(lockInterval) {
		if _, busy := tryLock(f); !busy {
			return nil
		}
	}
	return errors.New("another program has it locked")
}
