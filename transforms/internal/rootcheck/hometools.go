package rootcheck

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds tools of languages and platforms that keep what they install in the home of
// the user who calls them, and look for it there when they run.

// homeTool is such a tool.
type homeTool struct {
	names     string // of the tool
	words     string // subcommands of a call that fills the home, "" for all
	variables string // that name another place
	by        string // further programs that look there at the start: the tool itself always does
}

// homeTools are the tools (the documentation of each: hexdocs.pm/mix, "MIX_HOME";
// python-poetry.org, "virtualenvs"; pipenv.pypa.io, "Virtualenv location"; docs.gradle.org,
// "GRADLE_USER_HOME"; maven.apache.org, "settings"; docs.julialang.org, "JULIA_DEPOT_PATH";
// dart.dev, "PUB_CACHE"; helm.sh, "HELM_PLUGINS"; krew.sigs.k8s.io; docs.ansible.com,
// "ANSIBLE_HOME"; www.pulumi.com, "PULUMI_HOME"; pm2.keymetrics.io, "PM2_HOME"; and so on).
var homeTools = []homeTool{
	{"mix", "local.hex local.rebar archive.install deps.get", "MIX_HOME MIX_XDG", "iex"},
	{"poetry", "install", "POETRY_VIRTUALENVS_PATH POETRY_VIRTUALENVS_CREATE POETRY_VIRTUALENVS_IN_PROJECT POETRY_CACHE_DIR VIRTUAL_ENV", ""},
	{"pipenv", "install sync", "PIPENV_VENV_IN_PROJECT WORKON_HOME VIRTUAL_ENV", ""},
	{"gradle gradlew", "", "GRADLE_USER_HOME", ""},
	{"mvn mvnw", "", "MAVEN_USER_HOME MAVEN_REPOSITORY", ""},
	{"sbt", "", "COURSIER_CACHE", ""},
	{"lein", "", "LEIN_HOME", ""},
	{"clojure clj", "", "CLJ_CONFIG", ""},
	{"stack", "build install setup", "STACK_ROOT", ""},
	{"cabal", "update build install", "CABAL_DIR", ""},
	{"opam", "init install switch", "OPAMROOT", ""},
	{"julia", "", "JULIA_DEPOT_PATH", ""},
	{"dart flutter", "pub", "PUB_CACHE", ""},
	{"helm", "plugin repo", "HELM_PLUGINS HELM_DATA_HOME HELM_CONFIG_HOME", ""},
	{"kubectl", "krew", "KREW_ROOT", ""},
	{"ansible-galaxy", "install collection role", "ANSIBLE_HOME ANSIBLE_COLLECTIONS_PATH ANSIBLE_ROLES_PATH", "ansible ansible-playbook ansible-runner"},
	{"pulumi", "plugin install login", "PULUMI_HOME", ""},
	{"az", "extension", "AZURE_EXTENSION_DIR AZURE_CONFIG_DIR", ""},
	{"gcloud", "config auth components", "CLOUDSDK_CONFIG", "gsutil bq"},
	{"pm2", "install module:install set", "PM2_HOME", "pm2-runtime pm2-docker pm2-dev"},
	{"rclone", "config", "RCLONE_CONFIG", ""},
	{"gh", "auth config extension", "GH_CONFIG_DIR", ""},
	{"mc", "alias config", "MC_CONFIG_DIR", ""},
	{"aws", "configure", "AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE", ""},
	{"ollama", "pull create", "OLLAMA_MODELS", ""},
}

// movesHome matches the arguments of a call by which it keeps nothing in the home.
var movesHome = lazyregexp.New(`-Dmaven\.repo\.local|--gradle-user-home|\s-g\s|--system\b|--deploy --system|\s-p\s|--collections-path|--roles-path|--help|--version`)

