package split

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what was copied for the install and must be copied again.

// copies finds what is copied for the install and must be copied again.
func (sp *Split) copies() error {
	if sp.prune != "" {
		return nil // the whole directory is copied
	}
	for _, s := range sp.run.Steps[sp.first:sp.in.At] {
		c, ok := s.Before.Copy(s.In)
		if !ok {
			return fmt.Errorf("what line %d copies is unknown", s.In.Line)
		}
		files, dirs, err := sp.brought(c)
		if err != nil {
			return err
		}
		var missing []string
		for _, f := range files {
			if !sp.comesLater(c, f) {
				missing = append(missing, f)
			}
		}
		if len(missing) == 0 && !dirs {
			continue
		}
		line, err := sp.restated(s, c, missing)
		if err != nil {
			return err
		}
		if line != "" {
			sp.again = append(sp.again, line)
		}
	}
	if sp.secret == "" {
		return nil
	}
	for _, s := range sp.run.Steps[sp.in.At+1:] {
		if s.In.Name() == "RUN" && strings.Contains(steps.Text(s.In), "npmrc") || s.In.Line == sp.callsLater() {
			return fmt.Errorf("%s has a token, and line %d may want the file", sp.secret, s.In.Line)
		}
	}
	return nil
}

// brought returns the files of the context that a copy brings. dirs is set if it
// brings whole directories that do not all come with one later copy.
func (sp *Split) brought(c stage.Copy) (files []string, dirs bool, err error) {
	if sp.pass.Context == nil {
		return nil, !sp.wholeLater(), nil
	}
	for _, src := range c.Sources {
		src = strings.TrimPrefix(path.Clean("/"+src), "/")
		names := []string{src}
		if strings.ContainsAny(src, "*?[") {
			if names, err = sp.pass.Files().Glob(src); err != nil {
				return nil, false, fmt.Errorf("what line %d copies is unknown", c.In.Line)
			}
		}
		for _, name := range names {
			info, err := sp.pass.Files().Stat(name)
			switch {
			case err != nil:
				return nil, false, fmt.Errorf("line %d copies %s, which is not in the build context", c.In.Line, name)
			case info.IsDir():
				dirs = dirs || !sp.wholeLater()
			default:
				files = append(files, name)
			}
		}
	}
	return files, dirs, nil
}

// straightBehind returns the steps between the install and the next RUN, which may
// need what was copied for the install.
func (sp *Split) straightBehind() []stage.Step {
	rest := sp.run.Steps[sp.in.At+1:]
	if i := slices.IndexFunc(rest, func(s stage.Step) bool { return s.In.Name() == "RUN" }); i >= 0 {
		return rest[:i]
	}
	return rest
}

// wholeLater reports whether a later copy brings the whole context into the
// working directory.
func (sp *Split) wholeLater() bool {
	return slices.ContainsFunc(sp.straightBehind(), func(s stage.Step) bool {
		c, ok := s.Before.Copy(s.In)
		return ok && installs.CopiesContext(c) && c.Dest == sp.in.Step.Before.Workdir.Text && slices.ContainsFunc(c.Sources, func(src string) bool { return path.Clean("/"+src) == "/" })
	})
}

// comesLater reports whether a later copy brings the same file to the same place.
func (sp *Split) comesLater(c stage.Copy, name string) bool {
	file := path.Join(c.Dest, path.Base(name))
	if !c.Dir && c.Dest != sp.in.Step.Before.Workdir.Text {
		file = c.Dest
	}
	rest := &stage.Evaluation{Node: sp.run.Node, Steps: sp.straightBehind(), Final: sp.run.Final}
	return rest.Origin(file, sp.pass.Context).Name == name
}

// restated returns the line that copies the missing files again, "" if there is none
// that the image may have.
func (sp *Split) restated(s stage.Step, c stage.Copy, missing []string) (string, error) {
	if sp.pass.Context != nil {
		for _, name := range missing {
			if path.Base(name) == ".npmrc" && hasToken(sp.pass.Files(), name) {
				sp.secret = name
			}
		}
	}
	line := strings.TrimSpace(s.In.Logical)
	if strings.ContainsAny(line, "\"'\\`[") && !s.In.JSON() {
		return "", fmt.Errorf("line %d has quotes, and would be needed twice", s.In.Line)
	}
	if !s.In.JSON() {
		line = strings.Join(strings.Fields(line), " ")
	}
	if sp.secret == "" {
		return line, nil
	}
	words := strings.Fields(line)
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return path.Base(w) == ".npmrc" })
	if s.In.JSON() || len(kept) == len(words) {
		return "", fmt.Errorf("%s has a token, and comes with other files", sp.secret)
	}
	if len(kept)-len(s.In.Flags) < 3 {
		return "", nil // it was the only one
	}
	return strings.Join(kept, " "), nil
}

// hasToken reports whether an .npmrc contains a secret itself, rather than a variable.
func hasToken(files *workload.Files, name string) bool {
	text, err := files.ReadFile(name, workload.MaxText)
	return err != nil || tokenIn(text)
}

func tokenIn(npmrc string) bool {
	for line := range strings.Lines(npmrc) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		key = strings.TrimSpace(key)
		if strings.HasSuffix(key, "_authToken") || strings.HasSuffix(key, "_auth") || strings.HasSuffix(key, "_password") {
			if value = strings.Trim(strings.TrimSpace(value), `"'`); value != "" && !strings.HasPrefix(value, "${") {
				return true
			}
		}
	}
	return false
}
