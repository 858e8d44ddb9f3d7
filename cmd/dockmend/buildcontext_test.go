package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// TestManyJobsOneContext: 20,000 Dockerfiles that share a context know of another
// one each, in room that grows with their number. A list of all others for each
// would be 6 GB.
func TestManyJobsOneContext(t *testing.T) {
	const many, limit = 20_000, 256 << 20
	dir := t.TempDir()
	for _, given := range []string{"", dir} {
		var jobs []*job
		for i := range many {
			name := fmt.Sprintf("%05d.Dockerfile", i)
			jobs = append(jobs, &job{path: filepath.Join(dir, name), name: name, tree: dir, given: given, setting: &setting{}})
		}
		// Two that have the directory as their context by their sources.
		for _, name := range []string{"00007.Dockerfile", "19000.Dockerfile"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("FROM a\nCOPY . .\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		introduce(jobs)
		for i, j := range jobs {
			j.context = dir
			want := []string{"00000.Dockerfile"}
			switch {
			case given == "" && i == 7:
				want[0] = "19000.Dockerfile"
			case given == "":
				want[0] = "00007.Dockerfile"
			case i == 0:
				want[0] = "00001.Dockerfile"
			}
			if got := j.beside(j.context); !slices.Equal(got, want) {
				t.Fatalf("%s shares its context with %q, want %q", j.name, got, want)
			}
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > limit {
			t.Errorf("--context %q: %d MB", given, took>>20)
		}
	}
}

// TestDecide: one repository, each way in which a context is found.
func TestDecide(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Makefile":         "a:\n\tdocker build -f a/Dockerfile --target prod .\n\tdocker build -f a/Dockerfile --target dev ./a\n",
		"Makefile.mk":      "c:\n\tdocker build -f a/Out ..\n\tdocker build -f a/Both /srv\n\tdocker build -f a/Both b\n",
		"a/Out":            "FROM a\nCOPY Dockerfile .\n",
		"a/Both":           "FROM a\n",
		"a/Dockerfile":     "FROM a\nCOPY x .\n",
		"b/c/Dockerfile":   "FROM a\nCOPY x .\n",
		"b/x":              "",
		"b/c/Nowhere":      "FROM a\nCOPY y .\n",
		"b/c/NoDockerfile": "nonsense\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var jobs []*job
	for _, c := range []struct {
		file, given, want string
		builds            int
		note              bool
	}{
		{"a/Dockerfile", "", ".", 2, false},
		{"a/Dockerfile", filepath.Join(dir, "b"), "b", 0, false},
		{"b/c/Dockerfile", "", "b", 0, false},
		{"b/c/NoDockerfile", "", "b/c", 0, false},
		{"b/c/Nowhere", "", "", 0, true},
		{"a/Out", "", "", 0, true},
		{"a/Out", filepath.Join(dir, "a"), "a", 0, false},
		{"a/Both", "", "b", 1, false},
	} {
		j := &job{path: filepath.Join(dir, c.file), tree: dir, given: c.given, setting: &setting{}}
		jobs = append(jobs[:0], j)
		introduce(jobs)
		text, err := os.ReadFile(j.path)
		if err != nil {
			t.Fatal(err)
		}
		note := j.decide(text)
		got := ""
		if j.context != "" {
			rel, err := filepath.Rel(dir, j.context)
			if err != nil {
				t.Fatal(err)
			}
			got = filepath.ToSlash(rel)
		}
		if got != c.want || len(j.builds) != c.builds || (note != nil) != c.note {
			t.Errorf("%s: %q, %d builds, %v", c.file, got, len(j.builds), note)
		}
		if j.checkout.done(); j.checkout.links != nil {
			t.Errorf("%s: the repository is kept after its last job", c.file)
		}
	}
}

// TestSharedCheckout: jobs of one repository have one checkout, which lives as
// long as one of them is at work.
func TestSharedCheckout(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	jobs := []*job{
		{path: filepath.Join(one, "a.Dockerfile"), tree: one}, {path: filepath.Join(one, "b.Dockerfile"), tree: one},
		{path: filepath.Join(one, "c.Dockerfile"), tree: one, unchanged: true}, {path: filepath.Join(two, "a.Dockerfile"), tree: two}, {stdin: true},
	}
	introduce(jobs)
	c := jobs[0].checkout
	if jobs[1].checkout != c || jobs[2].checkout != c || jobs[3].checkout == c || jobs[4].checkout != nil {
		t.Error("checkouts are not those of the repositories")
	}
	if !c.open() {
		t.Fatal("not opened")
	}
	c.done()
	if c.links == nil {
		t.Error("let go while a job is at work")
	}
	c.done()
	if c.links != nil {
		t.Error("kept after the last job")
	}
	if note := jobs[4].decide(nil); note != nil || jobs[4].context != "" {
		t.Error("standard input has a context")
	}
}
