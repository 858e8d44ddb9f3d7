package transforms

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file finds out whether what runs needs the dev dependencies.

// needsDev says what may need them, "" when nothing does.
func (sp *split) needsDev() string {
	switch {
	case sp.unread != nil:
		return "package.json can't be read"
	case sp.in.withDev:
		return "it asks for them"
	case sp.project.lock == nil:
		return "the lock file is not looked into"
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
	for _, check := range []func() string{
		func() string { return sp.startNeeds(start, gone, 0) },
		func() string { return sp.environmentNeeds(gone) },
		func() string { return sp.variableNames(gone) },
		func() string { return sp.healthNeeds(gone) },
		func() string { return sp.loadedByName(gone) },
		func() string { return loadedUnnamed(sp.project.manifest, gone) },
	} {
		if reason := check(); reason != "" {
			return reason
		}
	}
	if file := otherCommands(sp.pass.Directory); file != "" {
		return file + " runs other commands in it"
	}
	listed := sp.project.manifest.DevDependencies
	key := fmt.Sprint(slices.Sorted(maps.Keys(gone)), slices.Sorted(maps.Keys(listed))) // one file may have several projects
	return sp.pass.Memo("dev dependencies in the sources "+key, func() any {
		s := &sources{gone: gone, listed: listed, programs: sp.project.lock.DevPrograms(), left: maxSources, size: maxSourceBytes}
		return s.use(sp.pass.Context)
	}).(string)
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
	for _, w := range script.Words {
		if name := mentioned(w.Text, gone); name != "" {
			return fmt.Sprintf("the start command uses %s", name)
		}
	}
	for _, c := range script.Calls {
		for _, a := range c.Args {
			if strings.HasPrefix(c.Name, "node") && (forTests.MatchString(a.Text) || strings.Contains(a.Text, ".bin/")) {
				return fmt.Sprintf("it starts %s, which is not followed", a.Text)
			}
		}
		if file := sp.ownFile(c); file != "" {
			return fmt.Sprintf("it starts through %s, which is not followed", file)
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
			if file := scriptFile(c); file != "" {
				return fmt.Sprintf("it starts through %s, which is not followed", file)
			}
		} else if production, known := sp.project.lock.Program(c.Name); !known || !production || strings.Contains(c.Path, "/") {
			return fmt.Sprintf("the start command calls %s", orSomething(c.Name))
		}
		if slices.Contains(pluginHosts, c.Name) {
			return fmt.Sprintf("the start command calls %s, which loads plugins", c.Name)
		}
		if compiler := compilerIn(c); compiler != "" {
			return fmt.Sprintf("%s compiles at start, and may use some of them", compiler)
		}
	}
	return ""
}

// pluginHosts are programs whose settings, which are not looked at, name packages.
var pluginHosts = strings.Fields(`gulp grunt webpack webpack-cli webpack-dev-server rollup tsup babel babel-node swc jest vitest karma eslint prettier
	postcss tailwindcss react-scripts vue-cli-service ng vite mocha`)

// ownFile is the program that a call starts where the image does not have it from
// its base: a script of the application may bear the name of any other. "" where
// it has.
func (sp *split) ownFile(c shell.Call) string {
	if strings.Contains(c.Path, "/") && !path.IsAbs(c.Path) {
		return c.Path
	}
	if file := sp.run.Lookup(c.Path, sp.pass.Context); file != "" {
		if o := sp.run.Origin(file, sp.pass.Context); o.Copied && o.From == "" {
			return c.Path
		}
	}
	for _, s := range sp.run.Steps {
		makes := slices.Contains([]string{"RUN", "COPY", "ADD"}, s.In.Name())
		if makes && c.Name == "docker-entrypoint.sh" && strings.Contains(wholeText(s.In), c.Name) {
			return c.Path
		}
	}
	return ""
}

// healthNeeds looks at the HEALTHCHECK lines.
func (sp *split) healthNeeds(gone map[string]bool) string {
	for _, s := range sp.run.Steps {
		if s.In.Name() != "HEALTHCHECK" {
			continue
		}
		if name := mentioned(s.In.Logical, gone); name != "" {
			return fmt.Sprintf("line %d uses %s", s.In.Line, name)
		}
		if managers.MatchString(s.In.Logical) {
			return fmt.Sprintf("line %d runs a script of package.json", s.In.Line)
		}
	}
	return ""
}

var managers = regexp.MustCompile(`\b(npm|npx|yarn|pnpm)\b`)

// mentioned finds a package that a command names, be it inside quotes, in an
// assignment or in a piece of JavaScript.
func mentioned(text string, names map[string]bool) string {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'`=()[]{},;&|", r) }) {
		if name := namedPackage(word, names); name != "" {
			return name
		}
	}
	return ""
}

// scriptFile is the script that a shell is called with.
func scriptFile(c shell.Call) string {
	if !slices.Contains([]string{"sh", "bash", "ash"}, c.Name) || len(c.Args) == 0 || strings.HasPrefix(c.Args[0].Text, "-") {
		return ""
	}
	return c.Args[0].Raw
}

// namedPackage finds a package in a word such as "ts-node/register" and
// "node_modules/x/cli.js".
func namedPackage(arg string, names map[string]bool) string {
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
