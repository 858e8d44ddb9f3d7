package transforms

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds out whether what runs needs the dev dependencies.

// noDev is why there is nothing to leave out.
const noDev = "there are none"

// needsDev says what may need them, "" when nothing does.
func (sp *split) needsDev() string {
	switch {
	case sp.unread != nil:
		return "package.json can't be read"
	case sp.in.withDev:
		return "it asks for them"
	case sp.project.lock == nil:
		return "the lock file is not looked into"
	case len(sp.project.manifest.DevDependencies) == 0:
		return noDev
	case !sp.in.knownNodeEnv():
		return "NODE_ENV depends on a build argument"
	}
	if scripts := sp.project.manifest.InstallScripts(); len(scripts) > 0 {
		return fmt.Sprintf("the script %q runs at install, and may use them", scripts[0])
	}
	gone := map[string]bool{}
	for _, name := range sp.project.lock.DevOnly() {
		gone[name] = true
	}
	start, ok := sp.run.Final.Start()
	if !ok {
		return "the start command can't be read"
	}
	if reason := sp.startNeeds(start, gone, 0); reason != "" {
		return reason
	}
	if reason := sp.variableNames(gone); reason != "" {
		return reason
	}
	if reason := sp.healthNeeds(gone); reason != "" {
		return reason
	}
	if reason := loadedUnnamed(sp.project.manifest, gone); reason != "" {
		return reason
	}
	if file := otherCommands(sp.pass.Directory); file != "" {
		return file + " runs other commands in it"
	}
	return sp.pass.Memo("dev dependencies in the sources", func() any { return sourcesName(sp.pass.Context, gone, sp.project.manifest.DevDependencies) }).(string)
}

// startPrograms are programs of the system that a start command may call. What
// they call in turn is listed behind them, or a file of the context.
var startPrograms = strings.Fields("node nodejs sh bash ash exec env tini dumb-init docker-entrypoint.sh echo printf cd set export test [ true sleep wait mkdir trap")

// startNeeds follows the start command, and says what of it needs a package that
// would be gone.
func (sp *split) startNeeds(script *shell.Script, gone map[string]bool, depth int) string {
	if depth > maxDepth {
		return "its start scripts call each other without end"
	}
	for _, c := range script.Calls {
		for _, a := range c.Args {
			if name := namedPackage(a.Text, gone); name != "" {
				return fmt.Sprintf("the start command uses %s", name)
			}
		}
		switch c.Name {
		case "npm", "yarn", "pnpm":
			name := scriptName(c)
			if name == "" || sp.project.manifest.Scripts[name] == "" {
				return fmt.Sprintf("what %s starts is not known", c.Name)
			}
			for _, n := range []string{"pre" + name, name, "post" + name} {
				inner, err := shell.Parse(sp.project.manifest.Scripts[n], sp.run.Final.EnvVar)
				if err != nil {
					return fmt.Sprintf("the script %q can't be understood", n)
				}
				if reason := sp.startNeeds(inner, gone, depth+1); reason != "" {
					return reason
				}
			}
			continue
		}
		if slices.Contains(startPrograms, c.Name) {
			if file := sp.scriptFile(c); file != "" {
				return fmt.Sprintf("it starts through %s, which is not followed", file)
			}
		} else if production, known := sp.project.lock.Program(c.Name); !known || !production || strings.Contains(c.Path, "/") {
			return fmt.Sprintf("the start command calls %s", orSomething(c.Name))
		}
		if compiler := compilerIn(c); compiler != "" {
			return fmt.Sprintf("%s compiles at start, and may use some of them", compiler)
		}
	}
	return ""
}

// scriptFile is the script that a shell is called with, or the file's own under
// the name of the one that the node images bring.
func (sp *split) scriptFile(c shell.Call) string {
	if c.Name == "docker-entrypoint.sh" {
		file := sp.run.Lookup(c.Path, sp.pass.Context)
		origin := sp.run.Origin(file, sp.pass.Context)
		if entry := sp.run.Final.Entrypoint; origin.Name == "" && origin.Copied && entry != nil && entry.In != nil {
			return file // from another stage, perhaps
		}
		return origin.Name
	}
	if !slices.Contains([]string{"sh", "bash", "ash"}, c.Name) || len(c.Args) == 0 || strings.HasPrefix(c.Args[0].Text, "-") {
		return ""
	}
	return c.Args[0].Raw
}

// namedPackage finds a package in an argument such as "ts-node/register",
// "--import=tsx" and "node_modules/x/cli.js".
func namedPackage(arg string, names map[string]bool) string {
	if _, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(arg, "-") {
		arg = value
	}
	if _, inside, ok := strings.Cut(arg, "node_modules/"); ok {
		arg = strings.TrimPrefix(inside, ".bin/")
	}
	if name := packageOf(arg); names[name] {
		return name
	}
	return ""
}

