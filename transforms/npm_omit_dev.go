package transforms

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
)

// NPMOmitDev spells out what --production stands for.
var NPMOmitDev = &fixer.Transform{
	ID:     "npm-omit-dev",
	Title:  "write --production as --omit=dev, as npm 7 and later call it",
	Since:  "0.1.0",
	Safety: fixer.Safe,
	Doc: fixer.Doc{
		What: `Writes --production, --prod, --only=production and --only=prod of npm ci and npm install as --omit=dev.`,
		Why: `npm has called these spellings deprecated since its release 7, warns of each ("npm warn config only Use --omit=dev"),
and may drop them.`,
		Safety: `Only on Docker's official images with Node.js 15 or later: the npm of older ones, 6 and before, does not know --omit, says
nothing, and installs everything. From npm 7 on all spellings set the same list of what is omitted (seen with npm 7.0, 7.10,
8, 9, 10 and 11: the same packages, and the same NODE_ENV for their scripts). Left alone, with the reason, where the base
image depends on a build argument, another npm is installed, an .npmrc or a variable speaks of the same, a package of the
build context calls npm when it is installed, or the command has further options for it.`,
		See: []string{
			"https://docs.npmjs.com/cli/v10/using-npm/config#omit",
			"https://docs.npmjs.com/cli/v10/using-npm/config#production",
			"https://docs.npmjs.com/cli/v6/using-npm/config#only",
		},
	},
	Run: func(p *fixer.Pass) error {
		for _, n := range p.Graph.Nodes {
			omitDev(p, n)
		}
		return nil
	},
}

// omitDev looks at the stage's own calls of npm. What nothing is known of, and
// what an older npm runs, is right as it is for all that can be told.
func omitDev(p *fixer.Pass, n *chain.Node) {
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
	calls(run.Own(), func(s chain.Step, c shell.Call) {
		word, ok := production(c)
		if !ok {
			return
		}
		left := func(reason string) {
			p.Report(s.In.Span, fmt.Sprintf("%s is deprecated, left so: %s", word.Text, reason))
		}
		reason := otherOptions(c)
		if reason == "" && strings.ContainsAny(word.Raw, `'"\`) && word.Raw != `"`+word.Text+`"` {
			reason = "it is quoted in an odd way"
		}
		if reason == "" {
			reason = otherNPM(p, run, s)
		}
		if reason == "" {
			reason = otherSettings(p, run, s)
		}
		if reason != "" {
			left(reason)
			return
		}
		edit, err := replaceWord(s, word, "--omit=dev")
		if err != nil {
			left(err.Error())
			return
		}
		p.Report(s.In.Span, fmt.Sprintf("%s is deprecated: --omit=dev (the same from npm 7 on; %s)", word.Text, why), edit)
	})
}

// otherNPM tells why the npm that a step runs may be another than that of the base
// image that is known; "" when it is that one.
func otherNPM(p *fixer.Pass, run *chain.Run, at chain.Step) string {
	if ref := run.Node.Root().Stage.Ref.Text; strings.Contains(ref, "$") {
		return fmt.Sprintf("the base image %s depends on a build argument, and npm before 7 does not know --omit", ref)
	}
	if _, line := p.Workload(run).NPMAt(at); line != 0 {
		return fmt.Sprintf("line %d may bring another npm", line)
	}
	return ""
}

func asksForProduction(run *chain.Run) bool {
	found := false
	calls(run.Own(), func(_ chain.Step, c shell.Call) {
		_, ok := production(c)
		found = found || ok
	})
	return found
}

// replaceWord makes the edit for a word of a RUN's script. The error says in a few
// words why there is none.
func replaceWord(s chain.Step, w shell.Word, text string) (dockerfile.Edit, error) {
	place, ok := s.Place(w)
	if !ok {
		return dockerfile.Edit{}, errors.New("it is part of a heredoc, or of a script inside the script")
	}
	edit, err := s.In.Replace(place, text)
	if err != nil {
		return edit, errors.New("a line continuation stands inside it")
	}
	return edit, nil
}

// npmInstalls are the names of npm ci and npm install (npm's own list of aliases,
// typing errors left out).
var npmInstalls = strings.Fields("ci clean-install ic install-clean install i in ins inst add")

// npmValues are the options of npm with a value that may stand in front of the
// command.
var npmValues = strings.Fields("--prefix -C --registry --cache --loglevel --userconfig --globalconfig -w --workspace")

// npmCommand is the command that npm or one of its kind is given, "" for none.
func npmCommand(c shell.Call) string {
	for i, a := range c.Args {
		value := i > 0 && slices.Contains(npmValues, c.Args[i-1].Text)
		if a.Known && a.Text != "" && a.Text[0] != '-' && !value {
			return a.Text
		}
	}
	return ""
}

// production finds the word by which npm ci or npm install is told to leave out
// development packages, in an old spelling. Text is the spelling.
func production(c shell.Call) (shell.Word, bool) {
	if c.Name != "npm" || !slices.Contains(npmInstalls, npmCommand(c)) {
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
			// npm takes "true" and "false" behind it for its value.
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
