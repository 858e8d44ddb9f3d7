package transforms

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/chain"
	"github.com/dockmend/dockmend/fixer/shell"
)

// This file follows a start by way of npm and its kind.

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
		script, err := shell.FromArgs(argv, nil)
		if err != nil {
			return "its start command can't be read"
		}
		return x.calls(script, depth+1)
	case "npm", "yarn", "pnpm", "bun":
	case "npm-run-all", "run-s", "run-p":
		return x.runAll(c, depth)
	case "concurrently":
		return x.concurrently(c, depth)
	case "pm2", "pm2-runtime", "pm2-docker", "forever":
		x.packageManager = true // keeps its files in the home
		return ""
	case "foreman", "nf", "turbo", "nx", "lerna", "wsrun", "nodemon":
		if c.Name != "nodemon" || c.Has("--exec", "-x") {
			x.unfollowed(c)
		}
		return ""
	default:
		return ""
	}
	x.packageManager = true
	if x.corepack() && c.Name != "npm" {
		return fmt.Sprintf("%s comes through corepack, which keeps it in root's home", c.Name)
	}
	if c.Has("--prefix", "-C", "-w", "--workspace", "--workspaces", "--filter", "-F", "-r", "--recursive", "--cwd", "workspace", "workspaces", "--dir") {
		x.unfollowed(c)
		return ""
	}
	return x.script(c, scriptName(c), depth)
}

// unfollowed notes a start whose end can't be seen.
func (x *examiner) unfollowed(c shell.Call) {
	x.doubt = fmt.Sprintf("what %s starts is not followed", c.Name)
}

// script follows a script of package.json, once.
func (x *examiner) script(c shell.Call, name string, depth int) string {
	if name == "" || x.scripts[name] {
		return ""
	}
	if x.scripts == nil {
		x.scripts = map[string]bool{}
	}
	x.scripts[name] = true
	return x.scriptOf(c, name, depth)
}

// runAll follows npm-run-all, run-s and run-p, which run scripts by name.
func (x *examiner) runAll(c shell.Call, depth int) string {
	for _, a := range c.Args {
		switch {
		case strings.HasPrefix(a.Text, "-"):
		case !a.Known || strings.ContainsAny(a.Text, "*{ "):
			x.unfollowed(c)
		default:
			if reason := x.script(c, a.Text, depth); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// concurrently follows its arguments, each of which is a script, or a name
// behind "npm:".
func (x *examiner) concurrently(c shell.Call, depth int) string {
	for _, a := range c.Args {
		name, isName := strings.CutPrefix(a.Text, "npm:")
		switch {
		case strings.HasPrefix(a.Text, "-"):
		case !a.Known || isName && strings.Contains(name, "*"):
			x.unfollowed(c)
		case isName:
			if reason := x.script(c, name, depth); reason != "" {
				return reason
			}
		default:
			script, err := shell.Parse(a.Text, x.run.Final.EnvVar)
			if err != nil {
				x.unfollowed(c)
				continue
			}
			if reason := x.calls(script, depth+1); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// packageJSON is what is read of package.json.
type packageJSON struct {
	Scripts, Dependencies, DevDependencies map[string]string
	Workspaces, Config                     json.RawMessage
	PackageManager                         string
}

// manifest reads the package.json of the working directory.
func (x *examiner) manifest() (packageJSON, error) { return readManifest(x.pass, x.run) }

// readManifest reads the package.json that stands in the working directory, once
// for a build context.
func readManifest(p *fixer.Pass, run *chain.Run) (packageJSON, error) {
	type answer struct {
		m   packageJSON
		err error
	}
	name := run.Origin(path.Join(run.Final.Workdir.Text, "package.json"), p.Context).Name
	if name == "" && p.Context != nil {
		return packageJSON{}, errors.New("it is not copied from the build context")
	}
	a := p.Memo("package.json "+name, func() any {
		x := &examiner{pass: p, run: run}
		text, err := x.read(name)
		a := answer{err: err}
		if err == nil {
			a.err = json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &a.m)
		}
		return a
	}).(answer)
	return a.m, a.err
}

func (x *examiner) scriptOf(c shell.Call, name string, depth int) string {
	manifest, err := x.manifest()
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
	_, set := x.run.Final.EnvVar("COREPACK_HOME")
	return !set && x.runs("corepack")
}
