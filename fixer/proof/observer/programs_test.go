package observer

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestPrograms: code in memory counts by its file, also a removed one, and files by their mode and
// their content.
func TestPrograms(t *testing.T) {
	proc, dir, other := t.TempDir(), t.TempDir(), t.TempDir()
	maps := "00400000-00401000 r-xp 00000000 08:01 5  /bin/node\n" +
		"00500000-00501000 r--p 00000000 08:01 6  " + dir + "/data\n" +
		"00600000-00601000 r-xp 00000000 08:01 7  " + dir + "/a b.node (deleted)\n" +
		"00700000-00701000 r-xp 00000000 00:00 0\n" +
		"00800000-00801000 r-xp 00000000 08:01 8  " + other + "/x.so\n"
	for name, file := range map[string]struct {
		text string
		mode os.FileMode
	}{
		filepath.Join(proc, "7", "maps"):       {maps, 0o444},
		filepath.Join(proc, "self", "maps"):    {"00600000-00601000 r-xp 00000000 08:01 7 " + dir + "/self.so\n", 0o444},
		filepath.Join(dir, "deep", "script"):   {"#!/bin/sh\n", 0o755},
		filepath.Join(dir, "deep", "lib.node"): {"\x7fELF\x02", 0o644},
		filepath.Join(dir, "text"):             {"\x7fEL", 0o644},
		filepath.Join(other, "program"):        {"\x7fELF\x02", 0o755},
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
	}
	got, err := programs(proc, []string{dir})
	if want := []string{dir + "/a b.node", dir + "/deep/lib.node", dir + "/deep/script"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}
