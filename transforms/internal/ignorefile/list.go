package ignorefile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/npm"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// This file chooses the lines of a new .dockerignore.

// ignorable are the files that no image needs, in the order of the lines.
var ignorable = []struct {
	pattern string
	dir     bool
	always  bool // listed whether or not it exists now
}{
	{".git", true, true},
	{".github", true, false},
	{".gitignore", false, false},
	{".gitattributes", false, false},
	{".vscode", true, false},
	{".idea", true, false},
	{".DS_Store", false, false},
	{"node_modules", true, true},
	{"npm-debug.log*", false, true},
	{"yarn-debug.log*", false, false},
	{"yarn-error.log*", false, false},
	{".env", false, false},
	{".env.local", false, false},
	{".env.*.local", false, false},
	{"coverage", true, false},
	{".nyc_output", true, false},
	{"Dockerfile*", false, false},
	{"docker-compose*.yml", false, false},
	{"docker-compose*.yaml", false, false},
	{"compose.yml", false, false},
	{"compose.yaml", false, false},
	{".dockerignore", false, true},
}

// Lines returns the lines to write.
func (x *Chooser) Lines() (lines []string) {
	x.readPackage()
	x.readInstructions()
	for _, i := range ignorable {
		var names []string
		odd := false // a folder with the name of a file, or the reverse
		for _, e := range x.entries {
			if ok, _ := path.Match(i.pattern, e.Name()); ok {
				names = append(names, e.Name())
				odd = odd || e.IsDir() != i.dir
			}
		}
		if odd || len(names) == 0 && !i.always {
			continue
		}
		if len(names) == 0 {
			names = []string{i.pattern}
		}
		if !slices.ContainsFunc(names, x.wanted) {
			lines = append(lines, i.pattern)
		}
	}
	return lines
}

// wanted reports whether the build, or the application, may need a file.
func (x *Chooser) wanted(name string) bool {
	for _, src := range x.sources {
		if x.takes(src.name, name) {
			return true
		}
	}
	switch {
	case name == "node_modules":
		return !x.installsHere()
	case name == ".git" && x.asksGit():
		return true
	case name == "npm-debug.log*" && x.noDeps:
		return true // npm writes none there
	case isEnv(name) && (x.noDeps || x.readsEnv(name) != ""):
		return true
	}
	return x.isNamed(strings.TrimSuffix(name, "*"))
}

// isNamed reports whether the Dockerfile, package.json, or a script or setting of the
// directory names a file.
func (x *Chooser) isNamed(file string) bool {
	if workload.FileNameIn(x.text, file) >= 0 {
		return true
	}
	_, found := x.pass.Files().NameOf(file)
	return found
}

// takes reports whether a source of a COPY may be that file, or something in it.
func (x *Chooser) takes(source, name string) bool {
	if strings.ContainsAny(source, `$"'\`) {
		return true
	}
	if !strings.ContainsAny(source, "*?[") {
		return workload.Within(source, name)
	}
	matches, err := x.pass.Files().Glob(source)
	return err != nil || slices.ContainsFunc(matches, func(m string) bool { return workload.Within(m, name) })
}

// read reads a file of the directory.
func (x *Chooser) read(name string) (string, error) {
	return x.pass.Files().ReadFile(name, workload.MaxText)
}

func (x *Chooser) readPackage() {
	text, err := x.read("package.json")
	if err == nil {
		var m *npm.Manifest
		if m, err = npm.ParseManifest([]byte(text)); err == nil {
			x.deps = *m
		}
	}
	x.noDeps = err != nil
}

// readInstructions gathers the text of the Dockerfile.
func (x *Chooser) readInstructions() {
	var text strings.Builder
	for _, n := range x.pass.Graph.Nodes {
		for _, s := range n.Eval(nil).Own() {
			text.WriteString(steps.Text(s.In) + "\n")
		}
	}
	x.text = text.String()
}

// gitReaders are packages that read the repository during a build.
var gitReaders = strings.Fields("nx lerna @docusaurus/core vitepress semantic-release standard-version @sentry/cli @sentry/webpack-plugin @sentry/vite-plugin @sentry/nextjs")

// asksGit reports whether something in the build may read the repository.
func (x *Chooser) asksGit() bool {
	if !x.pass.Files().GitCall().None() || x.dependsOn(gitReaders) != "" {
		return true
	}
	for _, n := range x.pass.Graph.Nodes {
		for _, s := range n.Eval(nil).Own() {
			script, err := s.Script()
			if s.In.Name() != "RUN" || !strings.Contains(steps.Text(s.In), "git") {
				continue
			}
			if err != nil || script == nil || slices.ContainsFunc(script.Calls, func(c shell.Call) bool { return c.Name == "git" }) {
				return true
			}
		}
	}
	return false
}

// dependsOn returns the first of the packages that package.json requires, "" for none.
func (x *Chooser) dependsOn(names []string) string {
	for _, name := range names {
		if x.deps.Dependencies[name] != "" || x.deps.DevDependencies[name] != "" {
			return name
		}
	}
	return ""
}

var (
	registryToken = lazyregexp.New(`(?m)^[^#;\n]*(_authToken|_auth|_password)\s*=\s*[^\s$]|^\s*npmAuth(Token|Ident):\s*["']?[^\s$"']`)
	exampleEnv    = lazyregexp.New(`(?i)\.(example|sample|template|dist|defaults?|schema)$`)
)

// Secrets returns the names of the files in the directory that look like secrets, for
// a message. Their contents are never shown.
func (x *Chooser) Secrets() string {
	var found []string
	for _, e := range x.entries {
		if e.Type().IsRegular() && x.isSecret(e.Name()) {
			found = append(found, e.Name())
		}
	}
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s may hold secrets, which the image then shows to whoever has it)", strings.Join(found, ", "))
}

func (x *Chooser) isSecret(name string) bool {
	switch {
	case name == ".env" || strings.HasPrefix(name, ".env.") && !exampleEnv.MatchString(name):
		return true
	case name == ".netrc" || name == ".git-credentials":
		return true
	case name == ".npmrc" || name == ".yarnrc.yml":
		text, err := x.read(name)
		return err == nil && registryToken.MatchString(text)
	case strings.HasPrefix(name, "id_") && path.Ext(name) == "" || path.Ext(name) == ".pem" || path.Ext(name) == ".key":
		text, err := x.read(name)
		return err == nil && strings.Contains(text, "PRIVATE KEY-----")
	}
	return false
}
