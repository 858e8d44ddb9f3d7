package transforms

import (
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/transforms/internal/ignorefile"
)

// Dockerignore keeps out of the image what only the checkout needs.
var Dockerignore = &fixer.Transform{
	ID:     "dockerignore",
	Title:  "add a .dockerignore where there is none",
	Since:  "0.1.0",
	Safety: fixer.Unsafe,
	Doc: fixer.Doc{
		What: `Adds a .dockerignore where the Dockerfile copies the whole build context and there is no ignore file. It lists .git,
node_modules, npm-debug.log*, and what is there of editors' folders, .env files, coverage reports, Dockerfiles and compose
files.`,
		Why: `Without one, COPY . . takes along the history of the repository, the packages of the machine that builds, which take the
place of those just installed for the image, and the secrets in .env. All of it is sent to the builder, and any change of it
makes the copy and all that follows run again.`,
		Safety: `Never by itself: an application may read any of these files, .env most likely. What the Dockerfile, package.json or a
build script names is not listed; node_modules only where the Dockerfile installs packages in the directory that it copies to;
.git only where no build script asks git; .env only where no build tool is known to read it. Files that look like secrets are
named, never shown. Left alone, with the reason, where another Dockerfile shares the build context or the directory does not
look like it. The ignore file is never written over another.`,
		See: []string{
			"https://docs.docker.com/build/concepts/context/#dockerignore-files",
			"https://docs.docker.com/build/building/best-practices/#exclude-with-dockerignore",
		},
	},
	Run: func(p *fixer.Pass) error {
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
		p.Create(whole.Span, fixer.Finding{Problem: wrong, Change: "add a .dockerignore with " + strings.Join(list, ", ") + x.Secrets()}, fixer.Decision{},
			fixer.NewFile{Name: ".dockerignore", Text: []byte(strings.Join(list, "\n") + "\n")})
		return nil
	},
}
