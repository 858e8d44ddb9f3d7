package imagebuild

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// The bounds of what a fingerprint reads.
const (
	maxFingerprintFiles = 100_000
	maxFingerprintBytes = 1 << 30
)

// Fingerprint returns a digest of all that an image is built from, as far as files say: the
// text of the Dockerfile, the target, the build arguments, the platform, and the directories and
// files of the context that no ignore file keeps out of it, with their names and their right to be
// executed. It takes src.Context and src.Options, not src.Builds. What a FROM names is not read:
// the same text may mean another image later ([Bases]).
//
// Files of the context that leave reports do not count: those that a repair changes. Nor do the
// ignore files of the context, which count by what they say, and .git. leave gets the name of a file
// in the context and what reads it; nil leaves none out.
//
// It fails as [Run] does, on a file that can't be read, and on a context of more than 100,000
// files or 1 GiB.
func Fingerprint(src Source, leave func(name string, read func() ([]byte, error)) bool) (string, error) {
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return "", err
	}
	graph, err := stage.Resolve(file, src.Options)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q stage %d on %q\n", src.Src, output(graph).Stage.Index, cmp.Or(src.Options.Platform, stage.DefaultPlatform))
	for _, name := range slices.Sorted(maps.Keys(src.Options.BuildArgs)) {
		fmt.Fprintf(sum, "arg %q %q\n", name, src.Options.BuildArgs[name])
	}
	if src.Context != nil {
		c := &contextSum{files: newContents(src.Context, src).context, sum: sum, leave: leave}
		if err := fs.WalkDir(c.files, ".", c.add); err != nil {
			return "", err
		}
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// contextSum adds the files of a context to a digest.
type contextSum struct {
	files       fs.FS
	sum         hash.Hash
	leave       func(string, func() ([]byte, error)) bool
	count, size int64
}

// maxLeft bounds the files of which leave may read the text.
const maxLeft = 1 << 20

func (c *contextSum) add(name string, e fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case e.IsDir() && e.Name() == ".git":
		return fs.SkipDir
	case e.IsDir():
		fmt.Fprintf(c.sum, "directory %q\n", name)
		return nil
	case name == ".dockerignore" || c.leave != nil && c.leave(name, func() ([]byte, error) { return c.text(name, e) }):
		return nil
	}
	if c.count++; c.count > maxFingerprintFiles {
		return fmt.Errorf("the build context has more than %d files", maxFingerprintFiles)
	}
	info, err := e.Info()
	if err != nil {
		return err
	}
	// Of a mode, git keeps the right to execute alone: another checkout has other bits.
	fmt.Fprintf(c.sum, "%q %v %t %d\n", name, info.Mode().Type(), info.Mode()&0o111 != 0, info.Size())
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := fs.ReadLink(c.files, name)
		fmt.Fprintf(c.sum, "%q\n", target)
		return err
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	return c.content(name)
}

func (c *contextSum) content(name string) error {
	f, err := c.files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(c.sum, io.LimitReader(f, maxFingerprintBytes+1-c.size))
	if c.size += n; err == nil && c.size > maxFingerprintBytes {
		err = errors.New("the build context has more than 1 GiB")
	}
	return err
}

// text returns the content of a file, nil for a large one.
func (c *contextSum) text(name string, e fs.DirEntry) ([]byte, error) {
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxLeft {
		return nil, err
	}
	return fs.ReadFile(c.files, name)
}
