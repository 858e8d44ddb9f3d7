package imagebuild

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/stage"
)

// The bounds of what a fingerprint reads.
const (
	maxFingerprintFiles = 100_000
	maxFingerprintBytes = 1 << 30
)

// Fingerprint returns a digest of all that an image is built from, as far as files say: the
// text of the Dockerfile, the target, the build arguments, and the files of the context that no
// ignore file keeps out of it, with their names and their right to be executed. It takes src.Context and
// src.Options, not src.Builds. What a FROM names is not read: the same text may mean another
// image later.
//
// Dockerfiles, ignore files, Compose files and .git do not count: the first two do by what they
// say, the others are no part of what runs, and a repair changes them.
//
// It fails as [Run] does, on a file that can't be read, and on a context of more than 100,000
// files or 1 GiB.
func Fingerprint(src Source) (string, error) {
	file, err := dockerfile.Parse(src.Name, src.Src)
	if err != nil {
		return "", err
	}
	graph, err := stage.Resolve(file, src.Options)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q stage %d\n", src.Src, output(graph).Stage.Index)
	for _, name := range slices.Sorted(maps.Keys(src.Options.BuildArgs)) {
		fmt.Fprintf(sum, "arg %q %q\n", name, src.Options.BuildArgs[name])
	}
	if src.Context != nil {
		c := &contextSum{files: newContents(src.Context, src).context, sum: sum}
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
	count, size int64
}

func (c *contextSum) add(name string, e fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case e.IsDir() && e.Name() == ".git":
		return fs.SkipDir
	case e.IsDir() || isRepaired(e.Name()):
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

// isRepaired reports whether a file of that name is one that a repair changes, or an ignore file.
func isRepaired(name string) bool {
	base := strings.ToLower(name)
	isCompose, _ := path.Match("*compose*.y*ml", base)
	return isCompose || strings.HasSuffix(base, ".dockerignore") || discover.IsDockerfile(name)
}
