package observer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestChanges(t *testing.T) {
	root := t.TempDir()
	in := func(name string) string { return filepath.Join(root, name) }
	do := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(name string) error { return os.WriteFile(in(name), nil, 0o644) }
	for _, dir := range []string{"same", "made", "gone", "temp", "replaced", "kind", "empty", "many", "wide"} {
		do(os.Mkdir(in(dir), 0o755), write(dir+"/a"), write(dir+"/m"), write(dir+"/z"))
	}
	do(os.RemoveAll(in("empty")), os.Mkdir(in("empty"), 0o755))
	tree, err := readTree(root)
	do(err)
	time.Sleep(20 * time.Millisecond)
	c := changes{tree: tree, since: time.Now().Add(-10 * time.Millisecond).UnixNano()}

	do(write("made/b"), write("made/zz"), os.MkdirAll(in("made/new/empty"), 0o755), write("made/new/file"))
	do(os.Remove(in("gone/a")), os.Remove(in("gone/z")))
	do(write("temp/x"), os.Remove(in("temp/x")), os.WriteFile(in("temp/a"), []byte("x"), 0o644))
	do(write("replaced/x"), os.Rename(in("replaced/x"), in("replaced/a")))
	do(os.Remove(in("kind/a")), os.Mkdir(in("kind/a"), 0o755), write("kind/a/x"))
	do(write("empty/x"), os.Mkdir(in("many/new"), 0o755))
	for i := range maxBelow + 1 {
		do(write(fmt.Sprintf("many/new/%d", i)))
	}
	for i := range maxBelow + 2 {
		do(write(fmt.Sprintf("wide/%d", i)))
	}
	// A program can set a directory's time; its new names are seen all the same.
	do(os.Chtimes(in("made"), time.Unix(1, 0), time.Unix(1, 0)))

	c.in(root)
	var got []string
	wide := 0
	for _, change := range c.list {
		name, _ := filepath.Rel(root, change.Path)
		switch {
		case filepath.Dir(name) == "wide":
			wide++
			continue
		case change.Dir:
			name += "/"
		case change.Removed:
			name += " is gone"
		}
		got = append(got, name)
	}
	slices.Sort(got)
	want := []string{
		"empty/x", "gone/a is gone", "gone/z is gone", "kind/", "kind/a/x", "made/b", "made/new/empty", "made/new/file", "made/zz", "many/new",
		"replaced/", "replaced/a", "temp/", "temp/a", "wide/",
	}
	if !slices.Equal(got, want) || wide != maxBelow || c.more {
		t.Errorf("got %q, %t, want %q", got, c.more, want)
	}
}

func TestChangesAreBounded(t *testing.T) {
	c := changes{}
	c.add(make([]Change, maxChanged-1)...)
	if c.add(Change{}); c.more {
		t.Error("the last one that fits does not fit")
	}
	if c.add(Change{}); !c.more || len(c.list) != maxChanged {
		t.Errorf("there are %d, and more is %t", len(c.list), c.more)
	}
}

func TestMayWrite(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "closed"), 0o555); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"x": true, "x/y/": true, "": true, "closed/x": false, "closed/": false} {
		if got := mayWrite(dir + "/" + name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}
