package workload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/fixer/npm"
)

// The bounds of what is read of one build context. A file or directory that
// exceeds one is a Gap.
const (
	MaxSourceFiles = 3000     // source files that are read
	MaxSourceBytes = 16 << 20 // of all of them
	MaxSourceFile  = 1 << 20  // bytes of one
	MaxSourceDepth = 12       // directories on the way to one, the root included
	MaxEntries     = 200_000  // files and directories that one walk lists
)

const (
	maxKeptBytes = 32 << 20 // of all texts that are kept
	maxKeptFiles = 20_000   // names whose answers are kept
	maxKeptDirs  = 100_000  // entries of the directories that are kept
	maxGaps      = 1000     // of one walk over all sources
)

// ErrNoContext is the error of every method of Files without a build context.
var ErrNoContext = errors.New("there is no build context to look at")

var (
	errTooLarge   = errors.New("it is too large")
	errNotRegular = errors.New("it is no regular file")
	errIsNoText   = errors.New("it is not UTF-8 text")
)

// Files is a build context that is read once for all questions, stages and Dockerfiles
// that share it. Texts and errors are kept within bounds; beyond them files are read
// again. Its methods are safe for concurrent use, and call the file system one at a
// time.
type Files struct {
	files fs.FS // nil: there is no build context

	mu      sync.Mutex
	texts   map[string]kept
	dirs    map[string]listing
	bytes   int          // of texts
	entries int          // of dirs
	buffer  bytes.Buffer // of the file that is being read

	// Derived answers, each found once, on first use.
	list     func() *sourceList
	sources  func() *Sources
	node     func() *NodeProcess
	gitCalls func() Answer
	uses     func() *PackageUses
	settings func() InstallSettings
	outputs  func() Answer
	commands func() Answer
	naming   func() []namingText
	loaders  func() *loaders
	scripts  func() map[string]string
	images   func() map[string][]string

	processOne func() []ProcessOne
	orphans    func() []Orphan

	patterns  memo[string, result[[]string]]
	modes     memo[string, Answer]
	manifests memo[string, result[*npm.Manifest]]
	locks     memo[lockKey, result[*npm.Lock]]
	started   memo[string, *Sources]
	entriesOf memo[string, result[[]ArchiveEntry]]
}

// kept is the text of a file, or why there is none.
type kept struct {
	text  string
	err   error
	limit int // with which it was read
}

// listing is the entries of a directory, or why there are none.
type listing struct {
	entries []fs.DirEntry
	err     error
}

// Open returns the Files of a build context, without what its ignore file hides. If
// files is nil, there is no context, and every method fails with ErrNoContext. Nothing
// is read yet.
func Open(files fs.FS) *Files {
	f := &Files{files: files, texts: map[string]kept{}, dirs: map[string]listing{}}
	f.list = sync.OnceValue(f.listSources)
	f.sources = sync.OnceValue(f.readSources)
	f.node = sync.OnceValue(func() *NodeProcess { return newNodeProcess(f) })
	f.gitCalls = sync.OnceValue(f.findGitCall)
	f.uses = sync.OnceValue(func() *PackageUses { return f.readPackageUses(nil) })
	f.settings = sync.OnceValue(f.findInstallSettings)
	f.outputs = sync.OnceValue(f.findOuterOutput)
	f.commands = sync.OnceValue(f.findOtherCommand)
	f.processOne = sync.OnceValue(f.findProcessOne)
	f.orphans = sync.OnceValue(f.findOrphans)
	f.naming = sync.OnceValue(f.readNamingTexts)
	f.loaders = sync.OnceValue(f.findLoaders)
	f.scripts = sync.OnceValue(f.findScriptStarts)
	f.images = sync.OnceValue(f.findImageStarts)
	return f
}

// ReadFile returns the text of a regular file of at most limit bytes. The name is
// that of io/fs: slash-separated, relative to the root of the context. The error
// is one line without the name; it is fs.ErrNotExist, in terms of errors.Is,
// where there is no such file.
func (f *Files) ReadFile(name string, limit int) (string, error) {
	return f.read(name, limit, false)
}

