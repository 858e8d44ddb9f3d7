package workload

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestManifest(t *testing.T) {
	f := Open(fstest.MapFS{"package.json": file(`{"name": "x"}`), "bad/package.json": file("[")})
	first, err := f.Manifest("package.json")
	again, _ := f.Manifest("package.json")
	if err != nil || first.Name != "x" || first != again {
		t.Errorf("%v, %v", first, err)
	}
	if _, err := f.Manifest("bad/package.json"); err == nil {
		t.Error("no error of what is no JSON")
	}
	if _, err := f.Manifest("none/package.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// TestLock: a lock file is read once for a package; the development dependencies of
// Yarn 1 depend on the package.json too.
func TestLock(t *testing.T) {
	const yarn = "# yarn lockfile v1\n\na@1:\n  version \"1.0.0\"\n"
	f := Open(fstest.MapFS{
		"package-lock.json": file(`{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0", "dev": true}}}`),
		"a/package.json":    file(`{"dependencies": {"a": "1"}}`), "b/package.json": file(`{"devDependencies": {"a": "1"}}`),
		"yarn.lock": file(yarn), "pnpm-lock.yaml": file("x"), "bad.json": file("["),
	})
	first, err := f.Lock("npm", "package-lock.json", "a/package.json")
	again, _ := f.Lock("npm", "package-lock.json", "a/package.json")
	if err != nil || !first.Has("a") || first != again {
		t.Errorf("%v, %v", first, err)
	}
	for manifest, want := range map[string]int{"a/package.json": 0, "b/package.json": 1} {
		lock, err := f.Lock("yarn", "yarn.lock", manifest)
		if err != nil || len(lock.DevOnly()) != want {
			t.Errorf("%s: %v, %v", manifest, lock, err)
		}
	}
	if lock, err := f.Lock("pnpm", "pnpm-lock.yaml", "a/package.json"); lock != nil || err != nil {
		t.Errorf("pnpm: %v, %v", lock, err)
	}
	for _, c := range []struct{ tool, name, manifest string }{{"npm", "bad.json", "a/package.json"}, {"yarn", "yarn.lock", "c/package.json"}, {"npm", "none", ""}} {
		if _, err := f.Lock(c.tool, c.name, c.manifest); err == nil {
			t.Errorf("%v: no error", c)
		}
	}
	if _, err := f.Lock("pnpm", "none", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
