package ignorefile

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file finds what reads the .env files of the directory.

// envReaders are packages that read .env files during a build, or when a script
// of package.json runs.
var envReaders = strings.Fields("next nuxt nuxt3 vite react-scripts gatsby @vue/cli-service astro @sveltejs/kit parcel parcel-bundler @craco/craco razzle umi expo " +
	"dotenv-webpack dotenv-cli env-cmd dotenv-flow prisma @rsbuild/core @remix-run/dev @redwoodjs/core react-app-rewired nx @quasar/app-vite @quasar/app-webpack")

// envStarters are packages that read them when the application starts, and that no source
// need import for that.
var envStarters = strings.Fields("@dotenvx/dotenvx @strapi/strapi directus @adonisjs/core foreman")

var (
	// bunRuns matches the command of a runtime that reads them by itself (bun.com,
	// "Environment variables").
	bunRuns = lazyregexp.New(`\bbunx?\b`)
	// preloads matches an option of node that reads them, in a command (nodejs.org,
	// "--env-file").
	preloads = lazyregexp.New(`\bdotenv/config\b|--env-file\b`)
	// otherLists are lists of packages in other languages, with the packages that read them.
	otherLists = map[string]*lazyregexp.Regexp{
		"composer.json": lazyregexp.New(`"(?:laravel/framework|symfony/dotenv|vlucas/phpdotenv)"`),
		"Gemfile":       lazyregexp.New(`(?m)^\s*gem\s+['"]dotenv`),
	}
)

func isEnv(name string) bool { return strings.HasPrefix(name, ".env") }

// EnvStays says why the new file does not list .env, which is there; "" where it does.
func (x *Chooser) EnvStays() string {
	const name = ".env"
	if !slices.ContainsFunc(x.entries, func(e fs.DirEntry) bool { return e.Name() == name && !e.IsDir() }) {
		return ""
	}
	for _, src := range x.sources {
		if x.takes(src.name, name) {
			return fmt.Sprintf("%s stays in the image: line %d copies it", name, src.line)
		}
	}
	if reader := x.readsEnv(name); reader != "" {
		return fmt.Sprintf("%s stays in the image: %s reads it", name, reader)
	}
	if at, found := x.pass.Files().NameOf(name); found {
		return fmt.Sprintf("%s stays in the image: %s names it", name, at.Place)
	}
	for _, in := range x.pass.File.Instructions {
		if in.Name() != "COPY" && in.Name() != "ADD" && workload.FileNameIn(steps.Text(in), name) >= 0 {
			return fmt.Sprintf("%s stays in the image: line %d names it", name, in.Line)
		}
	}
	return ""
}

// readsEnv returns what reads a .env file, in the build or where no deployment brings the
// file when the application starts; "" for nothing.
func (x *Chooser) readsEnv(name string) string {
	if by := x.dependsOn(envReaders); by != "" || x.isGiven(name) {
		return by
	}
	if by := x.dependsOn(envStarters); by != "" {
		return by
	}
	if by := x.envCommand(); by != "" {
		return by
	}
	if line, found := x.pass.Files().EnvReader(); found {
		return line.Place.String()
	}
	for _, list := range []string{"composer.json", "Gemfile"} {
		if text, err := x.read(list); err == nil && otherLists[list].MatchString(text) {
			return "a package of " + list
		}
	}
	return ""
}

// envCommand returns the command that reads .env files by itself: one of the Dockerfile, or
// a script of package.json. "" for none.
func (x *Chooser) envCommand() string {
	for _, n := range x.pass.Graph.Nodes {
		for _, s := range n.Eval(nil).Own() {
			text := steps.Text(s.In)
			if starts := s.In.Name() == "CMD" || s.In.Name() == "ENTRYPOINT"; starts && bunRuns.MatchString(text) || preloads.MatchString(text) {
				return fmt.Sprintf("the command in line %d", s.In.Line)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.deps.Scripts)) {
		if preloads.MatchString(x.deps.Scripts[name]) {
			return fmt.Sprintf("script %q of package.json", name)
		}
	}
	return ""
}

// isGiven reports whether a deployment brings a file into the container, or its variables.
func (x *Chooser) isGiven(name string) bool {
	return slices.ContainsFunc(x.pass.Deployments, func(d workload.Deployment) bool {
		if slices.ContainsFunc(d.EnvFiles, func(file string) bool { return path.Base(file) == name }) {
			return true
		}
		return slices.ContainsFunc(d.Mounts, func(m workload.Mount) bool {
			return slices.ContainsFunc(x.dests, func(dest string) bool {
				file := path.Join(dest, name)
				return m.Target == file || m.Kind == workload.Bind && workload.Within(file, path.Clean(m.Target))
			})
		})
	})
}
