package workspace

import (
	"fmt"
	"os"
	"path/filepath"
)

// locate opens the directory of the file that path names when its links are
// followed, and returns the name that the file has there. From then on the
// directory stays the same, whatever happens to its path.
func locate(path, within string) (*os.Root, string, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, "", err // which reports a loop of links
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, "", err
	}
	if within == "" {
		root, err := os.OpenRoot(filepath.Dir(target))
		return root, filepath.Base(target), err
	}
	rel, err := below(within, target)
	if err != nil {
		return nil, "", err
	}
	tree, err := os.OpenRoot(within)
	if err != nil {
		return nil, "", err
	}
	defer tree.Close()
	// Through the tree: it does not follow a link that was added since.
	root, err := tree.OpenRoot(filepath.Dir(rel))
	return root, filepath.Base(rel), err
}

// below returns the target's path relative to the tree. It fails if the
// target is elsewhere.
func below(tree, target string) (string, error) {
	from, err := RealPath(tree)
	if err != nil {
		return "", err
	}
	to, err := RealPath(target)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("it leads out of %s", filepath.ToSlash(tree))
	}
	return rel, nil
}
