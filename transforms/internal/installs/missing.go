package installs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file says why a file is not known to be in the image.

// missing returns why the file of the image that an absolute path names is not known.
func missing(p *imagebuild.Pass, upTo *stage.Evaluation, file string) error {
	if why := absent(p, upTo, file); why != "" {
		return errors.New(why)
	}
	return fmt.Errorf("%s is not copied from the build context", path.Base(file))
}

// absent returns why a file is not known although a copy brings it, "" if none does: the
// repository lacks what is copied, or a stage may have made it.
func absent(p *imagebuild.Pass, upTo *stage.Evaluation, file string) string {
	base := path.Base(file)
	for _, s := range slices.Backward(upTo.Steps) {
		c, ok := s.Before.Copy(s.In)
		if !ok || !workload.Within(file, c.Dest) {
			continue
		}
		for _, src := range c.Sources {
			last := path.Base(path.Clean("/" + src))
			isIt := last == base
			if matched, err := path.Match(last, base); err == nil && matched {
				isIt = isIt || c.From != "" || base == "package.json"
			}
			switch {
			case c.From != "" && isIt:
				return fmt.Sprintf("%s comes from %s, where it may be made", base, c.From)
			case c.From != "" || src == "" || strings.Contains(src, ":") || !isIt && strings.ContainsAny(src, "*?["):
			case isIt || path.Ext(last) == "":
				if why := lacks(p, path.Clean("/" + src)[1:]); why != "" {
					return fmt.Sprintf("line %d copies %s, which %s", s.In.Line, src, why)
				}
			}
		}
	}
	return ""
}

// lacks returns why a file or directory is not in the build context, "" if it is.
func lacks(p *imagebuild.Pass, name string) string {
	if name == "" {
		return ""
	}
	if found, err := p.Files().Glob(name); err != nil || len(found) > 0 {
		return ""
	}
	if found, err := p.DirectoryFiles().Glob(name); err == nil && len(found) > 0 {
		return p.IgnoreFile + " keeps out"
	}
	if p.Repository != nil {
		if found, err := fs.Glob(p.Repository, name); err == nil && len(found) > 0 {
			return "is not in the build context"
		}
	}
	return "is not in the repository"
}

// rewrittenInStage returns which command of another stage may have changed the package.json
// or the lock file that is copied from it, "" for none.
func rewrittenInStage(upTo *stage.Evaluation) string {
	for _, s := range upTo.Steps {
		c, ok := s.Before.Copy(s.In)
		if !ok || c.From == "" || !slices.ContainsFunc(c.Sources, func(src string) bool { return path.Ext(src) == "" || rewritesManifest.MatchString(src) }) {
			continue
		}
		for _, n := range upTo.Node.Graph().Nodes {
			if n.Stage.Name != strings.ToLower(c.From) {
				continue
			}
			for _, run := range n.Eval(nil).Steps {
				if script, err := run.Script(); run.In.Name() == "RUN" && err == nil && script != nil && slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return addsPackages(c) || rewritesFiles(c) }) {
					return fmt.Sprintf("line %d", run.In.Line)
				}
			}
		}
	}
	return ""
}

// addsPackages reports whether a call changes what package.json lists: npm install NAME.
func addsPackages(c shell.Call) bool {
	if !workload.IsManager(c.Name) || c.Has("-g", "--global", "global", "--no-save") {
		return false
	}
	switch Command(c) {
	case "add", "remove", "uninstall", "rm", "un", "upgrade", "update", "up":
		return true
	case "install", "i", "in":
		_, operands := c.Options(func(o string) bool { return slices.Contains(npmValues, o) })
		return len(operands) > 1
	}
	return false
}
