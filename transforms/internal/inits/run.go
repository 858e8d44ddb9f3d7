package inits

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds the RUN that installs an init.

// Install makes the edit that installs it: another word for a RUN that installs
// packages in a matching form, or a RUN of its own. A RUN whose comment says what its
// packages are for comes last. The error says why none of them has a place.
func (t Source) Install(p *imagebuild.Pass, run *stage.Evaluation) ([]document.Edit, error) {
	if t.manager == "" {
		return nil, nil
	}
	if has, known := run.Final.Base.Programs.Has(t.manager); known && !has {
		return nil, fmt.Errorf("the base image has no %s to install one with", t.manager)
	}
	var used *stage.Step      // the first one that installs packages
	var other []document.Edit // to join one whose comment says what its packages are for
	for _, s := range run.Own() {
		if s.In.Name() != "RUN" || p.Ignores(s.In.Span) || !steps.RunsAsRoot(run, steps.Place{In: s.In, State: s.Before}) || steps.RemovesTools(s) || isOffline(s.In) {
			continue
		}
		if edit, ok := t.join(s, purposeAt(p.File, s.In)); ok {
			return []document.Edit{edit}, nil
		}
		if edit, ok := t.join(s, s.In.End); ok && other == nil {
			other = []document.Edit{edit}
		}
		if used == nil && t.isUsed(s) {
			used = &s
		}
	}
	behind, err := t.place(p, run, used)
	if err != nil && other != nil {
		return other, nil
	}
	if err != nil {
		return nil, err
	}
	edit, err := insertBehind(p.File, behind, p.File.Keyword("RUN")+" "+t.script)
	return []document.Edit{edit}, err
}

var (
	inVariable = lazyregexp.New(`\$(\{[^}]*\}|\w+)`)
	// itsWords match image names that imply their package manager.
	itsWords = map[string]*lazyregexp.Regexp{
		"apk":     lazyregexp.New(`alpine`),
		"apt-get": lazyregexp.New(`slim|debian|ubuntu|bullseye|bookworm|trixie`),
	}
	anyVersion = lazyregexp.New(`:v?[\d.]+$`)
)

// FitsBase doubts if the build may have another package manager: the base image
// is named by a build argument, which may name one of another distribution.
func (t Source) FitsBase(run *stage.Evaluation) fixer.Decision {
	root := run.Node.Root()
	ref := root.Stage.Ref.Text
	written := inVariable.ReplaceAllString(ref, "")
	switch {
	case t.manager == "" || written == ref || itsWords[t.manager].MatchString(written):
		return fixer.Decision{}
	case strings.HasSuffix(written, ":") && anyVersion.MatchString(root.Image):
		return fixer.Decision{}
	case slices.ContainsFunc(run.Steps, t.isUsed):
		return fixer.Decision{}
	}
	return fixer.Doubt(fmt.Sprintf("a build argument may name a base image without %s", t.manager))
}

// runs reports whether a call is one of the package manager.
func (t Source) runs(c shell.Call) bool {
	return c.Name == t.manager || c.Name == "apt" && t.manager == "apt-get"
}

// isUsed reports whether a RUN installs packages with the same program.
func (t Source) isUsed(s stage.Step) bool {
	found := false
	steps.Calls([]stage.Step{s}, func(_ stage.Step, c shell.Call) {
		found = found || t.runs(c) && c.Has("add", "install") && c.Certain
	})
	return found
}

// join adds a word to the packages that a RUN installs, after one of them that stands before
// an offset in the file.
func (t Source) join(s stage.Step, before int) (document.Edit, bool) {
	script, err := s.Script()
	if err != nil || script == nil || slices.ContainsFunc(script.Calls, takesAway) {
		return document.Edit{}, false
	}
	fresh := false
	for _, c := range script.Calls {
		if !t.runs(c) {
			continue
		}
		fresh = fresh || c.Has("update", "--no-cache", "--update", "-U", "--update-cache")
		if !fresh {
			continue
		}
		for _, one := range slices.Backward(t.packages(c)) {
			if w, ok := s.Place(one); ok && w.Start < before {
				edit, err := s.In.AddAfter(w, t.word)
				return edit, err == nil
			}
		}
	}
	return document.Edit{}, false
}

// takesAway reports whether a call removes packages again, perhaps all that were not
// explicitly installed (apt-mark auto '.*').
func takesAway(c shell.Call) bool {
	switch c.Name {
	case "apt-mark":
		return true
	case "apt-get", "apt":
		return c.Has("remove", "purge", "autoremove", "--auto-remove", "autopurge", "--autoremove")
	}
	return false
}

// packages returns the packages of a call that installs some, if one can be added to its
// form.
func (t Source) packages(c shell.Call) (list []shell.Word) {
	verb, agrees := "add", true
	allowed := strings.Fields("--no-cache --update -U --update-cache -q --quiet --no-progress")
	if t.manager == "apt-get" {
		verb, agrees = "install", c.Has("-y", "--yes", "--assume-yes", "-qy", "-yq", "-qqy", "-yqq")
		allowed = strings.Fields("-y --yes --assume-yes -qy -yq -qqy -yqq -q -qq --no-install-recommends --no-install-suggests --fix-missing")
	}
	if !c.Succeeded || !c.Plain || !c.Known() || !agrees || path.Base(c.Path) != c.Path {
		return nil
	}
	seen := false
	for _, a := range c.Args {
		switch {
		case strings.HasPrefix(a.Text, "-"):
			if !slices.Contains(allowed, a.Text) {
				return nil
			}
		case !seen:
			if a.Text != verb {
				return nil
			}
			seen = true
		case strings.ContainsAny(a.Text, "/@"):
			return nil // a file, or of another archive
		default:
			list = append(list, a)
		}
	}
	return list
}
