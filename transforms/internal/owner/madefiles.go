package owner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
	"github.com/dockmend/dockmend/fixer/workload"
	"github.com/dockmend/dockmend/transforms/internal/blockers"
	"github.com/dockmend/dockmend/transforms/internal/installs"
	"github.com/dockmend/dockmend/transforms/internal/paths"
	"github.com/dockmend/dockmend/transforms/internal/steps"
	"github.com/dockmend/dockmend/transforms/internal/users"
)

// This file finds files that the build makes as root, and that the application
// is meant to change.

// MadeFiles tells of those that stay root's.
func MadeFiles(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) (list []blockers.Blocker) {
	given, _ := trees(p, run, id, nil)
	for i, s := range run.Steps {
		if s.In.Name() != "RUN" || !stage.IsRoot(s.Before.User.Text) {
			continue
		}
		script, err := s.Script()
		if err != nil || script == nil {
			continue
		}
		for _, file := range dataFiles(s, script) {
			if !givenBehind(run, i, id, file, false) && !isBelow(file, given) {
				b := blockers.Files(s.In.Line, "line %d makes %s, which stays owned by root", s.In.Line, file)
				b.Path = file
				list = append(list, b)
			}
		}
		f := &databaseFinder{pass: p, run: run, seen: map[string]bool{}}
		if by := f.in(script); by != "" && !givenBehind(run, i, id, run.Final.Workdir.Text, true) {
			list = append(list, blockers.Files(s.In.Line, "line %d may make a database (%s), whose file stays owned by root", s.In.Line, by))
		}
	}
	return list
}

var (
	dataName = lazyregexp.New(`(?i)\.(db|db3|sqlite|sqlite3|log|pid)$`)
	// onlyRead matches files that are made empty for their readers.
	onlyRead = lazyregexp.New(`(^|/)(\.env[^/]*|\.npmrc|\.yarnrc[^/]*|\.gitkeep|\.[a-z]*ignore|\.nojekyll|[^/]*\.d\.ts|[^/]*lock[^/]*)$`)
)

// dataFiles returns the files that a RUN makes by touch, by writing a file with a name
// for data, or by writing an empty JSON document.
func dataFiles(s stage.Step, script *shell.Script) (files []string) {
	empty := false
	add := func(w shell.Word, fits func(string) bool) {
		file := w.Text
		if !path.IsAbs(file) {
			file = path.Join(s.Before.Workdir.Text, file)
		}
		if w.Known && paths.IsData(path.Clean(file)) && fits(file) && !(steps.ChangesDirectory(s) && !path.IsAbs(w.Text)) {
			files = append(files, path.Clean(file))
		}
	}
	for _, c := range script.Calls {
		switch c.Name {
		case "touch":
			_, operands := c.Options(func(o string) bool { return slices.Contains([]string{"-d", "-t", "-r", "--date", "--reference"}, o) })
			for _, w := range operands {
				add(w, func(file string) bool { return !onlyRead.MatchString(file) })
			}
		case "echo", "printf":
			empty = empty || len(c.Args) == 1 && slices.Contains([]string{"{}", "[]"}, strings.TrimSpace(c.Args[0].Text))
		}
	}
	for _, w := range script.Writes {
		add(w.Word, func(file string) bool { return dataName.MatchString(file) || empty && path.Ext(file) == ".json" })
	}
	return files
}

// changesModules are packages that write into node_modules when they are loaded:
// binaries for the Node.js that runs, or a cache.
var changesModules = strings.Fields("@instana/collector mongodb-memory-server mongodb-memory-server-core @remotion/renderer @remotion/lambda")

// ChangedModules tells of one, where what RUN installed stays root's.
func ChangedModules(p *imagebuild.Pass, run *stage.Evaluation, id users.Identity) string {
	m, err := p.Workload(run).Package(run.Final.Workdir.Text)
	if err != nil {
		return ""
	}
	for _, name := range changesModules {
		if _, listed := m.Dependencies[name]; !listed {
			continue
		}
		for i := range run.Steps {
			if len(installs.Read(run.Steps, i)) > 0 && !givenBehind(run, i, id, path.Join(run.Final.Workdir.Text, "node_modules"), true) {
				return fmt.Sprintf("%s writes into node_modules, and what line %d installs stays owned by root", name, run.Steps[i].In.Line)
			}
		}
	}
	return ""
}

