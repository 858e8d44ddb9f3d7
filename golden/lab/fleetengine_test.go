package lab_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// engine runs scripts in the repositories of a forge, as multi-gitter does.
type engine interface {
	// collect runs a script in a clone of each repository.
	collect(t *testing.T, f *forge, script string)
	// run runs a script in a clone of each repository, and makes a branch and a
	// pull request from its commits. strategy is what to do with an existing branch:
	// skip or replace.
	run(t *testing.T, f *forge, script, strategy string)
}

// multiGitter is the real one, with the recipe's settings.
type multiGitter struct{ path string }

func (m multiGitter) collect(t *testing.T, f *forge, script string) { m.do(t, f, "print", script) }

func (m multiGitter) run(t *testing.T, f *forge, script, strategy string) {
	m.do(t, f, "run", script, "--conflict-strategy", strategy)
}

func (m multiGitter) do(t *testing.T, f *forge, command, script string, flags ...string) {
	t.Helper()
	where := filepath.Join(t.TempDir(), "forge.yaml")
	if err := os.WriteFile(where, []byte("platform: gitea\nbase-url: "+f.url+"\norg: [org]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(m.path, append([]string{command, "--config", "multi-gitter.yaml", "--config", where, "./" + script}, flags...)...)
	cmd.Dir, cmd.Env = recipe, append(os.Environ(), "GITEA_TOKEN=secret")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// loop is multi-gitter's contract, and no more: if a script fails, or commits nothing,
// its repository stays unchanged.
type loop struct{}

func (loop) collect(t *testing.T, f *forge, script string) {
	for _, name := range f.names {
		if err := call(t, clone(t, f, name), name, script); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func (loop) run(t *testing.T, f *forge, script, strategy string) {
	for _, name := range f.names {
		dir := clone(t, f, name)
		before := git(t, dir, "rev-parse", "HEAD")
		git(t, dir, "checkout", "--quiet", "-b", "dockmend")
		err := call(t, dir, name, script)
		var failed *exec.ExitError
		switch {
		case errors.As(err, &failed):
			continue
		case err != nil:
			t.Fatal(err)
		case git(t, dir, "rev-parse", "HEAD") == before, strategy == "skip" && len(f.open(name)) > 0:
			continue
		}
		git(t, dir, "push", "--quiet", "--force", "origin", "HEAD")
		if len(f.open(name)) == 0 {
			title, body, _ := strings.Cut(git(t, dir, "log", "-1", "--format=%B"), "\n")
			f.propose(name, pull{strings.TrimSpace(title), strings.TrimSpace(body), "dockmend", "main"})
		}
	}
}

func clone(t *testing.T, f *forge, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	git(t, "", "clone", "--quiet", "--depth", "1", "--branch", "main", f.cloneURL(name), dir)
	return dir
}

// call runs a script in a clone.
func call(t *testing.T, dir, name, script string) error {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(recipe, script))
	if err != nil {
		return err
	}
	cmd := exec.Command(path)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "REPOSITORY=org/"+name)
	out, err := cmd.CombinedOutput()
	t.Logf("%s: %s", name, out)
	return err
}
