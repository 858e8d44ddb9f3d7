package transforms

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file looks for data that the application may want to write, in places
// that stay root's. What it finds is no proof, and makes a change unsafe.

// cloned: files that RUN fetches stay root's.
func (x *examiner) cloned() string {
	found := ""
	calls(x.run.Steps, func(s chain.Step, c shell.Call) {
		if c.Name == "git" && c.Has("clone") && within(s.Before.Workdir.Text, x.run.Final.Workdir.Text) {
			found = fmt.Sprintf("line %d clones the application, whose files stay root's", s.In.Line)
		}
	})
	return found
}

var dataVariable = regexp.MustCompile(`(DIR|DIRECTORY|PATH|DATA|HOME|STORAGE|CACHE|FOLDER|ROOT|UPLOADS?|DB|DATABASE)$`)

// undeclared looks for a directory that a variable names for data, and that
// nothing in the file makes: the application would make it, in /.
func (x *examiner) undeclared() string {
	for _, s := range x.run.Steps {
		cmd, ok := s.In.Cmd.(*instructions.EnvCommand)
		if !ok {
			continue
		}
		for _, kv := range cmd.Env {
			dir, known := s.Before.Expand(kv.Value)
			if !known || !path.IsAbs(dir) || !dataVariable.MatchString(kv.Key) || kv.Key == "PATH" || strings.HasSuffix(kv.Key, "_PATH") && strings.Contains(dir, ":") {
				continue
			}
			dir = path.Clean(dir)
			if isData(dir) && !within(dir, x.run.Final.Workdir.Text) && !within(dir, "/home") && !x.mentioned(dir, s.In) {
				return fmt.Sprintf("%s names %s, which nothing in the file makes", kv.Key, dir)
			}
		}
	}
	return ""
}

// mentioned reports whether another instruction names the directory.
func (x *examiner) mentioned(dir string, but *dockerfile.Instruction) bool {
	return slices.ContainsFunc(x.run.Steps, func(s chain.Step) bool {
		return s.In != but && strings.Contains(s.In.Logical, dir) || s.In != but && slices.ContainsFunc(s.In.Node.Heredocs, func(h parser.Heredoc) bool { return strings.Contains(h.Content, dir) })
	})
}

// namedSystemFile tells of a file below a directory of the system that the sources
// name, and the Dockerfile does not.
func namedSystemFile(p *fixer.Pass, run *chain.Run) string {
	s := scanSources(p)
	dir := path.Dir(s.systemFile)
	if strings.Count(dir, "/") < 3 {
		dir = s.systemFile
	}
	x := newExaminer(p, run)
	if s.system == "" || within(s.systemFile, run.Final.Workdir.Text) || x.mentioned(dir, nil) {
		return ""
	}
	if path.Base(s.systemFile) == "docker.sock" {
		return fmt.Sprintf("%s names %s, which belongs to root", s.system, s.systemFile)
	}
	return fmt.Sprintf("%s names %s, where only root may write", s.system, s.systemFile)
}

// foreignHome tells of a home, set by the file, that stays root's.
func foreignHome(run *chain.Run, id identity) string {
	home, set := run.Final.EnvVar("HOME")
	switch {
	case !set || !path.IsAbs(home) || home == id.home || home == run.Final.Workdir.Text || isTemporary(home) || owns(run.Steps, id, home):
		return ""
	}
	return fmt.Sprintf("HOME is %s, which stays root's", home)
}

var (
	composeVolume = regexp.MustCompile(`(?m)^\s*-\s*["']?([\w./~-]+):(/[^:"'\s]+)["']?(?::rw)?["']?\s*(?:#.*)?$`)
	// dataFolder are the names of folders that a host shares so that they are written.
	dataFolder = regexp.MustCompile(`(?i)^\.?(data|db|database|uploads?|files|media|logs?|storage|backups?|state|cache|sessions?)$`)
)

// composeMount tells of a volume that a compose file puts into the working
// directory: the engine makes it as root where the image has no such directory.
func composeMount(p *fixer.Pass, run *chain.Run) string {
	dir := run.Final.Workdir.Text
	if p.Context == nil || dir == "/" {
		return ""
	}
	x := newExaminer(p, run)
	for _, name := range composeFiles {
		text, err := readSmall(p.Context, name)
		if err != nil {
			continue
		}
		for _, m := range composeVolume.FindAllStringSubmatch(text, -1) {
			source, target := m[1], path.Clean(m[2])
			named := !strings.ContainsAny(source[:1], "./~")
			if target == dir || !within(target, dir) || strings.Contains(target, "node_modules") || !named && !dataFolder.MatchString(path.Base(target)) || x.mentioned(target, nil) {
				continue
			}
			return fmt.Sprintf("%s mounts a volume to %s, which would be root's", name, target)
		}
	}
	return ""
}
