package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// changedFiles are what git says was changed since a revision, by tree. It asks
// git once for each.
type changedFiles struct {
	rev   string
	trees map[string]*changedTree
}

type changedTree struct {
	prefix string // the tree's path in its repository
	files  map[string]bool
}

// lacks tells whether a file of a tree is as it was.
func (c *changedFiles) lacks(tree, file string) (bool, error) {
	t := c.trees[tree]
	if t == nil {
		var err error
		if t, err = c.ask(tree); err != nil {
			return false, err
		}
		if c.trees == nil {
			c.trees = map[string]*changedTree{}
		}
		c.trees[tree] = t
	}
	return !t.files[path.Join(t.prefix, file)], nil
}

// ask asks git for what differs between the working tree and the common ancestor
// of HEAD and the revision, and for what it does not know yet.
func (c *changedFiles) ask(tree string) (*changedTree, error) {
	prefix, err := git(tree, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, withHint(fmt.Errorf("--since: %w", err), "it takes git, and a repository")
	}
	base, err := git(tree, "merge-base", "--end-of-options", "HEAD", c.rev)
	if err != nil {
		return nil, withHint(fmt.Errorf("--since %s: %w", dockerfile.Printable(c.rev), err),
			"a shallow clone lacks the history: git fetch --unshallow, or fetch-depth: 0 in actions/checkout")
	}
	t := &changedTree{prefix: strings.TrimSuffix(string(prefix), "\n"), files: map[string]bool{}}
	for _, args := range [][]string{
		{"diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", strings.TrimSpace(string(base)), "--"},
		{"ls-files", "-z", "--full-name", "--others", "--exclude-standard"},
	} {
		list, err := git(tree, args...)
		if err != nil {
			return nil, fmt.Errorf("--since %s: %w", dockerfile.Printable(c.rev), err)
		}
		for _, name := range strings.Split(string(list), "\x00") {
			t.files[name] = true
		}
	}
	return t, nil
}

// git runs git in a directory and returns what it prints. The error is one line.
func git(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		first, _, _ := strings.Cut(strings.TrimSpace(complaint.String()), "\n")
		if first == "" {
			first = fmt.Sprintf("git %s: %v", args[0], err)
		}
		return nil, errors.New(dockerfile.Printable(strings.TrimPrefix(first, "fatal: ")))
	}
	return out, err
}