// read is ReadFile. A file that its directory lists as a regular one is not
// looked at again before it is opened.
func (f *Files) read(name string, limit int, regular bool) (string, error) {
	if f.files == nil {
		return "", ErrNoContext
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.texts[name]
	if !ok || errors.Is(a.err, errTooLarge) && limit > a.limit {
		a = kept{limit: limit}
		a.text, a.err = f.open(name, limit, regular)
		a.err = oneLine(a.err)
		if len(f.texts) < maxKeptFiles && f.bytes+len(a.text) <= maxKeptBytes {
			f.texts[name] = a
			f.bytes += len(a.text)
		}
	}
	if a.err == nil && len(a.text) > limit {
		return "", errTooLarge
	}
	return a.text, a.err
}

func (f *Files) open(name string, limit int, regular bool) (string, error) {
	if !regular {
		// Opening a named pipe may never return.
		info, err := fs.Stat(f.files, name)
		if err != nil {
			return "", err
		}
		if !info.Mode().IsRegular() {
			return "", errNotRegular
		}
	}
	file, err := f.files.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	f.buffer.Reset()
	if _, err := f.buffer.ReadFrom(io.LimitReader(file, int64(limit)+1)); err != nil {
		return "", err
	}
	if f.buffer.Len() > limit {
		return "", errTooLarge
	}
	return f.buffer.String(), nil
}

// Stat describes a file of the context. Its errors are those of ReadFile.
func (f *Files) Stat(name string) (fs.FileInfo, error) {
	if f.files == nil {
		return nil, ErrNoContext
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := fs.Stat(f.files, name)
	return info, oneLine(err)
}

// ReadDir returns the entries of a directory, in the order of their names. The
// caller must not change them. Its errors are those of ReadFile.
func (f *Files) ReadDir(name string) ([]fs.DirEntry, error) {
	if f.files == nil {
		return nil, ErrNoContext
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	l, ok := f.dirs[name]
	if !ok {
		l.entries, l.err = fs.ReadDir(f.files, name)
		l.err = oneLine(l.err)
		if f.entries+len(l.entries)+1 <= maxKeptDirs {
			f.dirs[name] = l
			f.entries += len(l.entries) + 1
		}
	}
	return l.entries, l.err
}

// Walk visits the files of the context that are not directories, in the order of their
// names; a directory is visited in its place. It enters the root, and the directories
// for which enter returns true. visit returns false to end the walk. Walk returns at
// most 1,000 Gaps: a directory that can't be read or lies deeper than MaxSourceDepth,
// and what comes after MaxEntries.
func (f *Files) Walk(enter func(dir string) bool, visit func(name string, d fs.DirEntry) bool) []Gap {
	w := f.newWalk()
	w.enter, w.visit = enter, visit
	return w.all()
}

// newWalk returns a walk whose enter and visit are still to be set.
func (f *Files) newWalk() *walk { return &walk{files: f, left: MaxEntries} }

// all walks the whole context.
func (w *walk) all() []Gap {
	if w.files.files == nil {
		return []Gap{{What: ErrNoContext.Error()}}
	}
	w.dir(".", MaxSourceDepth)
	return w.gaps
}

type walk struct {
	files *Files
	enter func(string) bool
	visit func(string, fs.DirEntry) bool
	left  int
	gaps  []Gap
}

func (w *walk) gap(name, what string) {
	if len(w.gaps) < maxGaps {
		w.gaps = append(w.gaps, Gap{Place{File: name}, what})
	}
}

// dir walks a directory, and reports whether the walk continues.
func (w *walk) dir(dir string, depth int) bool {
	if depth == 0 {
		w.gap(dir, fmt.Sprintf("directories below %d others are not looked at", MaxSourceDepth-1))
		return true
	}
	entries, err := w.files.ReadDir(dir)
	if err != nil {
		w.gap(dir, fmt.Sprintf("it can't be read: %v", err))
		return true
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if w.left--; w.left < 0 {
			w.gaps = append(w.gaps[:min(len(w.gaps), maxGaps-1)], Gap{Place{File: name}, fmt.Sprintf("the context has more than %d files", MaxEntries)})
			return false
		}
		goOn := true
		switch {
		case !e.IsDir():
			goOn = w.visit(name, e)
		case w.enter(name):
			goOn = w.dir(name, depth-1)
		}
		if !goOn {
			return false
		}
	}
	return true
}

// oneLine returns the text of an error without the path, which a message has already,
// and without line breaks.
func oneLine(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if err != nil && strings.ContainsAny(err.Error(), "\r\n") {
		return errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	return err
}
