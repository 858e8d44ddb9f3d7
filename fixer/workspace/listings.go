package workspace

import (
	"io/fs"
	"sync"
)

// maxListed bounds the entries of the directories whose listings are kept, of all
// trees of a run together.
const maxListed = 50_000

// listings are directories of a tree that were searched for Dockerfiles: the
// repository is read next, and need not list them again. They are safe for concurrent
// use.
type listings struct {
	mu   sync.Mutex
	dirs map[string][]fs.DirEntry // by slash-separated path from the root of the tree
	room *int                     // entries that may still be kept
}

// add keeps a listing, if there is room.
func (l *listings) add(name string, list []fs.DirEntry) {
	if l == nil || len(list)+1 > *l.room {
		return
	}
	*l.room -= len(list) + 1
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dirs[name] = list
}

// of returns the listing of a directory.
func (l *listings) of(name string) (list []fs.DirEntry, ok bool) {
	if l == nil {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	list, ok = l.dirs[name]
	return list, ok
}

// listedFS is the files of a tree, with the known listings.
type listedFS struct {
	fs.FS
	listed *listings
}

func (l listedFS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(l.FS, name) }

func (l listedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if list, ok := l.listed.of(name); ok {
		return list, nil
	}
	return fs.ReadDir(l.FS, name)
}
