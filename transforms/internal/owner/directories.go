package owner

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/sources"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file gives directories to the user: volumes, the working directory, and
// what the file itself makes.

// Lines are instructions to insert, before an instruction or, if that is nil, directly
// before USER.
type Lines struct {
	Before *dockerfile.Instruction
	Lines  []string
	Notes  []string
	doubt  string
	dirs   []string // that doubt is about
}

// Volumes prepares the directories that the target stage declares as
// volumes: made and owned before the first VOLUME, after which the classic
// builder loses every change (Docker documentation, "Notes about specifying
// volumes"). It is nil when there is nothing to prepare.
func Volumes(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (*Lines, error) {
	first := run.Node.Stage.From.Index
	for _, v := range run.Final.Volumes {
		if v.Known && workload.IsTemporary(v.Text) {
			continue
		}
		if v.In == nil || v.In.Index < first {
			return nil, fmt.Errorf("the volume %s is declared before this stage, where it stays owned by root", v.Text)
		}
	}
	var dirs []string
	var at *stage.Step
	for _, s := range run.Own() {
		cmd, ok := s.In.Cmd.(*instructions.VolumeCommand)
		if !ok {
			continue
		}
		if at == nil {
			at = &s
		}
		for _, v := range cmd.Volumes {
			dir, known := s.Before.Expand(v)
			switch {
			case s.Before.DependsOnArg(v):
				return nil, fmt.Errorf("the volume in line %d depends on a build argument", s.In.Line)
			case !known || !paths.IsPlain(dir) || !path.IsAbs(dir):
				return nil, fmt.Errorf("the volume in line %d is unknown", s.In.Line)
			case workload.IsTemporary(dir):
				// Everyone can write there.
			case workload.IsSystem(dir) && !paths.IsData(dir):
				return nil, fmt.Errorf("the volume %s is a directory of the system", dir)
			case !users.Owns(run.Steps, id, dir) && givesNothing(p):
				return nil, fmt.Errorf("the volume %s stays owned by root (--own nothing)", dir)
			case !users.Owns(run.Steps, id, dir):
				dirs = append(dirs, dir)
			}
		}
	}
	if len(dirs) == 0 {
		return nil, nil
	}
	owner, ok := At(p, at.Before, WithGroup(run, id))
	if !ok || !steps.CanRun(at.Before) || steps.ToolsGone(run, at.In) || !stage.IsRoot(at.Before.User.Text) {
		return nil, fmt.Errorf("the volume %s can't be given to the user where it is declared", dirs[0])
	}
	list := strings.Join(dirs, " ")
	return &Lines{
		Before: at.In,
		Lines:  []string{fmt.Sprintf("%s mkdir -p %s && chown %s %s", p.File.Keyword("RUN"), list, owner, list)},
		dirs:   dirs,
		doubt:  fmt.Sprintf("existing volumes keep root-owned files: chown -R %s %s in them once", owner, strings.Join(dirs, " ")),
	}, nil
}

// VolumeDoubt tells of declared volumes that keep root's files where they exist already:
// Compose carries them over to a new container, and people give them names.
func VolumeDoubt(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) []blockers.Blocker {
	volumes, err := Volumes(p, run, id)
	if err != nil || volumes == nil {
		return nil
	}
	b := blockers.Blocker{Text: volumes.doubt}
	if len(volumes.dirs) == 1 {
		b.Path = volumes.dirs[0]
	}
	return []blockers.Blocker{b}
}

// At returns the identity as chown can name it at this place: by name if the
// name exists, by number otherwise.
func At(p *imagebuild.Pass, s stage.State, id users.Identity) (string, bool) {
	n, known := id.Numeric()
	if known && users.ByNumber(p) {
		return n, true
	}
	if id.Create != "" || id.Name == "" {
		return id.Owner(), true // made high in the stage, or a number
	}
	if _, ok := s.Accounts.User(id.Name); ok {
		return id.Owner(), true
	}
	return n, known
}

// Directories gives the working directory to the user, and the directories that
// the file makes by mkdir, for what else are they made. The RUN stands directly
// in front of USER: every RUN of the file then still finds them as they were.
// npm 7 and 8 run install scripts as the owner of the directory, and git
// refuses to work in somebody else's. starts are those that the start writes into: they
// are given with all that is in them.
func Directories(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, starts []string) (Lines, error) {
	if givesNothing(p) {
		return Lines{}, nil
	}
	made, err := madeDirs(run, id)
	if err != nil {
		return Lines{}, err
	}
	trees, notes := trees(p, run, id, starts)
	dir, note := "", ""
	if GivesFiles(p) {
		dir, note = ownableWorkdir(p, run, id)
		made = append(made, givenAlone(p, run, id, made)...)
	} else {
		made = givenDirs(p, run, id)
	}
	made = slices.DeleteFunc(made, func(dir string) bool { return isBelow(dir, trees) })
	dirs := made
	if dir != "" && !isBelow(dir, trees) {
		dirs = append([]string{dir}, slices.DeleteFunc(made, func(d string) bool { return d == run.Final.Workdir.Text })...)
		made = dirs[1:]
	}
	if GivesFiles(p) {
		dirs = append(dirsAbove(p, run, id, slices.Concat(dirs, trees)), dirs...)
		dirs = slices.DeleteFunc(dirs, func(d string) bool {
			none := func(*dockerfile.Instruction) bool { return false }
			return isWorkdir(run, d) && isMadeAsTheUsers(p, run, id, d, none) || isBroughtAsTheUsers(p, run, id, d, none)
		})
	}
	made = slices.DeleteFunc(slices.Clone(made), func(d string) bool { return !slices.Contains(dirs, d) })
	out := Lines{Notes: notes}
	if note != "" {
		out.Notes = append(out.Notes, note)
	}
	if len(dirs) == 0 && len(trees) == 0 {
		return out, nil
	}
	if !steps.CanRun(run.Final) {
		return Lines{}, fmt.Errorf("the image has nothing to give %s to another user with", append(dirs, trees...)[0])
	}
	if out.Before, err = toolsRemoved(run); err != nil {
		return Lines{}, err
	}
	before := out.Before
	if before == nil && users.UserVariable(run) != "" {
		before = run.Final.User.In
	}
	missing := slices.DeleteFunc(slices.Clone(trees), isThere(p, run, id))
	make := lowest(absent(p, run, slices.Concat(made, missing), before))
	out.Lines = []string{giving(p, run, id, make, dirs, trees)}
	return out, nil
}

// giving returns the RUN that makes directories and gives some to the user, and trees with
// all that is in them.
func giving(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, make, dirs, trees []string) string {
	with := WithGroup(run, id)
	owner := with.Owner()
	if n, ok := with.Numeric(); ok && users.ByNumber(p) {
		owner = n
	}
	var calls []string
	if len(make) > 0 {
		// They may exist already.
		calls = append(calls, "mkdir -p "+strings.Join(make, " "))
	}
	calls = slices.Concat(calls, chowns(run, id, "", owner, dirs), chowns(run, id, "-R ", owner, trees))
	line := strings.Join(calls, " && ")
	if final := run.Final; final.Workdir.In != nil && strings.Contains(final.Workdir.In.Body(), "$") && final.DependsOnArg(final.Workdir.In.Body()) {
		// It is that directory, whatever the build argument is.
		line = workdirWord(line, final.Workdir.Text)
	}
	return p.File.Keyword("RUN") + " " + line
}

// workdirWord puts "." in the place of the working directory.
func workdirWord(line, dir string) string {
	words := strings.Split(line, " ")
	for i, w := range words {
		if w == dir {
			words[i] = "."
		}
	}
	return strings.Join(words, " ")
}

// toolsRemoved returns the first RUN that removes the programs that would give directories
// to another user, nil for none. It fails where they can't be given before it.
func toolsRemoved(run *stage.Evaluation) (*dockerfile.Instruction, error) {
	for _, s := range run.Steps {
		if !steps.RemovesTools(s) {
			continue
		}
		if s.Node != run.Node || s.Before.Workdir.Text != run.Final.Workdir.Text || !stage.IsRoot(s.Before.User.Text) {
			return nil, errors.New("a RUN removes the programs that would give its directories to another user")
		}
		return s.In, nil
	}
	return nil, nil
}

// givenDirs returns the directories that the user gets where the application's files stay
// root's: those that the file makes, and those that the sources write in.
func givenDirs(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (dirs []string) {
	made, _ := madeDirs(run, id) // Directories says what is wrong with them
	for _, dir := range slices.Concat(made, writtenDirs(p, run)) {
		if !holdsCode(run, dir) && !users.Owns(run.Steps, id, dir) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// lowest returns the directories of a list that have none of the others below them.
func lowest(list []string) (dirs []string) {
	for _, dir := range list {
		if !slices.ContainsFunc(list, func(other string) bool { return other != dir && workload.Within(other, dir) }) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// dirsAbove returns working directories of the file above the last one, which contain
// the application too, and where it may write; except for those in the list.
func dirsAbove(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity, but []string) (dirs []string) {
	final := run.Final.Workdir
	for _, s := range run.Steps {
		dir := s.Before.After(s.In).Workdir
		above := s.In.Name() == "WORKDIR" && dir.Known && dir.Text != final.Text && workload.Within(final.Text, dir.Text)
		if !above || workload.IsSystem(dir.Text) || !paths.IsPlain(dir.Text) || s.Before.DependsOnArg(s.In.Body()) || slices.Contains(but, dir.Text) || slices.Contains(dirs, dir.Text) || dir.Text == id.Home || settled(run, id, dir.Text) {
			continue
		}
		if mayWriteIn(p, run, dir.Text) {
			dirs = append(dirs, dir.Text)
		}
	}
	return dirs
}

// mayWriteIn reports whether the application may make files in a directory in which it does
// not run: something writes there, or where no source says, or a package manager starts it.
func mayWriteIn(p *imagebuild.Pass, run *stage.Evaluation, dir string) bool {
	load := p.Workload(run)
	if p.Context == nil || sources.Unread(p) != "" || len(load.Opaque()) > 0 || len(Unplaced(load, p.NodeProcess())) > 0 {
		return true
	}
	start := load.Start()
	return start == nil || !start.All(func(c *workload.Command) bool { return c.Manager == nil && c.Unfollowed == "" }) ||
		slices.ContainsFunc(load.Writes(), func(w workload.Write) bool { return w.Path == dir || path.Dir(w.Path) == dir })
}

// ownableWorkdir returns the working directory if it can and must be given to the
// user; else "", and perhaps a note.
func ownableWorkdir(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (dir, note string) {
	final := run.Final
	dir = final.Workdir.Text
	stays := func(why string) (string, string) { return "", fmt.Sprintf("%s stays owned by root: %s", dir, why) }
	switch {
	case dir == "/" && final.Base.Distro.FamilyOf() == baseimage.Scratch:
		return "", "" // a program that is all there is
	case dir == "/" && final.Workdir.In == nil:
		return "", noWorkdir(p, run) + ": it runs in /, where only root may write"
	case !paths.IsOwnable(dir):
		return stays("it is a directory of the system")
	case dir == id.Home, users.Owns(run.Steps, id, dir):
		return "", ""
	case !paths.IsPlain(dir):
		return stays("its name needs quotes")
	case slices.ContainsFunc(final.Volumes, func(v stage.Value) bool { return workload.Within(dir, v.Text) }):
		return "", "" // prepared before VOLUME
	case !steps.CanRun(final) && (users.BeforeWorkdir(run) != nil || steps.MadeByCopy(run, dir)):
		return "", "" // made as the user's
	case !steps.CanRun(final):
		return stays("the image has nothing to change that with")
	}
	return dir, ""
}
