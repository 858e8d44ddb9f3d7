package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// This file finds the places of nonroot-user's lines.

// asRoot are the instructions that run as the current user, or whose result
// belongs to it: USER must not change before the last of them.
var asRoot = []string{"RUN", "COPY", "ADD", "WORKDIR", "VOLUME"}

// tail are the instructions that say how the container starts; USER stands in
// front of them.
var tail = []string{"EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD", "STOPSIGNAL"}

// userPlace is where USER goes: exactly one field is set.
type userPlace struct{ replace, before, after *dockerfile.Instruction }

func placeUser(run *chain.Run) userPlace {
	own := run.Own()
	last, user := -1, -1
	for i, s := range own {
		if slices.Contains(asRoot, s.In.Name()) {
			last = i
		}
		if s.In.Name() == "USER" {
			user = i
		}
	}
	if user > last {
		return userPlace{replace: own[user].In}
	}
	for _, s := range own[last+1:] {
		if slices.Contains(tail, s.In.Name()) {
			return userPlace{before: s.In}
		}
	}
	return userPlace{after: run.Node.Stage.Last()}
}

// behindHead is the instruction of the target stage behind which a RUN is
// cached longest: FROM with the ARGs, ENVs and LABELs that follow it.
func behindHead(run *chain.Run) (*dockerfile.Instruction, bool) {
	anchor := run.Node.Stage.From
	state := run.Final
	if len(run.Own()) > 0 {
		state = run.Own()[0].Before
	}
	for _, s := range run.Own() {
		if !slices.Contains([]string{"ARG", "ENV", "LABEL", "MAINTAINER", "SHELL"}, s.In.Name()) {
			break
		}
		anchor = s.In
	}
	for _, s := range run.Own() {
		if s.In.Index == anchor.Index+1 {
			state = s.Before
		}
	}
	return anchor, state.User.Known && isRoot(state.User.Text) && canRun(state)
}

// lines are instructions to insert, before an instruction or, when that is nil,
// directly in front of USER.
type lines struct {
	before *dockerfile.Instruction
	lines  []string
	note   []string
}

// volumeLines prepares the directories that the target stage declares as
// volumes: made and owned before VOLUME, behind which the classic builder
// loses every change (Docker documentation, "Notes about specifying volumes").
func volumeLines(p *fixer.Pass, run *chain.Run, id identity) ([]lines, error) {
	var out []lines
	first := run.Node.Stage.From.Index
	for _, v := range run.Final.Volumes {
		if v.In == nil || v.In.Index < first {
			return nil, fmt.Errorf("the volume %s is declared before this stage, where it stays root's", v.Text)
		}
	}
	for _, s := range run.Own() {
		cmd, ok := s.In.Cmd.(*instructions.VolumeCommand)
		if !ok {
			continue
		}
		var dirs []string
		for _, v := range cmd.Volumes {
			dir, known := s.Before.Expand(v)
			switch {
			case !known || !plainPath(dir):
				return nil, fmt.Errorf("the volume in line %d can't be told", s.In.Node.StartLine)
			case isSystem(dir):
				return nil, fmt.Errorf("the volume %s is a directory of the system", dir)
			case !owns(run.Steps, id, dir):
				dirs = append(dirs, dir)
			}
		}
		if len(dirs) == 0 {
			continue
		}
		owner, ok := ownerAt(p, s.Before, id)
		if !ok || !canRun(s.Before) || !isRoot(s.Before.User.Text) {
			return nil, fmt.Errorf("the volume %s can't be given to the user where it is declared", dirs[0])
		}
		list := strings.Join(dirs, " ")
		out = append(out, lines{before: s.In, lines: []string{fmt.Sprintf("%s mkdir -p %s && chown %s %s", p.File.Keyword("RUN"), list, owner, list)}})
	}
	return out, nil
}

// ownerAt is what chown can call the identity at this place: by name where the
// name exists, by number otherwise.
func ownerAt(p *fixer.Pass, s chain.State, id identity) (string, bool) {
	n, known := id.numeric()
	if known && p.Options.NumericUser {
		return n, true
	}
	if id.create != "" || id.name == "" {
		return id.owner(), true // made high in the stage, or a number
	}
	if _, ok := s.Accounts.User(id.name); ok {
		return id.owner(), true
	}
	return n, known
}

// ownDirs gives the working directory to the user, and the directories that
// the file makes by mkdir, for what else are they made. The RUN stands directly
// in front of USER: every RUN of the file then still finds them as they were.
// npm 7 and 8 run install scripts as the owner of the directory, and git
// refuses to work in somebody else's.
func ownDirs(p *fixer.Pass, run *chain.Run, id identity) (lines, error) {
	made, err := madeDirs(run, id)
	if err != nil {
		return lines{}, err
	}
	dir, note := ownableWorkdir(run, id)
	dirs := made
	if dir != "" {
		dirs = append([]string{dir}, slices.DeleteFunc(made, func(d string) bool { return d == dir })...)
		made = dirs[1:]
	}
	out := lines{}
	if note != "" {
		out.note = []string{note}
	}
	if len(dirs) == 0 {
		return out, nil
	}
	owner := id.owner()
	if n, ok := id.numeric(); ok && p.Options.NumericUser {
		owner = n
	}
	line := p.File.Keyword("RUN") + " "
	if len(made) > 0 {
		// They are there already, unless something removed them again.
		line += "mkdir -p " + strings.Join(made, " ") + " && "
	}
	out.lines = []string{line + "chown " + owner + " " + strings.Join(dirs, " ")}
	for _, s := range run.Own() {
		if !removesTools(s) {
			continue
		}
		if s.Before.Workdir.Text != run.Final.Workdir.Text || !isRoot(s.Before.User.Text) {
			return lines{}, errors.New("a RUN removes the programs that would give its directories to another user")
		}
		out.before = s.In
		return out, nil
	}
	if place := placeUser(run); place.replace != nil && !isRoot(stateAt(run, place.replace).User.Text) {
		out.lines = nil // the directories were made as another user already
	}
	return out, nil
}

// ownableWorkdir is the working directory where it can and must be given to the
// user; else "", and perhaps a note.
func ownableWorkdir(run *chain.Run, id identity) (dir, note string) {
	final := run.Final
	dir = final.Workdir.Text
	stays := func(why string) (string, string) { return "", fmt.Sprintf("%s stays root's: %s", dir, why) }
	switch {
	case dir == "/" && final.Workdir.In == nil:
		return "", "there is no WORKDIR: the files lie in /, which stays root's, so the application can't write beside them"
	case isSystem(dir):
		return stays("it is a directory of the system")
	case dir == id.home, owns(run.Steps, id, dir):
		return "", ""
	case !plainPath(dir):
		return stays("its name needs quotes")
	case slices.ContainsFunc(final.Volumes, func(v chain.Value) bool { return within(dir, v.Text) }):
		return "", "" // prepared before VOLUME
	case !canRun(final):
		return stays("the image has no shell to change that with")
	}
	return dir, ""
}

func stateAt(run *chain.Run, in *dockerfile.Instruction) chain.State {
	for _, s := range run.Steps {
		if s.In == in {
			return s.Before
		}
	}
	return run.Final
}
