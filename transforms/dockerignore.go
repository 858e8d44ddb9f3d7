package transforms

import (
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms/internal/ignorefile"
)

// Dockerignore keeps files that only the checkout needs out of the image.
var Dockerignore = &fixer.Transform{
	ID:       "dockerignore",
	Title:    "add a .dockerignore where there is none",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Medium,
	Safety:   fixer.Unsafe,
	Doc: fixer.Doc{
		What: `Adds a .dockerignore where the Dockerfile copies the whole build context and there is no ignore file. It lists .git,
node_modules and npm-debug.log*, and of these what exists: editors' folders, .env files, coverage reports, Dockerfiles
and Compose files.`,
		Why: `Without one, COPY . . copies the repository's history, the build machine's node_modules over those just installed, and the
secrets in .env. All of it is sent to the builder, and any change of it runs the copy and all later steps again.`,
		Checks: []string{
			"No listed file is named by the Dockerfile, package.json, or a script or setting of the context",
			"node_modules is listed only where the Dockerfile installs packages into the directory that it copies to",
			".git is listed only where no build script asks git",
			".env is listed only where no build tool, and no source without a deployment that brings it, reads it",
			"No existing ignore file is overwritten",
			"The finding names files that look like secrets, and shows none of their contents",
		},
		LeavesAlone: []string{
			"A build context that another Dockerfile shares",
			"A directory that lacks what the Dockerfile copies: it may not be the build context",
			"A directory with a .containerignore, which Podman reads",
			"Dockerfiles that come from standard input",
		},
		NeedsUnsafe: []string{
			"Always: an application may read any of these files. Build the image and test it",
		},
		See: []string{
			"https://docs.docker.com/build/concepts/context/#dockerignore-files",
			"https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		if p.Context == nil || p.IgnoreFile != "" {
			return nil
		}
		x := ignorefile.New(p)
		whole := x.Copies()
		if whole == nil {
			return nil
		}
		const wrong = "the whole build context is copied, and nothing is ignored"
		if may := x.IsForThis(); may.Refused() {
			p.Leave(whole.Span, wrong, may.Refuse+x.Secrets())
			return nil
		}
		list := x.Lines()
		if len(list) == 0 {
			return nil
		}
		var may fixer.Decision
		if why := x.EnvStays(); why != "" {
			may.Caveats = []string{why}
		}
		p.Create(whole.Span, fixer.Finding{Problem: wrong, Change: "add a .dockerignore with " + strings.Join(list, ", ") + x.Secrets()}, may,
			fixer.NewFile{Name: ".dockerignore", Text: []byte(strings.Join(list, "\n") + "\n")})
		return nil
	}),
}
