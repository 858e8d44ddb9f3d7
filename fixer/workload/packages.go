package workload

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/fixer/shell"
)

// This file follows package managers into the scripts of package.json.

// maxWorkspaces bounds the packages that are examined in one repository.
const maxWorkspaces = 200

// manager follows the call of a package manager.
func (f *follower) manager(c *Command, depth int) {
	m := ReadManager(c.Call, f.env)
	if c.Manager = m; m == nil {
		return
	}
	if m.Unknown != "" {
		c.Unfollowed = fmt.Sprintf("what %s starts is not followed", m.Name)
		return
	}
	dirs, err := f.w.managed(c.Dir, m)
	if err != nil {
		c.Unfollowed = fmt.Sprintf("what %s starts is not followed: %v", m.Name, err)
		return
	}
	switch {
	case m.Line != "":
		f.line(c, m.Line, dirs[0], depth)
	case m.Program != "":
		argv := []string{m.Program}
		for _, a := range m.Args {
			argv = append(argv, a.Text)
		}
		f.words(c, Handed, argv, depth)
	case m.Script != "":
		for _, dir := range dirs {
			f.packageScript(c, dir, depth)
		}
	}
}

// line follows a command line that a program passes to a shell.
func (f *follower) line(c *Command, text, dir string, depth int) {
	parsed, err := shell.Parse(text, f.env)
	if err != nil {
		c.Unfollowed = fmt.Sprintf("what %s starts is not followed", c.Name)
		return
	}
	f.runs(c, &Script{Kind: Handed, Text: text, Place: c.In.Place, Dir: dir}, parsed, nil, depth)
}

// packageScript follows a script of the package.json in a directory, with its pre and
// post scripts.
func (f *follower) packageScript(c *Command, dir string, depth int) {
	m := c.Manager
	if f.read[dir+"\x00"+m.Script] {
		return
	}
	f.read[dir+"\x00"+m.Script] = true
	pkg, err := f.w.Package(dir)
	if err != nil {
		c.Unfollowed = fmt.Sprintf("what %s runs is not known, package.json can't be read: %v", m.spelled(), err)
		return
	}
	found := false
	for _, name := range []string{"pre" + m.Script, m.Script, "post" + m.Script} {
		text := pkg.Scripts[name]
		if text == "" {
			continue
		}
		found = found || name == m.Script
		f.script(c, pkg, name, text, depth)
	}
	if found || m.Name == "npm" && m.Script != "start" {
		return
	}
	if m.Name == "npm" {
		f.words(c, Handed, []string{"node", "server.js"}, depth) // npm help start
		return
	}
	// Yarn and similar tools run a program of node_modules/.bin of that name.
	argv := []string{m.Script}
	for _, a := range m.Args {
		argv = append(argv, a.Text)
	}
	f.words(c, Handed, argv, depth)
}

func (f *follower) script(c *Command, pkg *Package, name, text string, depth int) {
	parsed, err := shell.Parse(text, f.env)
	if err != nil {
		c.Unread = fmt.Sprintf("the script %q of package.json can't be understood", name)
		return
	}
	s := &Script{
		Kind: PackageScript, Name: name, Text: text, Dir: pkg.Dir,
		Place: Place{File: pkg.Source, Line: lineOf(string(pkg.Text), keyOffset(string(pkg.Text), name))},
	}
	f.runs(c, s, parsed, nil, depth)
}

// keyOffset returns the offset of a script in package.json, -1 if it can't find it.
func keyOffset(text, name string) int {
	from := strings.Index(text, `"scripts"`)
	if from < 0 {
		return -1
	}
	i := strings.Index(text[from:], fmt.Sprintf("%q", name))
	if i < 0 {
		return -1
	}
	return from + i
}

