// Package npmscript finds the plain node command that a script of package.json finally
// runs, and what a package manager would do for it in addition.
package npmscript

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/devserver"
	"github.com/dockmend/dockmend/transforms/internal/sources"
)

// This file finds the command that a script of package.json finally runs.

// Script follows a script.
type Script struct {
	pass *imagebuild.Pass
	run  *stage.Evaluation
	load *workload.Workload
	Name string // the script that CMD names
	File string // the package.json that contains it
	// Owner is why another user may run the script if root starts npm; "" if not.
	Owner string
	seen  map[string]bool
}

// New returns what follows the scripts that the CMD of a stage names.
func New(p *imagebuild.Pass, run *stage.Evaluation) *Script {
	return &Script{pass: p, run: run, load: p.Workload(run), seen: map[string]bool{}}
}

// Command returns the node command that npm start, yarn X and similar commands run.
// The error says why it can't replace them.
func (s *Script) Command(manager []string) ([]string, error) {
	name, args, err := s.call(manager)
	if err != nil {
		return nil, err
	}
	if up := s.load.PackageDir(s.run.Final.Workdir.Text); path.Base(manager[0]) == "npm" && up != s.run.Final.Workdir.Text {
		return nil, fmt.Errorf("npm finds package.json in %s, and runs the script there", up)
	}
	if s.Name == "" {
		s.Name = name
		if err := s.settings(path.Base(manager[0])); err != nil {
			return nil, err
		}
	}
	if s.seen[name] {
		return nil, errors.New("the scripts of package.json call each other without end")
	}
	s.seen[name] = true
	m, err := s.load.Package(s.run.Final.Workdir.Text)
	if err != nil {
		return nil, fmt.Errorf("package.json can't be read: %w", err)
	}
	s.File = m.Source
	text := m.Scripts[name]
	if text == "" {
		return nil, fmt.Errorf("package.json has no script %q", name)
	}
	for _, other := range []string{"pre" + name, "post" + name} {
		if m.Scripts[other] != "" {
			return nil, fmt.Errorf("package.json has a script %q, which runs with it", other)
		}
	}
	argv, err := shell.Plain(text)
	if err != nil {
		return nil, s.because(name, text, err)
	}
	argv = append(argv, args...)
	switch program := argv[0]; {
	case program == "node" && len(argv) > 1:
		return argv, s.nodeItself(name, argv)
	case workload.IsManager(program) && len(argv) > 1:
		return s.Command(argv)
	default:
		return nil, s.because(name, text, fmt.Errorf("%s is not a plain node command", program))
	}
}

// call parses a call of a package manager that runs a script of the package in the
// working directory: its name, and the arguments of the script.
func (s *Script) call(manager []string) (name string, args []string, err error) {
	words := shell.Words(manager)
	m := workload.ReadManager(shell.Call{Name: path.Base(manager[0]), Args: words[1:]}, s.run.Final.EnvVar)
	switch {
	case m == nil || m.Unknown != "" || !m.Where.Here() || len(m.Options) > 0 || m.Script == "" && m.Program == "" && m.Line == "":
		err = fmt.Errorf("%s is called in a way that is not followed", strings.Join(manager, " "))
	case m.Script == "":
		err = fmt.Errorf("%s finds what it runs in node_modules, or downloads it", m.Name)
	default:
		name = m.Script
		for _, a := range m.Args {
			args = append(args, a.Text)
		}
	}
	return name, args, err
}

// developer are the programs for the development of an application.
var developer = strings.Fields("ts-node tsx vite webpack react-scripts vue-cli-service ng supervisor parcel gulp grunt babel-node")

// ErrDevelopmentServer is wrapped by the error about a script that starts one, which
// development-start states.
var ErrDevelopmentServer = errors.New("a development server")

// because returns the reason to leave a script that is not a plain node command.
func (s *Script) because(name, text string, err error) error {
	if script, parseErr := shell.Parse(text, nil); parseErr == nil {
		for _, c := range script.Calls {
			if server, ok := devserver.Name(c); ok {
				return fmt.Errorf("the script %q of package.json runs %s, %w", name, server, ErrDevelopmentServer)
			}
			if slices.Contains(developer, c.Name) {
				return fmt.Errorf("the script %q of package.json runs %s, which is for development", name, c.Name)
			}
		}
		if len(script.Calls) > 0 && script.Simple && script.Calls[0].Name != "node" {
			return fmt.Errorf("the script %q of package.json runs %s, which npm finds in node_modules", name, script.Calls[0].Name)
		}
	}
	return fmt.Errorf("the script %q of package.json is not a plain node command: %w", name, err)
}

// locksNode matches the package named node in a lock file of Yarn or pnpm.
var locksNode = lazyregexp.New(`(?m:^"?node@|^  ['"/]?node@)`)

// nodeItself returns why the node command might be another one under npm.
func (s *Script) nodeItself(name string, argv []string) error {
	if slices.Contains(argv, "--watch") {
		return fmt.Errorf("the script %q of package.json runs node --watch, %w", name, ErrDevelopmentServer)
	}
	m, err := s.load.Package(s.run.Final.Workdir.Text)
	if err != nil {
		return err
	}
	own := m.Dependencies["node"] != "" || m.DevDependencies["node"] != ""
	for _, lock := range []string{"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"} {
		text, _ := s.near(lock)
		// Lock files are large: the plain searches avoid the expression for most of
		// them.
		own = own || strings.Contains(text, `"node_modules/node"`) || strings.Contains(text, "node@") && locksNode.MatchString(text)
	}
	if own {
		return errors.New("node_modules has its own node, which npm would start")
	}
	if m.Dependencies["parse-server"] != "" {
		return errors.New("parse-server reads variables that npm sets")
	}
	file, unread := sources.FirstFile(s.pass.NodeProcess().NPMVariables()), sources.Unread(s.pass)
	switch {
	case file != "":
		return fmt.Errorf("%s uses variables that npm sets for a script", file)
	case unread != "":
		return fmt.Errorf("whether it uses variables that npm sets for a script can't be seen: %s", unread)
	}
	return nil
}

// Doubt returns what can't be proved of the change; "" if all is.
func (s *Script) Doubt() string {
	if spawns := sources.FirstFile(s.pass.NodeProcess().Spawns()); spawns != "" {
		return fmt.Sprintf("%s may start programs, which npm lets find those in node_modules/.bin", spawns)
	}
	return ""
}

// near reads a file next to package.json, or in the context's root.
func (s *Script) near(name string) (string, error) {
	dir := path.Dir(s.run.Origin(path.Join(s.run.Final.Workdir.Text, "package.json"), s.pass.Context).Name)
	text, err := s.pass.Files().ReadFile(path.Join(dir, name), workload.MaxText)
	if root, rootErr := s.pass.Files().ReadFile(name, workload.MaxText); dir != "." && rootErr == nil {
		return text + "\n" + root, nil
	}
	return text, err
}
