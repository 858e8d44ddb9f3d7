package transforms

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// maxMade bounds the directories that are looked at.
const maxMade = 64

// madeDirs are the directories that the chain makes by mkdir as root and
// leaves root's: the application is meant to write there. It fails where their
// names can't be told.
func madeDirs(run *chain.Run, id identity) (dirs []string, err error) {
	seen := 0
	calls(run.Steps, func(s chain.Step, c shell.Call) {
		if c.Name != "mkdir" || !c.Certain || !isRoot(s.Before.User.Text) || err != nil {
			return
		}
		_, operands := c.Options(func(o string) bool { return o == "-m" || o == "--mode" })
		for _, w := range operands {
			if seen++; seen > maxMade {
				err = fmt.Errorf("it makes more than %d directories", maxMade)
				return
			}
			dir := w.Text
			if !path.IsAbs(dir) {
				if changesDirectory(s) {
					continue // somewhere that a cd leads to, as a rule to build
				}
				dir = path.Join(s.Before.Workdir.Text, dir)
			}
			switch {
			case w.Known && isData(path.Clean(dir)) && (s.Before.DependsOnArg(w.Raw) || !path.IsAbs(w.Text) && workdirByArg(s.Before)):
				err = fmt.Errorf("line %d makes the directory %s, which depends on a build argument", s.In.Line, w.Raw)
				return
			case w.Known && !isData(path.Clean(dir)):
			case !w.Known && !path.IsAbs(strings.Trim(w.Raw, `"`)) && !isData(s.Before.Workdir.Text):
			case !w.Known || !plainPath(dir):
				err = fmt.Errorf("line %d makes the directory %s, whose name can't be told", s.In.Line, w.Raw)
				return
			default:
				dirs = append(dirs, above(run, c, path.Clean(dir))...)
				dirs = append(dirs, path.Clean(dir))
			}
		}
	})
	unsettled := dirs[:0]
	for _, dir := range dirs {
		if dir != id.home && !settled(run, id, dir) && !slices.Contains(unsettled, dir) {
			unsettled = append(unsettled, dir)
		}
	}
	return unsettled, err
}

// above are the directories of an application that mkdir -p makes above one, from the
// top. Those that WORKDIR makes are not among them.
func above(run *chain.Run, c shell.Call, dir string) (dirs []string) {
	if !workload.MakesParents(c) {
		return nil
	}
	for dir = path.Dir(dir); !workload.IsSystem(dir) && isData(dir) && path.Dir(dir) != "/home"; dir = path.Dir(dir) {
		isWorkdir := slices.ContainsFunc(run.Steps, func(s chain.Step) bool {
			w := s.Before.After(s.In).Workdir
			return s.In.Name() == "WORKDIR" && workload.Within(w.Text, dir)
		})
		if !isWorkdir {
			dirs = append([]string{dir}, dirs...)
		}
	}
	return dirs
}

func workdirByArg(s chain.State) bool {
	return s.Workdir.In != nil && s.DependsOnArg(s.Workdir.In.Body())
}

// isData reports whether a directory that a Dockerfile makes may be one for the
// application's data: not below /etc or /usr, not a package manager's.
func isData(dir string) bool {
	for _, d := range []string{"/var/lib/apt", "/var/lib/dpkg", "/var/cache/apt", "/var/cache/apk", "/tmp", "/var/tmp", "/home", "/root"} {
		if workload.Within(dir, d) {
			return workload.Within(dir, "/home") && dir != "/home"
		}
	}
	for _, d := range []string{"/var/lib", "/var/log", "/var/run", "/var/cache", "/var/spool", "/run"} {
		if workload.Within(dir, d) {
			return dir != d
		}
	}
	return !workload.IsSystem(dir)
}

func changesDirectory(s chain.Step) bool {
	script, err := s.Script()
	return err == nil && script != nil && slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return c.Name == "cd" || c.Name == "pushd" })
}

// settled reports whether somebody has decided already who owns a directory, or
// whether it may be gone.
func settled(run *chain.Run, id identity, dir string) bool {
	if owns(run.Steps, id, dir) || slices.ContainsFunc(run.Final.Volumes, func(v chain.Value) bool { return workload.Within(dir, v.Text) }) {
		return true
	}
	found := false
	calls(run.Steps, func(s chain.Step, c shell.Call) {
		if ch, ok := readChown(c, s.Before.Workdir.Text); ok {
			for _, t := range ch.targets {
				found = found || t == dir || ch.recursive && workload.Within(dir, t)
			}
		}
		switch c.Name {
		case "rm", "rmdir", "mv", "chmod":
		default:
			return
		}
		for _, a := range c.Args {
			target := a.Text
			if !path.IsAbs(target) {
				target = path.Join(s.Before.Workdir.Text, target)
			}
			switch {
			case !a.Known, strings.HasPrefix(a.Text, "-"):
			case c.Name == "chmod":
				found = found || path.Clean(target) == dir && c.Has("777", "0777", "a+w", "a+rw", "a+rwx", "1777", "o+w", "ugo+w", "ugo+rwx")
			default:
				found = found || workload.Within(dir, path.Clean(strings.TrimSuffix(target, "*")))
			}
		}
	})
	return found
}
