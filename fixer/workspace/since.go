package workspace

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/escape"
)

// ErrNoRepository is wrapped by an error of Since for a file that is in no git
// repository.
var ErrNoRepository = errors.New("is in no git repository")

// Since returns a function that reports whether a file differs from the common
// ancestor of HEAD and a revision, or is new: Search.Changed. Its argument is
// absolute, without links among its folders. It asks git once in each repository, with
// ctx, and runs nothing that a repository configures. The function is not safe for
// concurrent use.
//
// It fails if git does not know the revision or shares no history with it, each with a
// hint (*HintError), or if there is no repository (ErrNoRepository). In a submodule
// that does not know the revision every file counts as changed.
func Since(ctx context.Context, revision string) func(path string) (bool, error) {
	c := &changedFiles{ctx: ctx, rev: revision}
	return c.has
}

// changedFiles are the files that differ from a revision. git is asked once in each
// repository, for the contents of its commits; the files themselves are read here: a
// comparison by git runs the filters and monitors in a repository's configuration.
type changedFiles struct {
	ctx   context.Context
	rev   string
	roots map[string]map[string]string // by repository: the object of each file
}

// has reports whether a file differs, or is new.
func (c *changedFiles) has(path string) (bool, error) {
	root := RepositoryRoot(filepath.Dir(path))
	if root == "" {
		return false, &HintError{fmt.Errorf("%s %w", escape.Line(path), ErrNoRepository), "it takes git, and a repository"}
	}
	objects := c.roots[root]
	if objects == nil {
		var err error
		objects, err = c.ask(root)
		switch {
		case err != nil && RepositoryRoot(filepath.Dir(root)) != "":
			objects = map[string]string{} // a submodule need not know the revision: all of it counts
		case err != nil:
			return false, err
		}
		if c.roots == nil {
			c.roots = map[string]map[string]string{}
		}
		c.roots[root] = objects
	}
	if link, err := os.Readlink(path); err == nil {
		name, err := filepath.Rel(root, path)
		if object := objects[filepath.ToSlash(name)]; err != nil || objectName(object, []byte(filepath.ToSlash(link))) != object {
			return true, nil // it leads elsewhere
		}
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return true, nil // the reader reports what is wrong with it
	}
	name, err := filepath.Rel(root, target)
	if err != nil {
		return true, nil
	}
	object, known := objects[filepath.ToSlash(name)]
	if !known {
		return true, nil
	}
	info, err := os.Stat(target)
	if err != nil || !info.Mode().IsRegular() || info.Size() > dockerfile.MaxSize {
		return true, nil
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return true, nil
	}
	// A checkout may have converted the line ends to CRLF.
	return objectName(object, text) != object && objectName(object, bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))) != object, nil
}

// objectName returns git's name of a text, with the same kind of hash as like.
func objectName(like string, text []byte) string {
	var h hash.Hash = sha1.New()
	if len(like) == 2*sha256.Size {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(text))
	h.Write(text)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// ask asks git for the contents of the common ancestor of HEAD and the revision.
func (c *changedFiles) ask(root string) (map[string]string, error) {
	fail := func(err error, hint string) error {
		return &HintError{fmt.Errorf("%s: %w", escape.Line(c.rev), err), hint}
	}
	commit, err := git(c.ctx, root, "rev-parse", "--verify", "--quiet", "--end-of-options", c.rev+"^{commit}")
	if err != nil {
		return nil, fail(errors.New("git knows no such revision"), "git fetch brings it; in actions/checkout, fetch-depth: 0")
	}
	base, err := git(c.ctx, root, "merge-base", "HEAD", strings.TrimSpace(string(commit)))
	if err != nil {
		return nil, fail(errors.New("it has no ancestor in common with HEAD"), "a shallow clone lacks the history: git fetch --unshallow, or fetch-depth: 0 in actions/checkout")
	}
	list, err := git(c.ctx, root, "ls-tree", "-r", "-z", "--full-tree", strings.TrimSpace(string(base)))
	if err != nil {
		return nil, fail(err, "it takes git, and a repository")
	}
	objects := map[string]string{}
	for entry := range strings.SplitSeq(string(list), "\x00") {
		about, name, ok := strings.Cut(entry, "\t")
		if fields := strings.Fields(about); ok && len(fields) == 3 { // mode, kind, object
			objects[name] = fields[2]
		}
	}
	return objects, nil
}

// git runs git in a repository and returns its output. git may not fetch missing
// objects, nor write. The error is one line.
func git(ctx context.Context, root string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", root, "-c", "core.fsmonitor=false"}, args...)...)
	// A hook's environment may name another repository than root.
	own := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}, name)
	})
	cmd.Env = append(own, "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		first, _, _ := strings.Cut(strings.TrimSpace(complaint.String()), "\n")
		if first == "" {
			first = fmt.Sprintf("git %s: %v", args[0], err)
		}
		return nil, errors.New(escape.Line(strings.TrimPrefix(first, "fatal: ")))
	}
	return out, err
}
