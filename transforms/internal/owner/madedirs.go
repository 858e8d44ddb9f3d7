package owner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// maxMade bounds the directories that are examined.
const maxMade = 64

// IsMade reports whether the chain makes a directory that is given to the user, since the
// application is meant to write there.
func IsMade(run *stage.Evaluation, id users.Identity, dir string) bool {
	made, err := madeDirs(run, id)
	return err == nil && slices.Contains(made, dir)
}

// madeDirs returns the directories that the chain makes by mkdir or install -d as root and leaves
// root's: the application is meant to write there. It fails if their names are unknown.
func madeDirs(run *stage.Evaluation, id users.Identity) (dirs []string, err error) {
	seen := 0
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if c.Name != "mkdir" && !installsDirectories(c) || !stage.IsRoot(s.Before.User.Text) || err != nil {
			return
		}
		_, operands := c.Options(func(o string) bool { return o == "-m" || o == "--mode" })
		if !c.Certain && !slices.ContainsFunc(operands, isLooped) {
			return
		}
		for _, w := range operands {
			if seen++; seen > maxMade {
				err = fmt.Errorf("it makes more than %d directories", maxMade)
				return
			}
			dir := w.Text
			if !path.IsAbs(dir) {
				if steps.ChangesDirectory(s) {
					continue // somewhere that a cd leads to, usually to build
				}
				dir = path.Join(s.Before.Workdir.Text, dir)
			}
			switch {
			case w.Known && paths.IsData(path.Clean(dir)) && (s.Before.DependsOnArg(w.Raw) || !path.IsAbs(w.Text) && workdirByArg(s.Before)):
				err = fmt.Errorf("line %d makes the directory %s, which depends on a build argument", s.In.Line, w.Raw)
				return
			case w.Known && !paths.IsData(path.Clean(dir)):
			case !w.Known && !path.IsAbs(strings.Trim(w.Raw, `"`)) && !paths.IsData(s.Before.Workdir.Text):
			case !w.Known || !paths.IsPlain(dir):
				err = fmt.Errorf("line %d makes the directory %s, whose name is unknown", s.In.Line, w.Raw)
				return
			default:
				dirs = append(dirs, above(run, c, path.Clean(dir))...)
				dirs = append(dirs, path.Clean(dir))
			}
		}
	})
	dirs = append(dirs, madeByWorkdir(run)...)
	unsettled := dirs[:0]
	for _, dir := range dirs {
		if dir != id.Home && !settled(run, id, dir) && !slices.Contains(unsettled, dir) {
			unsettled = append(unsettled, dir)
		}
	}
	return unsettled, err
}

// isLooped reports whether a word is the variable of a loop, or ends in one: of some directories
// that it makes, each.
func isLooped(w shell.Word) bool { return !w.Known && loopVariable.MatchString(w.Raw) }

var loopVariable = lazyregexp.New(`^["']?[\w./-]*\$\{?[a-z]\w*\}?/?["']?$`)

// madeByWorkdir returns the directories of WORKDIRs that another one follows at once: they are
// there to be made.
func madeByWorkdir(run *stage.Evaluation) (dirs []string) {
	for i := 1; i < len(run.Steps); i++ {
		s, next := run.Steps[i-1], run.Steps[i]
		if s.In.Name() != "WORKDIR" || next.In.Name() != "WORKDIR" || !stage.IsRoot(s.Before.User.Text) {
			continue
		}
		dir := next.Before.Workdir
		if dir.Known && dir.Text != run.Final.Workdir.Text && paths.IsData(dir.Text) && workload.Within(dir.Text, run.Final.Workdir.Text) {
			dirs = append(dirs, dir.Text)
		}
	}
	return dirs
}

// installsDirectories reports whether a call of install(1) makes directories, and root's.
func installsDirectories(c shell.Call) bool {
	return c.Name == "install" && c.Has("-d", "--directory") && !slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return strings.HasPrefix(w.Text, "-o") || strings.HasPrefix(w.Text, "-g") || strings.HasPrefix(w.Text, "--owner") || strings.HasPrefix(w.Text, "--group")
	})
}

// above returns the directories of an application that mkdir -p makes above one, from
// the top, without those that WORKDIR makes.
func above(run *stage.Evaluation, c shell.Call, dir string) (dirs []string) {
	if c.Name == "mkdir" && !workload.MakesParents(c) {
		return nil
	}
	for dir = path.Dir(dir); !workload.IsSystem(dir) && paths.IsData(dir) && path.Dir(dir) != "/home"; dir = path.Dir(dir) {
		isWorkdir := slices.ContainsFunc(run.Steps, func(s stage.Step) bool {
			w := s.Before.After(s.In).Workdir
			return s.In.Name() == "WORKDIR" && workload.Within(w.Text, dir)
		})
		if !isWorkdir {
			dirs = append([]string{dir}, dirs...)
		}
	}
	return dirs
}

func workdirByArg(s stage.State) bool {
	return s.Workdir.In != nil && s.DependsOnArg(s.Workdir.In.Body())
}

// settled reports whether the owner of a directory is decided already, or
// whether it may be gone.
func settled(run *stage.Evaluation, id users.Identity, dir string) bool {
	if users.Owns(run.Steps, id, dir) || slices.ContainsFunc(run.Final.Volumes, func(v stage.Value) bool { return workload.Within(dir, v.Text) }) {
		return true
	}
	found := false
	steps.Calls(run.Steps, func(s stage.Step, c shell.Call) {
		if ch, ok := steps.ReadChown(c, s.Before.Workdir.Text); ok && id.Is(ch.User) {
			for _, t := range ch.Targets {
				found = found || t == dir || ch.Recursive && workload.Within(dir, t)
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
