package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// NPMOmitDev replaces --production by its current spelling.
var NPMOmitDev = &fixer.Transform{
	ID:       "npm-omit-dev",
	Title:    "write --production as --omit=dev, as npm 7 and later call it",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces --production, --prod, --only=production and --only=prod of npm ci and npm install with --omit=dev.`,
		Why: `npm has deprecated these spellings since version 7, warns of each ("npm warn config only Use --omit=dev"), and may remove
them. All of them omit the same packages and set the same NODE_ENV for scripts: seen with npm 7.0, 7.10, 8, 9, 10 and 11.`,
		Checks: []string{
			"The base is Docker's official image with npm 7 or later (Node.js 15): older ones ignore --omit without a word",
			"No other option of the command, setting or variable decides what is omitted",
		},
		LeavesAlone: []string{
			"Base images that depend on a build argument",
			"Stages that install another npm",
			"An .npmrc or a variable that sets the same option",
			"Packages of the build context that call npm when they are installed",
			"Commands with further options for it, unusual quotes, or in a heredoc",
		},
		See: []string{
			"https://docs.npmjs.com/cli/v10/using-npm/config#omit",
			"https://docs.npmjs.com/cli/v10/using-npm/config#production",
			"https://docs.npmjs.com/cli/v6/using-npm/config#only",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, n := range p.Graph.Nodes {
			omitDev(p, n)
		}
		return nil
	}),
}

// omitDev looks at the stage's own calls of npm. What nothing is known of, and
// what an older npm runs, is right as it is for all that can be told.
func omitDev(p *imagebuild.Pass, n *stage.Node) {
	if !asksForProduction(n.Eval(nil)) {
		return
	}
	if !workload.IsNodeImage(n.Root().Image) {
		return // other images may bring settings of npm
	}
	base, err := p.Base(n, baseimage.AskConfig)
	if err != nil {
		return
	}
	run := n.Eval(base)
	version, why := p.Workload(run).OfficialNPM()
	if !version.AtLeast(7, 0) {
		return
	}
	steps.Calls(run.Own(), func(s stage.Step, c shell.Call) {
		word, ok := production(c)
		if !ok {
			return
		}
		left := func(reason string) {
			p.Leave(s.In.Span, word.Text+" is deprecated", reason)
		}
		reason := installs.OtherOptions(c)
		if reason == "" && strings.ContainsAny(word.Raw, `'"\`) && word.Raw != `"`+word.Text+`"` {
			reason = "it is quoted in an unusual way"
		}
		if reason == "" {
			reason = otherNPM(p, run, s)
		}
		if reason == "" {
			reason = installs.OtherSettings(p, run, s)
		}
		if reason != "" {
			left(reason)
			return
		}
		edit, err := steps.Replace(s, word, "--omit=dev")
		if err != nil {
			left(err.Error())
			return
		}
		p.Change(s.In.Span, fixer.Finding{Problem: word.Text + " is deprecated", Change: "use --omit=dev", Reason: "the same from npm 7 on; " + why}, fixer.Decision{}, edit)
	})
}

// otherNPM tells why the npm that a step runs may be another than that of the base
// image that is known; "" when it is that one.
func otherNPM(p *imagebuild.Pass, run *stage.Evaluation, at stage.Step) string {
	if ref := run.Node.Root().Stage.Ref.Text; strings.Contains(ref, "$") {
		return fmt.Sprintf("the base image %s depends on a build argument, and npm before 7 does not know --omit", ref)
	}
	if _, line := p.Workload(run).NPMAt(at); line != 0 {
		return fmt.Sprintf("line %d may bring another npm", line)
	}
	return ""
}

func asksForProduction(run *stage.Evaluation) bool {
	found := false
	steps.Calls(run.Own(), func(_ stage.Step, c shell.Call) {
		_, ok := production(c)
		found = found || ok
	})
	return found
}

// production returns the word that makes npm ci or npm install leave out
// development packages, in an old spelling. Text is the spelling.
func production(c shell.Call) (shell.Word, bool) {
	if c.Name != "npm" || !slices.Contains(installs.Names, installs.Command(c)) {
		return shell.Word{}, false
	}
	for i, a := range c.Args {
		next := shell.Word{Known: true}
		if i+1 < len(c.Args) {
			next = c.Args[i+1]
		}
		switch {
		case !a.Known:
		case a.Text == "--":
			return shell.Word{}, false
		case slices.Contains([]string{"--production=true", "--only=production", "--only=prod"}, a.Text):
			return a, true
		case a.Text == "--production" || a.Text == "--prod":
			// npm takes "true" and "false" after it as its value.
			return a, next.Known && !slices.Contains([]string{"true", "false", "null"}, next.Text)
		case a.Text == "--only" && (next.Text == "production" || next.Text == "prod"):
			both := shell.Word{Text: a.Text + " " + next.Text, Known: true, Start: a.Start, End: next.End}
			if gap := next.Start - a.End; gap > 0 {
				both.Raw = a.Raw + strings.Repeat(" ", gap) + next.Raw // Place finds it if only blanks are between
			}
			return both, true
		}
	}
	return shell.Word{}, false
}
