package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestContexts(t *testing.T) {
	top, err := RealPath(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &openContexts{}
	use := func(name string) *openContext {
		dir := filepath.Join(top, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		o, err := c.openDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	a := use("a")
	if use("a") != a || use("b") == a {
		t.Error("one for each directory")
	}
	c.release(a)
	for i := range maxIdle {
		c.release(use(fmt.Sprint("other", i)))
	}
	if use("a") != a {
		t.Error("a was closed while it was in use")
	}
	c.release(a)
	c.release(a)
	if len(c.idle) != maxIdle || use("a") != a {
		t.Errorf("%d idle", len(c.idle))
	}
	c.release(a)
	c.leave(filepath.Join(top, "a"))
	if use("a") == a {
		t.Error("a is still open")
	}
	c.leave(top)
	if len(c.idle) != 0 || len(c.open) != 2 {
		t.Errorf("%d idle, %d open; want none, and those in use", len(c.idle), len(c.open))
	}
	if _, err := c.openDir(filepath.Join(top, "none")); err == nil {
		t.Error("opened what is not there")
	}
}
