package installs

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what, besides its own options, decides which packages an npm install
// omits.

// otherOption matches an npm option that decides about the same packages. Options that
// leave out more of them do not matter.
var otherOption = lazyregexp.New(`^["']?--(no-)?(include|also|dev|only|production|prod|optional)\b|^["']?--(no-)?omit\b`)

// OtherOptions returns such an option of the call itself, "" for none.
func OtherOptions(c shell.Call) string {
	found := 0
	for _, a := range c.Args {
		text := cmp.Or(a.Text, a.Raw)
		switch {
		case a.Known && (text == "--no-optional" || text == "--omit=optional" || text == "--omit=peer"):
		case otherOption.MatchString(text):
			found++
		case !a.Known && !strings.HasPrefix(strings.Trim(text, `"'`), "--"):
			return fmt.Sprintf("what %s holds is unknown", text)
		}
	}
	if found > 1 {
		return "the command has further options for it"
	}
	return ""
}

var (
	omitVariable = lazyregexp.New(`(?i)npm_config_(omit|include|also|only|dev|production|optional)\b`)
	omitWord     = lazyregexp.New(`(^|[^/\w-])(omit|include|also|only|dev|production|optional)\b`)
	// omitOption matches an option of npm install, which sets nothing for others.
	omitOption = lazyregexp.New(`--(no-)?(only|production|prod|omit|optional)\b([= ](production|prod|true|dev|optional|peer)\b)?`)
)

// OtherSettings returns an npm setting about the same packages, which a
// command line adds to in one spelling and replaces in another.
func OtherSettings(p *imagebuild.Pass, run *stage.Evaluation, at stage.Step) string {
	for _, e := range at.Before.Env {
		if omitVariable.MatchString(e) {
			name, _, _ := strings.Cut(e, "=")
			return fmt.Sprintf("the variable %s sets the same option", name)
		}
	}
	for _, s := range run.Steps {
		if s.In.Index > at.In.Index {
			break
		}
		text := steps.Text(s.In)
		sets := strings.Contains(text, "npmrc") || strings.Contains(text, "npm config") || strings.Contains(text, "npm set")
		mounts := sets && s.In == at.In && strings.Contains(text, "--mount=")
		if omitVariable.MatchString(text) || mounts || sets && omitWord.MatchString(omitOption.ReplaceAllString(text, "")) {
			return fmt.Sprintf("line %d may set npm's options", s.In.Line)
		}
	}
	if p.Context == nil {
		return "an .npmrc may set the same option, and " + workload.ErrNoContext.Error()
	}
	switch in := p.Files().InstallSettings(); {
	case in.Setting.Place.File != "":
		return fmt.Sprintf("%s sets the same option", in.Setting.Place.File)
	case in.Name != "":
		return fmt.Sprintf("the script %q of %s calls npm itself", in.Name, in.Script.Place.File)
	default:
		return in.Gap.What
	}
}