// keepsInHome returns what a call of a RUN keeps in root's home and the start looks for; "" for
// nothing that is known.
func (x *examiner) keepsInHome(s stage.Step, c shell.Call) string {
	for _, t := range homeTools {
		if !slices.Contains(strings.Fields(t.names), c.Name) || t.words != "" && !c.Has(strings.Fields(t.words)...) ||
			movesHome.MatchString(" "+strings.Join(rawWords(c), " ")+" ") || x.isMoved(s, t.variables) || x.isConfigured(c.Name) {
			continue
		}
		by := x.calls(append(strings.Fields(t.names), strings.Fields(t.by)...)...)
		if by == "" && c.Name == "aws" {
			by = x.dependsOn("aws-sdk", "@aws-sdk/")
		}
		if by != "" {
			variable, _, _ := strings.Cut(t.variables, " ")
			return fmt.Sprintf("%s keeps what it installs in root's home (line %d; %s moves it), and %s looks for it", c.Name, s.In.Line, variable, by)
		}
	}
	if c.Name == "pipx" && c.Has("install") || c.Name == "uv" && c.Has("tool") && c.Has("install") {
		variable := map[string]string{"pipx": "PIPX_HOME", "uv": "UV_TOOL_DIR"}[c.Name]
		installed := slices.IndexFunc(c.Args, func(w shell.Word) bool {
			name, _, _ := strings.Cut(w.Text, "=")
			return w.Known && name != "tool" && name != "install" && name != "" && x.calls(name) != ""
		})
		if installed >= 0 && !x.isMoved(s, variable) && !c.Has("--global") {
			return fmt.Sprintf("%s installs %s into root's home (line %d; %s moves it)", c.Name, c.Args[installed].Text, s.In.Line, variable)
		}
	}
	if why := x.syncsMore(s, c); why != "" {
		return why
	}
	return x.ownPython(s, c)
}

// lessSync are the options by which uv sync leaves out packages that uv run, which syncs first,
// then installs (docs.astral.sh/uv, "Locking and syncing").
var lessSync = strings.Fields("--no-dev --no-default-groups --only-group --no-group")

// syncsMore returns that the start installs what a RUN of root's left out, into what that made.
func (x *examiner) syncsMore(s stage.Step, c shell.Call) (why string) {
	if c.Name != "uv" || !c.Has("sync") || !c.Has(lessSync...) {
		return ""
	}
	for _, name := range []string{"UV_NO_SYNC", "UV_NO_DEV", "UV_NO_DEFAULT_GROUPS"} {
		if _, set := x.run.Final.EnvVar(name); set {
			return ""
		}
	}
	start := x.load.Start()
	if start == nil {
		return ""
	}
	start.All(func(by *workload.Command) bool {
		if by.Name == "uv" && by.Has("run") && !by.Has("--no-sync") && !by.Has(lessSync...) {
			why = fmt.Sprintf("uv run installs at the start what line %d leaves out, into what root made there (--no-sync leaves it as it is)", s.In.Line)
		}
		return why == ""
	})
	return why
}

// dependsOn returns a package of the application that has one of these names, or begins with
// one that ends in a slash; "" for none.
func (x *examiner) dependsOn(names ...string) string {
	m, err := x.load.Package(x.load.PackageDir(x.run.Final.Workdir.Text))
	if err != nil {
		return ""
	}
	for _, dependency := range slices.Sorted(maps.Keys(m.Dependencies)) {
		if slices.ContainsFunc(names, func(name string) bool {
			return dependency == name || strings.HasSuffix(name, "/") && strings.HasPrefix(dependency, name)
		}) {
			return dependency
		}
	}
	return ""
}

// isMoved reports whether one of the variables leads elsewhere where a RUN is called.
func (x *examiner) isMoved(s stage.Step, variables string) bool {
	return slices.ContainsFunc(strings.Fields(variables), func(name string) bool {
		value, set := s.Before.Getenv(name)
		return set && !workload.Within(value, "/root") && !(strings.HasSuffix(name, "_CREATE") && (value == "true" || value == "1"))
	})
}

// isConfigured reports whether the project, or an earlier RUN, sets up poetry to make its
// environment in the project or none.
func (x *examiner) isConfigured(tool string) bool {
	if tool != "poetry" {
		return false
	}
	text, err := x.read("poetry.toml")
	if err == nil && strings.Contains(text, "virtualenvs") {
		return true
	}
	return slices.ContainsFunc(x.run.Steps, func(s stage.Step) bool {
		return s.In.Name() == "RUN" && strings.Contains(s.In.Logical, "virtualenvs.")
	})
}

