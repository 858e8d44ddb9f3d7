package transforms

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// PackagesAsRoot has packages installed by root.
var PackagesAsRoot = &fixer.Transform{
	ID:       "packages-as-root",
	Title:    "install packages as root",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.High,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Puts the USER that comes directly before a RUN with apt-get, apk or their kind after it; elsewhere, USER root before such a RUN
and the user again after it.`,
		Why: `Package managers of a distribution write below /var and /usr, where only root may: as another user they fail, and the build
with them.`,
		Checks: []string{
			"The RUN installs or updates packages, and fails if that does",
			"The user at that place is known, and is not root",
		},
		LeavesAlone: []string{
			"Commands under sudo, or with options that move the package manager's files",
			"Commands whose failure does not end the build",
			"Users that are not known: by a variable without a default, or of a base image that is not known",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#user",
			"https://manpages.debian.org/stable/apt/apt-get.8.en.html",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		var done []*dockerfile.Instruction // other stages are built from its stage
		for _, n := range p.Graph.Nodes {
			base, err := p.Base(n, baseimage.AskConfig)
			if err != nil && !slices.ContainsFunc(n.Stage.Body, func(in *dockerfile.Instruction) bool { return in.Name() == "USER" }) {
				continue
			}
			own := n.Eval(base).Own()
			for i := 0; i < len(own); i++ {
				last := i
				for last < len(own) && needsRoot(own[last]) {
					last++
				}
				if last > i && !slices.Contains(done, own[i].In) {
					done = append(done, own[i].In)
					asRoot(p, own, i, last-1)
					i = last - 1
				}
			}
		}
		return nil
	}),
}

// needsRoot reports whether a step fails because it installs packages as another user.
func needsRoot(s stage.Step) bool {
	user := s.Before.User
	if s.In.Name() != "RUN" || !user.Known || stage.IsRoot(user.Text) || strings.ContainsAny(user.Text, " \t") {
		return false // of two words, it fails for the user itself
	}
	script, err := s.Script()
	return err == nil && script != nil && slices.ContainsFunc(script.Calls, func(c shell.Call) bool {
		return c.Succeeded && installsPackages(c)
	})
}

// installsPackages reports whether a call changes the packages of the system.
func installsPackages(c shell.Call) bool {
	if !slices.Contains([]string{"apt-get", "apt", "apk", "yum", "dnf", "microdnf"}, c.Name) {
		return false
	}
	elsewhere := slices.ContainsFunc(c.Args, func(w shell.Word) bool {
		return slices.Contains([]string{"-o", "--option", "-c", "-p", "--root", "--usermode", "--installroot", "--initdb", "--help", "--version", "-s", "--simulate", "--dry-run", "download"}, w.Text) ||
			strings.HasPrefix(w.Text, "-o") || strings.HasPrefix(w.Text, "--root=") || strings.HasPrefix(w.Text, "--installroot=")
	})
	return !elsewhere && c.Has("install", "add", "update", "upgrade", "dist-upgrade", "remove", "purge", "del")
}

// asRoot has the steps from first to last run as root.
func asRoot(p *imagebuild.Pass, own []stage.Step, first, last int) {
	user := own[first].Before.User
	f := fixer.Finding{
		Problem: "does not build: packages are installed as " + user.Text, Change: "install them as root", Reason: "only root may write to the package database",
	}
	edits, err := around(p, own, first, last)
	may := fixer.Decision{}
	if err != nil {
		may = fixer.Refusal(err.Error())
	}
	p.Change(own[first].In.Span, f, may, edits...)
}

// around returns the edits: a USER directly before the first step goes to the end.
func around(p *imagebuild.Pass, own []stage.Step, first, last int) ([]document.Edit, error) {
	user := own[first].Before.User
	spelled := user.Text
	if user.In != nil {
		spelled = user.In.Args[0].Text
	}
	keyword := p.File.Keyword("USER")
	after, err := p.File.InsertAfter(own[last].In, keyword+" "+spelled)
	if err != nil {
		return nil, err
	}
	if first > 0 && own[first-1].In == user.In && stage.IsRoot(own[first-1].Before.User.Text) {
		if moved, err := p.File.Delete(user.In); err == nil {
			return []document.Edit{moved, after}, nil
		}
	}
	before, err := p.File.InsertBefore(own[first].In, keyword+" root")
	return []document.Edit{before, after}, err
}
