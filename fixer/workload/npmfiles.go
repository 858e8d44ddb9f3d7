package workload

import "github.com/dockmend/dockmend/fixer/npm"

// This file reads package.json and the lock files next to it.

const (
	// MaxLock is the largest lock file that is read, in bytes.
	MaxLock = 16 << 20

	maxManifests = 1000 // that are kept
	maxLocks     = 20   // that are kept
)

// lockKey is the key of a lock file in the cache: the files of a context do not change.
type lockKey struct{ tool, name, manifest string }

// Manifest returns the package.json with that name in the context, which the caller
// must not change. The error is that of ReadFile, or of npm.ParseManifest.
func (f *Files) Manifest(name string) (*npm.Manifest, error) {
	r, ok := f.manifests.of(name, maxManifests, func() result[*npm.Manifest] { return f.readManifest(name) })
	if !ok {
		r = f.readManifest(name)
	}
	return r.value, r.err
}

func (f *Files) readManifest(name string) (r result[*npm.Manifest]) {
	text, err := f.ReadFile(name, MaxText)
	if err != nil {
		return result[*npm.Manifest]{err: err}
	}
	r.value, r.err = npm.ParseManifest([]byte(text))
	return r
}

// Lock returns the lock file of "npm" or of "yarn", which is Yarn 1, with that name in
// the context; manifest is the name of its package.json. It is read once. For another
// tool's lock file, which must exist, it returns nil. The error is that of ReadFile,
// or of the parser.
func (f *Files) Lock(tool, name, manifest string) (*npm.Lock, error) {
	r, ok := f.locks.of(lockKey{tool, name, manifest}, maxLocks, func() result[*npm.Lock] { return f.readLock(tool, name, manifest) })
	if !ok {
		r = f.readLock(tool, name, manifest)
	}
	return r.value, r.err
}

func (f *Files) readLock(tool, name, manifest string) (r result[*npm.Lock]) {
	text, err := f.ReadFile(name, MaxLock)
	if err != nil {
		return result[*npm.Lock]{err: err}
	}
	switch tool {
	case "npm":
		r.value, r.err = npm.ParseLock([]byte(text))
	case "yarn":
		m, err := f.Manifest(manifest)
		if err != nil {
			return result[*npm.Lock]{err: err}
		}
		r.value, r.err = npm.ParseYarnLock([]byte(text), m)
	}
	return r
}
