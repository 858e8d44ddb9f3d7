package transforms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/transforms/internal/apt"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// AptNoRecommends keeps apt-get from installing more than the named packages.
var AptNoRecommends = &fixer.Transform{
	ID:       "apt-no-recommends",
	Title:    "install no recommended packages, drop apt's lists",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Unsafe,
	Doc: fixer.Doc{
		What: `Adds --no-install-recommends to apt-get install, and rm -rf /var/lib/apt/lists/* at the end of a RUN that fetched the lists,
in the stages that become images.`,
		Why: `apt-get also installs the packages that a package recommends, often far more than the image needs. The package lists of a
release are 20 MB that nothing reads again. Both stay in the image.`,
		Checks: []string{
			"The lists are removed only in the RUN that fetched them, and as its last command",
			"No later RUN of the stage, or of a stage built from it, installs packages without an apt-get update of its own",
		},
		LeavesAlone: []string{
			"curl, wget and git without ca-certificates: they would find no certificates",
			"chromium without chromium-sandbox, npm without build-essential, and similar known pairs",
			"Commands that set the option already, or take their options from a variable",
			"Files that set APT::Install-Recommends",
			"Lists in a cache mount",
			"Installs in a heredoc, or in a script inside the script",
			"Builder stages whose file system no image keeps",
		},
		NeedsUnsafe: []string{
			"Always: the application may need a recommended package. Build the image and test it",
		},
		See: []string{
			"https://docs.docker.com/build/building/best-practices/#apt-get",
			"https://manpages.debian.org/bookworm/apt/apt-get.8.en.html",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		setForAll := strings.Contains(string(p.File.Bytes()), "Install-Recommends") // apt's own option
		var later []stage.Step
		for _, n := range p.Graph.Nodes {
			for _, s := range n.Eval(nil).Own() {
				if apt.NeedsLists(s) {
					later = append(later, s)
				}
			}
		}
		for _, n := range becomeImages(p.Graph) {
			steps.Calls(n.Eval(nil).Own(), func(s stage.Step, c shell.Call) {
				if i := apt.Install(c); i >= 0 && !setForAll {
					noRecommends(p, s, c, i)
				}
			})
			for _, s := range n.Eval(nil).Own() {
				if edit, ok := apt.DropLists(s, later); ok {
					p.Change(s.In.Span, fixer.Finding{Problem: "the package lists of apt-get stay in the image", Change: "add rm -rf " + apt.Lists + "/*"}, fixer.Decision{}, edit)
				}
			}
		}
		return nil
	}),
}

// becomeImages returns the stages that the targets consist of.
func becomeImages(g *stage.Graph) (list []*stage.Node) {
	seen := map[*stage.Node]bool{}
	for _, n := range g.Targets() {
		for ; n != nil && !seen[n]; n = n.Parent {
			seen[n] = true
			list = append(list, n)
		}
	}
	return list
}

// aptOptions matches the names of variables that may hold options.
var aptOptions = lazyregexp.New(`(?i)\$\{?\w*(opt|flag|arg)`)

// leansOn are packages that are known to need one that they only recommend
// (Debian 12).
var leansOn = map[string]string{
	"curl": "ca-certificates", "wget": "ca-certificates", "git": "ca-certificates", "chromium": "chromium-sandbox",
	"python3-pip": "python3-dev", "npm": "build-essential", "nodejs": "ca-certificates", "fonts-noto": "fonts-noto-core",
	"software-properties-common": "gnupg",
}

// installed reports whether the chain installs a package by name, up to a step.
func installed(at stage.Step, name string) bool {
	for _, s := range at.Node.Eval(nil).Steps {
		if s.In.Index <= at.In.Index && s.In.Name() == "RUN" && strings.Contains(steps.Text(s.In), name) {
			return true
		}
	}
	return false
}

func noRecommends(p *imagebuild.Pass, s stage.Step, c shell.Call, install int) {
	for _, a := range c.Args {
		if strings.Contains(strings.ToLower(a.Raw), "recommends") || !a.Known && aptOptions.MatchString(a.Raw) {
			return
		}
	}
	const wrong = "apt-get installs recommended packages"
	for _, name := range apt.Packages(c, install) {
		if needs := leansOn[name]; needs != "" && !installed(s, needs) {
			p.Leave(s.In.Span, wrong, fmt.Sprintf("%s is of little use without %s, which it only recommends", name, needs))
			return
		}
	}
	behind := install
	for behind+1 < len(c.Args) && c.Args[behind+1].Known && strings.HasPrefix(c.Args[behind+1].Text, "-") && !slices.Contains(apt.Values, c.Args[behind+1].Text) {
		behind++
	}
	word := c.Args[behind]
	edit, err := steps.Replace(s, word, word.Raw+" --no-install-recommends")
	if err != nil {
		p.Leave(s.In.Span, wrong, err.Error())
		return
	}
	p.Change(s.In.Span, fixer.Finding{Problem: wrong, Change: "add --no-install-recommends", Reason: "one of them may be needed: test the image"}, fixer.Decision{}, edit)
}