// givenBehind reports whether the i-th step, or one after it, gives a file to the
// user, opens it to everyone, or removes it: with all below it, if it is a tree.
func givenBehind(run *stage.Evaluation, i int, id users.Identity, file string, tree bool) bool {
	found := false
	steps.Calls(run.Steps[i:], func(s stage.Step, c shell.Call) {
		if ch, ok := steps.ReadChown(c, s.Before.Workdir.Text); ok {
			found = found || c.Certain && id.Is(ch.User) && slices.ContainsFunc(ch.Targets, func(t string) bool { return t == file && !tree || ch.Recursive && workload.Within(file, t) })
			return
		}
		removes := c.Name == "rm"
		if !removes && (c.Name != "chmod" || !c.Has("777", "0777", "666", "0666", "a+w", "a+rw", "a+rwx", "a+rwX", "o+w", "o+rw", "ugo+w", "ugo+rw", "ugo+rwx")) {
			return
		}
		for _, a := range c.Args {
			target := a.Text
			if !path.IsAbs(target) {
				target = path.Join(s.Before.Workdir.Text, target)
			}
			found = found || a.Known && !strings.HasPrefix(a.Text, "-") && (target == file && !tree || workload.Within(file, path.Clean(target)) && c.Has("-R", "-r", "-rf", "-fr", "--recursive"))
		}
	})
	return found
}

// databaseFinder finds calls that make a database. One that a build makes is a file.
type databaseFinder struct {
	pass *imagebuild.Pass
	run  *stage.Evaluation
	seen map[string]bool // scripts of package.json
}

var (
	databaseWord = lazyregexp.New(`(?i)(^|[^a-z])(seed(s|er|ing)?|migrat(e|ion|ions|or)|(init|create|setup)[-_]?(db|database)|(db|database)[-_](init|setup|create))([^a-z]|$)`)
	// databaseTools are programs, with the arguments that make one.
	databaseTools = map[string]*lazyregexp.Regexp{
		"sqlite3": lazyregexp.New(``), "prisma": lazyregexp.New(`^(migrate (deploy|dev|reset)|db (push|seed))`), "knex": lazyregexp.New(`^(migrate|seed):`),
		"sequelize": lazyregexp.New(`^db:`), "sequelize-cli": lazyregexp.New(`^db:`), "typeorm": lazyregexp.New(`\b(migration:run|schema:sync)`),
		"drizzle-kit": lazyregexp.New(`^(push|migrate)`), "mikro-orm": lazyregexp.New(`^(migration:up|schema:(create|update))`),
	}
)

// in returns the first such call of a script, "" for none.
func (f *databaseFinder) in(script *shell.Script) string {
	for _, c := range script.Calls {
		var words []string
		for _, a := range c.Args {
			if a.Known && !strings.HasPrefix(a.Text, "-") {
				words = append(words, a.Text)
			}
		}
		name := c.Name
		if name == "npx" && len(words) > 0 || (name == "yarn" || name == "pnpm") && len(words) > 1 && (words[0] == "exec" || databaseTools[words[0]] != nil) {
			if words[0] == "exec" {
				words = words[1:]
			}
			name, words = words[0], words[1:]
		}
		if tool := databaseTools[name]; tool != nil && tool.MatchString(strings.Join(words, " ")) {
			return name
		}
		switch {
		case (workload.IsNode(name) || slices.Contains([]string{"ts-node", "tsx", "babel-node"}, name)) && len(words) > 0 && databaseWord.MatchString(strings.TrimSuffix(path.Base(words[0]), path.Ext(words[0]))):
			return words[0]
		case slices.Contains([]string{"npm", "yarn", "pnpm"}, name):
			if by := f.byScript(c); by != "" {
				return by
			}
		}
	}
	return ""
}

// byScript follows a script of package.json, by its name and by its text.
func (f *databaseFinder) byScript(c shell.Call) string {
	call := workload.ReadManager(c, f.run.Final.EnvVar)
	if call == nil || call.Script == "" || f.seen[call.Script] {
		return ""
	}
	name := call.Script
	f.seen[name] = true
	scripts := map[string]string{name: "true"}
	if m, err := f.pass.Workload(f.run).Package(f.run.Final.Workdir.Text); err == nil && (m.Scripts[name] != "" || c.Name != "npm") {
		scripts = m.Scripts
	}
	for _, s := range []string{"pre" + name, name, "post" + name} {
		text := scripts[s]
		if text == "" {
			continue
		}
		if databaseWord.MatchString(s) && !strings.Contains(s, "generate") {
			return fmt.Sprintf("script %q of package.json", s)
		}
		script, err := shell.Parse(text, nil)
		if err != nil {
			continue
		}
		if by := f.in(script); by != "" {
			return by
		}
	}
	return ""
}