// managed returns the directories of the packages that a package manager works in.
func (w *Workload) managed(dir string, m *ManagerCall) ([]string, error) {
	for _, d := range m.Where.Dirs {
		abs, ok := d.In(dir)
		if !ok || !path.IsAbs(abs) {
			return nil, errors.New("its directory is not known")
		}
		dir = abs
	}
	if dir == "" {
		return nil, errors.New("its directory is not known")
	}
	if !m.Where.All && len(m.Where.Workspaces) == 0 {
		if m.Name == "npm" {
			dir = w.PackageDir(dir)
		}
		return []string{dir}, nil
	}
	root, all, err := w.monorepo(dir)
	if err != nil {
		return nil, err
	}
	if m.Where.All {
		return w.withScript(all, m.Script), nil
	}
	var dirs []string
	for _, name := range m.Where.Workspaces {
		if strings.ContainsAny(name, "*!{}[]^") || strings.Contains(name, "...") {
			return nil, fmt.Errorf("%s may name several packages", name)
		}
		i := slices.IndexFunc(all, func(p *Package) bool {
			return string(p.Name) == name || p.Dir == path.Join(root, name) || m.Name == "pnpm" && path.Base(string(p.Name)) == name
		})
		if i < 0 {
			return nil, fmt.Errorf("no package of it is called %s", name)
		}
		dirs = append(dirs, all[i].Dir)
	}
	return dirs, nil
}

// monorepo returns the packages of the workspace that contains a directory: of the
// nearest package.json that lists any, from the directory up.
func (w *Workload) monorepo(dir string) (root string, all []*Package, err error) {
	for root = dir; ; root = path.Dir(root) {
		found, wrong := w.workspaces(root)
		if root == dir {
			err = wrong
		}
		if wrong == nil && len(found) > 0 {
			return root, found, nil
		}
		if path.Dir(root) == root {
			return dir, nil, err
		}
	}
}

// withScript returns the directories of the packages that have the script.
func (w *Workload) withScript(all []*Package, name string) (dirs []string) {
	for _, p := range all {
		if name == "" || p.Scripts[name] != "" {
			dirs = append(dirs, p.Dir)
		}
	}
	return dirs
}

// workspaces returns the packages that the root of a monorepo lists and that are
// copied into the image.
func (w *Workload) workspaces(dir string) ([]*Package, error) {
	root, err := w.Package(dir)
	if err != nil {
		return nil, fmt.Errorf("package.json can't be read: %w", err)
	}
	patterns := workspacePatterns(root.Workspaces)
	if text, err := w.read(path.Join(path.Dir(root.Source), "pnpm-workspace.yaml")); err == nil {
		var settings struct{ Packages []string }
		if yaml.Unmarshal([]byte(text), &settings) == nil {
			patterns = append(patterns, settings.Packages...)
		}
	}
	var all []*Package
	for _, pattern := range patterns {
		names, err := w.matching(path.Dir(root.Source), pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			rel := strings.TrimPrefix(strings.TrimPrefix(name, path.Dir(root.Source)), "/")
			pkg, err := w.Package(path.Join(dir, rel))
			if err != nil || slices.Contains(all, pkg) {
				continue // not copied: npm does not find it either
			}
			if all = append(all, pkg); len(all) > maxWorkspaces {
				return nil, fmt.Errorf("it has more than %d packages", maxWorkspaces)
			}
		}
	}
	return all, nil
}

// workspacePatterns reads "workspaces" of package.json: a list, or an object that
// contains one.
func workspacePatterns(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var object struct{ Packages []string }
	if json.Unmarshal(raw, &object) == nil {
		return object.Packages
	}
	return nil
}

// matching returns the directories below root that a workspace pattern names.
func (w *Workload) matching(root, pattern string) (dirs []string, err error) {
	pattern = strings.TrimSuffix(strings.TrimPrefix(path.Clean(pattern), "./"), "/")
	if strings.HasPrefix(pattern, "!") || strings.HasPrefix(pattern, "..") {
		return nil, nil
	}
	first, deep, isDeep := strings.Cut(pattern, "**")
	if isDeep && strings.Trim(deep, "/*") != "" {
		return nil, fmt.Errorf("the workspaces %s are not followed", pattern)
	}
	if isDeep {
		pattern = path.Join(first, "*")
	}
	names, err := w.in.Files.Glob(path.Join(root, pattern))
	if err != nil {
		return nil, fmt.Errorf("the workspaces %s are not followed", pattern)
	}
	if isDeep {
		more, err := w.in.Files.Glob(path.Join(root, pattern, "*"))
		if err != nil {
			return nil, err
		}
		names = slices.Concat(names, more)
	}
	return names, nil
}
