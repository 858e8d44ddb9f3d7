package diskcache

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, dir string) *Dir {
	t.Helper()
	d, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t *testing.T, d *Dir, key string, v any) {
	t.Helper()
	if err := d.Put(key, v); err != nil {
		t.Fatal(err)
	}
}

func get(d *Dir, key string) (string, bool) {
	var v string
	ok := d.Get(key, &v)
	return v, ok
}

func TestKeeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "cache")
	put(t, open(t, dir), "a", "one")
	put(t, open(t, dir), "b", "two <&>")
	put(t, open(t, dir), "a", "three")
	d := open(t, dir)
	for key, want := range map[string]string{"a": "three", "b": "two <&>"} {
		if got, ok := get(d, key); !ok || got != want {
			t.Errorf("%s: %q, %t", key, got, ok)
		}
	}
	if got, ok := get(d, "c"); ok {
		t.Errorf("c: %q", got)
	}
	if info, err := os.Stat(d.name("a")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestNil(t *testing.T) {
	var d *Dir
	put(t, d, "a", "one")
	if _, ok := get(d, "a"); ok {
		t.Error("a nil cache keeps something")
	}
}

// TestDamage: a damaged file counts as absent, and is replaced.
func TestDamage(t *testing.T) {
	d := open(t, t.TempDir())
	put(t, d, "key", "value")
	name := d.name("key")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	damage := [][]byte{nil, []byte("{}"), []byte("null"), []byte("x"), make([]byte, MaxValue*2), bytes.Replace(whole, []byte("value\""), []byte("valve\""), 1), bytes.ReplaceAll(whole, []byte("key\""), []byte("kex\""))}
	for i := range whole {
		damage = append(damage, whole[:i])
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1
		damage = append(damage, flipped)
	}
	for _, text := range damage {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if v, ok := get(d, "key"); ok && v != "value" {
			t.Errorf("%q gives %q", text, v)
		}
	}
	put(t, d, "key", "again")
	if v, ok := get(d, "key"); !ok || v != "again" {
		t.Errorf("%q, %t", v, ok)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, ok := get(d, "key"); ok {
		t.Error("a directory gives a value")
	}
	if err := d.Put("key", "x"); err == nil {
		t.Error("a directory is replaced")
	}
}

func TestOtherType(t *testing.T) {
	d := open(t, t.TempDir())
	put(t, d, "key", []int{1})
	if _, ok := get(d, "key"); ok {
		t.Error("a list is taken for a text")
	}
}

func TestTooLarge(t *testing.T) {
	d := open(t, t.TempDir())
	put(t, d, "key", "small")
	if err := d.Put("key", strings.Repeat("x", MaxValue)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	if v, _ := get(d, "key"); v != "small" {
		t.Errorf("%q", v)
	}
}

// TestBounded fills one part: the entries used last stay.
func TestBounded(t *testing.T) {
	d := open(t, t.TempDir())
	var keys []string // of one part
	for i := 0; len(keys) < 12; i++ {
		if key := fmt.Sprint(i); sum([]byte(key))[:2] == "00" {
			keys = append(keys, key)
		}
	}
	value := strings.Repeat("x", 100<<10)
	for i, key := range keys {
		put(t, d, key, value)
		at := time.Now().Add(time.Duration(i-len(keys)) * 48 * time.Hour)
		if err := os.Chtimes(d.name(key), at, at); err != nil {
			t.Fatal(err)
		}
		if _, ok := get(d, keys[0]); !ok { // and so used
			t.Fatalf("the first is gone after %d", i)
		}
	}
	size := int64(0)
	err := filepath.WalkDir(d.root, func(_ string, e fs.DirEntry, err error) error {
		if info, _ := e.Info(); err == nil && !e.IsDir() {
			size += info.Size()
		}
		return err
	})
	if err != nil || size > maxPart {
		t.Errorf("%d bytes, %v", size, err)
	}
	if _, ok := get(d, keys[len(keys)-1]); !ok {
		t.Error("the last is gone")
	}
	if _, ok := get(d, keys[1]); ok {
		t.Error("the second is there, which was not used for longest")
	}
}

// TestLeftovers: temporary files of killed processes are removed.
func TestLeftovers(t *testing.T) {
	d := open(t, t.TempDir())
	put(t, d, "key", "value")
	old, fresh := filepath.Join(filepath.Dir(d.name("key")), ".old123"), filepath.Join(filepath.Dir(d.name("key")), ".fresh123")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-2 * leftover)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	put(t, d, "key", "value")
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("old: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("fresh: %v", err)
	}
}

// TestMain makes the test binary a process that writes, for TestManyProcesses.
func TestMain(m *testing.M) {
	dir := os.Getenv("DISKCACHE_WRITE")
	if dir == "" {
		os.Exit(m.Run())
	}
	d, err := Open(dir)
	for i := 0; err == nil && i < 200; i++ {
		key := fmt.Sprint(i % 10)
		if v, ok := get(d, key); ok && v != strings.Repeat(key, 5000) {
			err = fmt.Errorf("%s: %q", key, v)
		}
		if err == nil {
			err = d.Put(key, strings.Repeat(key, 5000))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestManyProcesses: processes that write the same keys, some of them killed,
// leave each value whole.
func TestManyProcesses(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), "DISKCACHE_WRITE="+dir)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Error(err)
				return
			}
			if i%3 == 0 {
				time.Sleep(time.Duration(20*(i+1)) * time.Millisecond)
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
				return
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v: %s", err, out.Bytes())
			}
		})
	}
	wg.Wait()
	d := open(t, dir)
	for i := range 10 {
		key := fmt.Sprint(i)
		if v, ok := get(d, key); !ok || v != strings.Repeat(key, 5000) {
			t.Errorf("%s: %d bytes, %t", key, len(v), ok)
		}
	}
}
