package transforms

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/transforms/internal/devserver"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// UncheckedDownload names scripts that are run as they come from the network.
var UncheckedDownload = &fixer.Transform{
	ID:       "unchecked-download",
	Title:    "a script that runs as it is downloaded",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Note,
	Doc: fixer.Doc{
		What: `States that a RUN gives a shell what curl or wget downloads, without a checksum. It is said once for a Dockerfile, and only of the
stages of an image.`,
		Why: `Whoever controls the address, or an account of its host, decides what runs in the build, and what is in the image. The same Dockerfile
also installs another version tomorrow. A package, an image to copy from, or a file with a checksum (ADD --checksum) has neither problem.`,
		Checks: []string{
			"The output of curl or wget is the input of a shell, or its script",
		},
		LeavesAlone: []string{
			"Installers that their makers document as the way to install, over https: NodeSource, Bun, Deno, rustup, uv …",
			"Scripts at a version tag or commit of GitHub, as that of nvm",
			"Stages that no image is built from, Dockerfiles for development, and files that are downloaded first",
		},
		See: []string{
			"https://docs.docker.com/build/building/best-practices/#add-or-copy",
			"https://docs.docker.com/reference/dockerfile/#add---checksum",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if devserver.NamesFile(p.File.Name()) {
			return nil
		}
		for _, n := range p.Graph.Targets() {
			run := n.Eval(nil)
			if devserver.Names(n.Stage.Name) || !steps.IsImage(p, run) {
				continue
			}
			for _, s := range run.Steps {
				if text := steps.Text(s.In); !strings.Contains(text, "curl") && !strings.Contains(text, "wget") {
					continue
				}
				script, err := s.Script()
				if err != nil || script == nil {
					continue
				}
				if host := unchecked(script); host != "" && !p.Ignores(s.In.Span) {
					p.State(s.In.Span, "a script of "+host+" runs as it is downloaded", "no checksum is compared, and another one may come tomorrow")
					return nil
				}
			}
		}
		return nil
	}),
}

// shells are the programs that run what they read.
var shells = strings.Fields("sh bash ash dash zsh")

// unchecked returns the host of the first script that is run as it is downloaded, "" for
// none.
func unchecked(script *shell.Script) string {
	for _, c := range script.Calls {
		if !slices.Contains(shells, c.Name) {
			continue
		}
		address := ""
		if from := source(script, c); from != nil && readsInput(c) {
			address = addressOf(from.Args)
		} else if slices.ContainsFunc(c.Args, func(w shell.Word) bool { return substituted.MatchString(w.Raw) }) {
			address = addressOf(c.Args)
		}
		if host := doubtful(address); host != "" {
			return host
		}
	}
	return ""
}

// substituted matches a download whose output is a script: $(curl …), <(curl …).
var substituted = lazyregexp.New(`(?:\$|<)\(\s*(?:curl|wget)\s`)

// source returns the download whose output a call reads, also by way of other programs;
// nil for none.
func source(script *shell.Script, c shell.Call) *shell.Call {
	for c.From >= 0 {
		c = script.Calls[c.From]
		if c.Name == "curl" || c.Name == "wget" {
			return &c
		}
	}
	return nil
}

// readsInput reports whether a shell reads its script from its input: it has no file to
// read, and no -c.
func readsInput(c shell.Call) bool {
	for _, a := range c.Args {
		switch {
		case a.Text == "-" || a.Text == "--" || strings.HasPrefix(a.Text, "-") && strings.Contains(a.Text, "s"):
			return true
		case !a.Known || !strings.HasPrefix(a.Text, "-") || strings.Contains(a.Text, "c"):
			return a.Text == "/dev/stdin"
		}
	}
	return true
}

// webAddress matches one in a word.
var webAddress = lazyregexp.New(`https?://[^\s"'()|<>]+`)

// addressOf returns the first address in the words of a download.
func addressOf(words []shell.Word) string {
	for _, w := range words {
		if m := webAddress.FindString(w.Raw); m != "" {
			return m
		}
	}
	return ""
}

// doubtful returns the host of an address, "" where that is no host, or where the script
// there is the documented way to install something, or stays as it is.
func doubtful(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, path, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(host, "${}@") {
		return ""
	}
	if scheme == "https" && (slices.Contains(installers, host) || fixed.MatchString("/"+path)) {
		return ""
	}
	return host
}

// installers are hosts of scripts that their makers document as the way to install a
// runtime, a package manager or Docker.
var installers = strings.Fields(`deb.nodesource.com rpm.nodesource.com bun.sh bun.com deno.land get.pnpm.io yarnpkg.com fnm.vercel.app get.volta.sh
www.npmjs.com sh.rustup.rs astral.sh install.python-poetry.org get.docker.com fly.io`)

// fixed matches the path of a version or commit: "/nvm-sh/nvm/v0.39.0/install.sh".
var fixed = lazyregexp.New(`/v?\d+\.\d+(?:\.\d+)?/|/[0-9a-f]{40}/`)
