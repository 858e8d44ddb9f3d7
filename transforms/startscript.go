package transforms

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// maxScript is the largest script or package.json that is read, in bytes.
const maxScript = 1 << 20

// start follows what runs at start: the command itself, the scripts of the
// build context that it calls, and the scripts of package.json.
func (x *examiner) start() string {
	script, ok := x.run.Final.Start()
	if !ok {
		return "its start command can't be read"
	}
	return x.calls(script, 0)
}

// maxDepth bounds scripts that call each other.
const maxDepth = 8

func (x *examiner) calls(script *shell.Script, depth int) string {
	if depth > maxDepth {
		return "its start scripts call each other without end"
	}
	// Who drops root itself is the plainest reason, wherever it stands.
	for _, drops := range []bool{true, false} {
		for _, c := range script.Calls {
			if reason := needsRoot[c.Name]; reason != "" && (reason == dropsRoot) == drops {
				return fmt.Sprintf("%s %s", c.Name, reason)
			}
		}
	}
	for _, w := range script.Writes {
		if device := strings.HasPrefix(strings.Trim(w.Raw, `"`), "/dev/"); !device && (!w.Known || !x.writable(w.Text)) {
			return fmt.Sprintf("it writes %s at start", cmp.Or(w.Text, w.Raw))
		}
	}
	for _, c := range script.Calls {
		if c.Path == "/init" {
			return "/init needs root to start other programs"
		}
		if within(c.Path, "/root") {
			return fmt.Sprintf("%s lies in root's home", c.Path)
		}
		for _, check := range []func(shell.Call, int) string{x.writer, x.changesFiles, x.packageScript, x.file} {
			if reason := check(c, depth); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// file follows a script that was copied from the build context.
func (x *examiner) file(c shell.Call, depth int) string {
	program := c.Path
	switch c.Name {
	case "sh", "bash", "ash", "dash", ".", "source":
		if len(c.Args) == 0 || !c.Args[0].Known || strings.HasPrefix(c.Args[0].Text, "-") {
			return ""
		}
		program = c.Args[0].Text
		if !strings.Contains(program, "/") {
			program = "./" + program
		}
	case "":
		// "$@", which Start lists by itself, or a variable.
		return ""
	}
	file := x.run.Lookup(program, x.pass.Context)
	if file == "" {
		return ""
	}
	origin := x.run.Origin(file, x.pass.Context)
	looksLikeScript := path.Ext(file) == ".sh" || strings.Contains(path.Base(file), "entrypoint") || program != c.Path
	switch {
	case origin.From != "" && !looksLikeScript:
		return "" // a program that another stage built
	case !origin.Copied && (!looksLikeScript || x.inherited(program)):
		return "" // what the base image brings is looked at by baseStart
	case origin.Name == "":
		return fmt.Sprintf("it starts through %s, which can't be read from here", program)
	}
	text, err := x.read(origin.Name)
	if err != nil {
		return fmt.Sprintf("it starts through %s, which can't be read: %v", program, err)
	}
	if !strings.HasPrefix(text, "#!") && !looksLikeScript || !isShellScript(text, looksLikeScript) {
		return ""
	}
	script, err := shell.Parse(text, x.run.Final.EnvVar)
	if err != nil {
		return fmt.Sprintf("it starts through %s, whose shell can't be understood", program)
	}
	if reason := x.calls(script, depth+1); reason != "" {
		return fmt.Sprintf("%s (in %s)", reason, origin.Name)
	}
	return ""
}

// inherited reports whether a program is the base image's own entrypoint.
func (x *examiner) inherited(program string) bool {
	c := x.run.Final.Entrypoint
	return c != nil && c.In == nil && len(c.Argv) > 0 && c.Argv[0] == program
}

// isShellScript looks at the first line; without one, a file that is started
// as a script is one.
func isShellScript(text string, otherwise bool) bool {
	first, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(first, "#!") {
		return otherwise
	}
	return strings.HasSuffix(strings.Fields(first + " .")[0], "sh") || strings.Contains(first, "sh")
}

var errNoContext = errors.New("there is no build context to look at")

// read reads a file of the build context.
func (x *examiner) read(name string) (string, error) {
	if x.pass.Context == nil {
		return "", errNoContext
	}
	// A pipe in a stranger's repository would never end.
	if info, err := fs.Stat(x.pass.Context, name); err != nil {
		return "", cause(err)
	} else if !info.Mode().IsRegular() {
		return "", errors.New("it is no regular file")
	}
	f, err := x.pass.Context.Open(name)
	if err != nil {
		return "", cause(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxScript+1))
	if err == nil && len(text) > maxScript {
		err = errors.New("it is too large")
	}
	return string(text), err
}

// cause is the error without the path, which the message has already.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// writers are the programs that write below their working directory at every
// start; "" stands for a call without any of the listed subcommands.
var writers = map[string]string{
	"react-scripts": "start", "react-app-rewired": "start", "craco": "start", "vite": "", "next": "dev start build", "nuxt": "", "nuxi": "",
	"gatsby": "develop build serve", "ng": "serve build", "vue-cli-service": "serve build", "webpack-dev-server": "", "webpack": "", "parcel": "", "astro": "",
	"svelte-kit": "", "expo": "start", "remix": "dev build", "docusaurus": "start build serve", "strapi": "develop build", "tsc": "", "tsc-watch": "",
	"nest": "start build", "medusa": "develop start", "gulp": "", "grunt": "", "prisma": "generate", "vuepress": "dev build", "hexo": "", "eleventy": "", "snowpack": "", "ember": "", "quasar": "",
}

// writable reports whether a user who owns the working directory can write a
// file: beside the application, in their home, or where everybody can.
func (x *examiner) writable(file string) bool {
	if !path.IsAbs(file) {
		return !strings.HasPrefix(file, "..") && (!strings.Contains(file, "/") || x.treeIsCopied())
	}
	for _, dir := range []string{"/tmp", "/var/tmp", "/dev", "/proc/self/fd", "/proc/1/fd"} {
		if within(file, dir) {
			return true
		}
	}
	dir := x.run.Final.Workdir.Text
	return !isSystem(dir) && (path.Dir(file) == dir || within(file, dir) && x.treeIsCopied())
}

// fileTools change the files that they are called with.
var fileTools = strings.Fields("cp mv ln mkdir touch tee install rm chmod rsync unlink")

// changesFiles reports a call that changes files which will not be the user's.
func (x *examiner) changesFiles(c shell.Call, _ int) string {
	if !slices.Contains(fileTools, c.Name) && !(c.Name == "sed" && c.Has("-i")) {
		return ""
	}
	_, files := c.Options(func(o string) bool { return c.Name == "sed" && (o == "-e" || o == "-f") })
	if c.Name == "sed" && !c.Has("-e", "-f") && len(files) > 0 {
		files = files[1:] // the script
	}
	for _, a := range files {
		if !a.Known || !x.writable(a.Text) {
			return fmt.Sprintf("%s changes %s at start", c.Name, cmp.Or(a.Text, a.Raw))
		}
	}
	return ""
}

// writer reports a program that writes into the application's tree, where the
// tree will not be the user's.
func (x *examiner) writer(c shell.Call, _ int) string {
	what := ""
	switch subs, ok := writers[c.Name]; {
	case ok && (subs == "" || c.Has(strings.Fields(subs)...)):
		what = c.Name
	case (c.Name == "npm" || c.Name == "yarn" || c.Name == "pnpm" || c.Name == "bun") && c.Has("install", "i", "ci", "add", "rebuild", "link"):
		what = c.Name + " " + c.Args[0].Text
	case c.Name == "yarn" && len(c.Args) == 0:
		what = "yarn"
	}
	if what == "" || x.treeIsCopied() {
		return ""
	}
	return fmt.Sprintf("%s writes into the application's directory at every start, and what RUN made there stays root's", what)
}

// treeIsCopied reports whether everything below the working directory comes
// from COPY and ADD of the target stage, which chown-copy gives to the user.
func (x *examiner) treeIsCopied() bool {
	own := len(x.run.Steps) - len(x.run.Own())
	for i, s := range x.run.Steps {
		if !isInert(s) {
			return false
		}
		if c, ok := s.Before.Copy(s.In); ok && i < own && within(c.Dest, x.run.Final.Workdir.Text) {
			return false
		}
	}
	return true
}

// packageScript follows npm start, yarn dev and the like into package.json.
func (x *examiner) packageScript(c shell.Call, depth int) string {
	switch c.Name {
	case "npx", "bunx", "corepack", "pnpx":
		x.packageManager = true
		words := c.Args
		for len(words) > 0 && strings.HasPrefix(words[0].Text, "-") {
			words = words[1:]
		}
		var argv []string
		for _, w := range words {
			argv = append(argv, w.Text)
		}
		if c.Name == "corepack" || len(argv) == 0 {
			return ""
		}
		return x.calls(shell.FromArgs(argv, nil), depth+1)
	case "npm", "yarn", "pnpm", "bun":
	default:
		return ""
	}
	x.packageManager = true
	if x.corepack() && c.Name != "npm" {
		return fmt.Sprintf("%s comes through corepack, which keeps it in root's home", c.Name)
	}
	name := scriptName(c)
	if name == "" || x.scripts[name] {
		return ""
	}
	if x.scripts == nil {
		x.scripts = map[string]bool{}
	}
	x.scripts[name] = true
	return x.packageJSON(c, name, depth)
}

func (x *examiner) packageJSON(c shell.Call, name string, depth int) string {
	origin := x.run.Origin(path.Join(x.run.Final.Workdir.Text, "package.json"), x.pass.Context)
	text, err := "", errors.New("it is not copied from the build context")
	if origin.Name != "" || x.pass.Context == nil {
		text, err = x.read(origin.Name)
	}
	var manifest struct{ Scripts map[string]string }
	if err == nil {
		err = json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &manifest)
	}
	if err != nil {
		x.doubt = fmt.Sprintf("what %s %s runs is not known, package.json can't be read: %v", c.Name, name, err)
		return ""
	}
	for _, s := range []string{"pre" + name, name, "post" + name} {
		if manifest.Scripts[s] == "" {
			continue
		}
		script, err := shell.Parse(manifest.Scripts[s], x.run.Final.EnvVar)
		if err != nil {
			return fmt.Sprintf("the script %q of package.json can't be understood", s)
		}
		if reason := x.calls(script, depth+1); reason != "" {
			return fmt.Sprintf("%s (script %q of package.json)", reason, s)
		}
	}
	return ""
}

// scriptName is the script that a package manager is asked to run, "" for none.
func scriptName(c shell.Call) string {
	var words []string
	for _, a := range c.Args {
		if a.Known && !strings.HasPrefix(a.Text, "-") {
			words = append(words, a.Text)
		}
	}
	switch {
	case len(words) == 0:
		return ""
	case words[0] == "run" || words[0] == "run-script":
		if len(words) > 1 {
			return words[1]
		}
		return ""
	case words[0] == "start" || words[0] == "stop" || words[0] == "test" || words[0] == "restart" || c.Name != "npm":
		return words[0]
	}
	return ""
}

// corepack reports whether the chain's RUNs set up a package manager through
// corepack in its default place.
func (x *examiner) corepack() bool {
	found := false
	if _, set := x.run.Final.EnvVar("COREPACK_HOME"); set {
		return false
	}
	calls(x.run.Steps, func(_ chain.Step, c shell.Call) { found = found || c.Name == "corepack" })
	return found
}