// packageOf is the package that an import names: "a" in "a/b", "@s/a" in "@s/a/b".
func packageOf(spec string) string {
	parts := strings.SplitN(spec, "/", 3)
	if strings.HasPrefix(spec, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

var (
	composeFile = regexp.MustCompile(`^(docker-)?compose[\w.-]*\.ya?ml$`)
	// otherCommand is a command that a compose file gives to a container, or that
	// a script runs in one.
	otherCommand = regexp.MustCompile(`(?m)^\s*"?(?:command|entrypoint)"?\s*:|\bdocker(?:-| )compose\b[^\n]*\b(?:run|exec)\b|\bdocker (?:container )?(?:run|exec)\b`)
)

// otherCommands finds a file beside the Dockerfile that starts something else in
// the image than its own command, such as the tests: it may use what development
// needs. "" when there is none.
func otherCommands(dir fs.FS) string {
	for _, folder := range []string{".", ".github/workflows", ".circleci", ".devcontainer", "scripts", "bin", "deploy", "k8s", "kubernetes", "manifests"} {
		entries, err := fs.ReadDir(dir, folder)
		if err != nil {
			continue // there is none
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			switch {
			case !e.Type().IsRegular():
			case folder == "." && composeFile.MatchString(e.Name()), slices.Contains([]string{"Makefile", "package.json", "heroku.yml", ".travis.yml", ".gitlab-ci.yml", "Jenkinsfile"}, e.Name()),
				path.Ext(name) == ".sh", folder != "." && (path.Ext(name) == ".yml" || path.Ext(name) == ".yaml"):
				if text, err := readSmall(dir, name); err != nil || otherCommand.MatchString(text) {
					return name
				}
			}
		}
	}
	return ""
}

var (
	imports    = regexp.MustCompile(`(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*|\brequire\.resolve\s*\(\s*)["'\x60]([^"'\x60\n]+)["'\x60]`)
	typeImport = regexp.MustCompile(`\b(?:import|export)\s+type\b[^;\n]*\bfrom\s+["'][^"'\n]+["']`)
	quoted     = regexp.MustCompile(`["'\x60]([@A-Za-z0-9][^"'\x60\s]*)["'\x60]`)

	sourceFile = regexp.MustCompile(`\.(?:[cm]?[jt]sx?|vue|svelte|json)$`)
	// forTests are files and folders whose code does not run in production.
	forTests = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|__tests__|__mocks__|e2e|cypress|coverage|\.[\w-]+|node_modules)(?:/|$)` +
		`|\.(?:test|spec|stories|d)\.[cm]?[jt]sx?$|(?:^|/)(?:jest|vitest|karma|eslint|prettier|commitlint|playwright|cypress|lint-staged|stylelint|tsup|rollup|webpack)\.(?:config|conf)[\w.-]*\.(?:[cm]?[jt]s|json)$|(?:^|/)webpack\.[\w.-]+\.[cm]?[jt]s$` +
		`|(?:^|/)\.[\w.-]+$|(?:^|/)(?:gulpfile|gruntfile)\.[cm]?[jt]s$|(?:^|/)(?:package|package-lock|npm-shrinkwrap|tsconfig[\w.-]*|tslint|jsconfig|nodemon|lerna|nx|angular|deno)\.json$`)
)

// sourcesName finds a source file that names a package which would be gone: in
// an import, or, as names of plugins are, anywhere in quotes where package.json
// lists it. "" when there is none.
func sourcesName(context fs.FS, gone map[string]bool, listed map[string]string) (found string) {
	left, size := maxSources, maxSourceBytes
	err := fs.WalkDir(context, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && forTests.MatchString(name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !sourceFile.MatchString(name):
			return nil
		}
		text, err := readSmall(context, name)
		if err != nil {
			return err
		}
		if left, size = left-1, size-len(text); left < 0 || size < 0 {
			found = "there is more source code than is looked at"
			return fs.SkipAll
		}
		if pkg := namesPackage(text, gone, listed); pkg != "" {
			found = fmt.Sprintf("%s uses %s", path.Clean(name), pkg)
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return "the source code can't be read"
	}
	return found
}

func namesPackage(text string, gone map[string]bool, listed map[string]string) string {
	text = typeImport.ReplaceAllString(text, "")
	for _, m := range imports.FindAllStringSubmatch(text, -1) {
		if name := packageOf(m[1]); gone[name] {
			return name
		} else if compilers[name] {
			return name + ", which compiles with others"
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		// Express takes the engine for "index.pug" from the end of the name.
		for _, name := range []string{packageOf(m[1]), strings.TrimPrefix(path.Ext(m[1]), ".")} {
			if _, ok := listed[name]; ok && gone[name] {
				return name
			}
		}
	}
	return ""
}