// calls returns what calls one of some programs when the container runs, "" for nothing.
func (x *examiner) calls(names ...string) (by string) {
	look := func(c *workload.Command) bool {
		if slices.Contains(names, c.Name) {
			by = "the start"
		}
		return by == ""
	}
	if start := x.load.Start(); start != nil {
		start.All(look)
	}
	for _, child := range x.load.ChildProcesses() {
		if by != "" {
			break
		}
		if !x.load.Child(child).All(look) {
			by = child.Place.String()
		}
	}
	return by
}

// The settings by which uv installs no Python, or another place has it (docs.astral.sh/uv,
// "Python versions", "Environment variables").
var (
	noOwnPython  = lazyregexp.New(`--no-managed-python|--no-python-downloads|--python-preference[ =]only-system|--python[ =]/|--system\b|-p /`)
	pinnedPython = lazyregexp.New(`^\D*(3\.\d+)`)
	leastPython  = lazyregexp.New(`(?m)^requires-python\s*=\s*["'][^"'\n]*?(?:>=|==|~=)\s*(3\.\d+)`)
)

// ownPython returns a Python that uv installs into root's home, of which the environments that
// it makes consist; "" where it takes the one of the image.
func (x *examiner) ownPython(s stage.Step, c shell.Call) string {
	if c.Name != "uv" || x.isMoved(s, "UV_PYTHON_INSTALL_DIR XDG_DATA_HOME") {
		return ""
	}
	asked := c.Has("python") && c.Has("install")
	if !asked && !(len(c.Args) > 0 && slices.Contains([]string{"sync", "venv", "run"}, c.Args[0].Text)) {
		return ""
	}
	managed, _ := s.Before.Getenv("UV_PYTHON_PREFERENCE")
	downloads, _ := s.Before.Getenv("UV_PYTHON_DOWNLOADS")
	_, none := s.Before.Getenv("UV_NO_MANAGED_PYTHON")
	switch {
	case asked:
	case none, managed == "only-system", slices.Contains([]string{"never", "manual", "0", "false"}, downloads), noOwnPython.MatchString(strings.Join(rawWords(c), " ")):
		return ""
	case managed != "only-managed" && x.hasPython(s):
		return ""
	}
	return fmt.Sprintf("uv installs a Python into root's home in line %d (UV_PYTHON_INSTALL_DIR moves it)", s.In.Line)
}

// hasPython reports whether the image has a Python before a RUN that the project can use.
func (x *examiner) hasPython(s stage.Step) bool {
	version, official := s.Before.Getenv("PYTHON_VERSION")
	if !official {
		if base := path.Base(s.Before.Base.Image); strings.Contains(base, "python") || strings.Contains(base, "conda") {
			return true // of a version that is not known here
		}
		return slices.ContainsFunc(x.run.Steps, func(other stage.Step) bool {
			return other.In.Name() == "RUN" && other.In.Line < s.In.Line && installsPython.MatchString(other.In.Logical)
		})
	}
	has := pinnedPython.FindStringSubmatch(version)
	if has == nil {
		return true
	}
	if text, err := x.read(x.run.Origin(path.Join(s.Before.Workdir.Text, ".python-version"), x.pass.Context).Name); err == nil {
		if wants := pinnedPython.FindStringSubmatch(text); wants != nil && wants[1] != has[1] {
			return false
		}
	}
	if text, err := x.read(x.run.Origin(path.Join(s.Before.Workdir.Text, "pyproject.toml"), x.pass.Context).Name); err == nil {
		if wants := leastPython.FindStringSubmatch(text); wants != nil && older(has[1], wants[1]) {
			return false
		}
	}
	return true
}

// older reports whether a version 3.x is less than another.
func older(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }

// installsPython matches a RUN that installs Python from a distribution.
var installsPython = lazyregexp.New(`\b(?:apt-get|apt|apk|dnf|microdnf|yum)\b[^\n]*\bpython3`)
