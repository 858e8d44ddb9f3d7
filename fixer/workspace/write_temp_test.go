package workspace

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dockmend/dockmend/fixer"
)

// TestSweep: what a kill has left is removed with the next file that is written there;
// locked files, and files that only look like it, stay.
func TestSweep(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("without locks nothing is known to be left behind")
	}
	dir := t.TempDir()
	const inUse = ".dockmend-00000000000000aa.tmp"
	stay := []string{inUse, ".dockmend-0000.tmp", ".dockmend-0000000000000001.tmp.txt", "dockmend-0000000000000001.tmp", "other"}
	for _, name := range append([]string{".dockmend-0000000000000001.tmp", ".dockmend-ffffffffffffffff.tmp"}, stay...) {
		put(t, filepath.Join(dir, name), "", 0o600)
	}
	const folder, link = ".dockmend-00000000000000bb.tmp", ".dockmend-00000000000000cc.tmp"
	if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("other", filepath.Join(dir, link)); err != nil {
		t.Fatal(err)
	}
	user, err := os.Open(filepath.Join(dir, inUse))
	if err != nil {
		t.Fatal(err)
	}
	defer user.Close()
	if held, _ := tryLock(user); !held {
		t.Skip("the file system has no locks")
	}

	path := filepath.Join(dir, "Dockerfile")
	put(t, path, textBefore, 0o644)
	if err := Replace(path, "", []byte(textBefore), []byte(textAfter)); err != nil {
		t.Fatal(err)
	}
	stay = append(stay, folder, link, "Dockerfile")
	holdsNames(t, dir, stay...)

	put(t, filepath.Join(dir, ".dockmend-0000000000000001.tmp"), "", 0o600)
	if err := Create(dir, fixer.NewFile{Name: ".dockerignore"}); err != nil {
		t.Fatal(err)
	}
	holdsNames(t, dir, append(stay, ".dockerignore")...)
}

// TestReplaceAtOnce: many write the same files, and others next to them, during reads.
func TestReplaceAtOnce(t *testing.T) {
	dir := t.TempDir()
	before, after := bytes.Repeat([]byte("# before\n"), 2000), bytes.Repeat([]byte("# after\n"), 3000)
	const files, writers = 20, 8
	path := func(i int) string { return filepath.Join(dir, fmt.Sprintf("%d.Dockerfile", i)) }
	for i := range files {
		put(t, path(i), string(before), 0o644)
	}
	done := make(chan struct{})
	var reader, writer sync.WaitGroup
	reader.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			if text, err := os.ReadFile(path(i % files)); err != nil || !bytes.Equal(text, before) && !bytes.Equal(text, after) {
				t.Errorf("a reader saw %d bytes that are neither, %v", len(text), err)
				return
			}
		}
	})
	for w := range writers {
		writer.Go(func() {
			for i := range files {
				if err := Replace(path(i), dir, before, after); err != nil {
					t.Error(err)
				}
				if err := Create(dir, fixer.NewFile{Name: fmt.Sprintf("same%d", i), Text: before}); err != nil {
					t.Error(err)
				}
				if err := Create(dir, fixer.NewFile{Name: fmt.Sprintf("own%d.%d", i, w), Text: after}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writer.Wait()
	close(done)
	reader.Wait()
	for i := range files {
		holdsText(t, path(i), string(after))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != files*(2+writers) {
		t.Errorf("the directory has %d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".tmp") {
			t.Errorf("%s is left", e.Name())
		}
	}
}
