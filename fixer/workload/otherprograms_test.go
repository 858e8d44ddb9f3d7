package workload

import (
	"slices"
	"testing"
)

// TestOtherPrograms: what an image does not start, import or spawn is another program's, where
// something else starts it.
func TestOtherPrograms(t *testing.T) {
	const (
		head   = "FROM node:20\nWORKDIR /app\nCOPY . .\n"
		server = head + `CMD ["node", "server.js"]`
		plain  = "require('node:http').createServer().listen(3000)"
		worker = "const db = require('./lib/db')\ndb.write()"
		db     = "exports.write = () => require('node:fs').writeFileSync('data/x', 'y')"
	)
	for name, c := range map[string]struct {
		src       string
		server    string
		more      []string
		has, sure bool
	}{
		"another's":                  {server, plain, nil, true, true},
		"imported":                   {server, "require('./worker')", nil, false, true},
		"what it imports, imported":  {server, "import db from './lib/db.js'", nil, false, true},
		"by the name of its folder":  {server, "load('lib')", nil, false, true},
		"computed":                   {server, "require(process.argv[2])", nil, true, false},
		"spawned":                    {server, "const { fork } = require('child_process')\nfork(file)", nil, true, false},
		"a folder by a package":      {server, "require('require-dir')()", nil, true, false},
		"from what is not read":      {server, "require('./assets/x')", nil, true, false},
		"by an alias of package":     {server, "require('#jobs')", []string{"package.json", `{"imports": {"#jobs": "./lib/db.js"}}`}, false, true},
		"by the name of its package": {server, "require('@acme/store')", []string{"lib/package.json", `{"name": "@acme/store"}`}, false, true},
		"in a file of settings":      {server, plain, []string{"jobs.json", `["./worker.js"]`}, false, true},
		"by a variable":              {head + "ENV NODE_OPTIONS=--require=./lib/db.js\n" + `CMD ["node", "server.js"]`, plain, nil, false, true},
		"compiled":                   {head + `CMD ["node", "dist/server.js"]`, plain, nil, false, true},
		"beside another program":     {head + "CMD prisma migrate deploy && exec node server.js", plain, nil, false, true},
		"behind an init":             {head + `ENTRYPOINT ["tini", "--"]` + "\n" + `CMD ["node", "server.js"]`, plain, nil, true, true},
		"a health check starts it":   {head + "HEALTHCHECK CMD node worker.js\n" + `CMD ["node", "server.js"]`, plain, nil, false, true},
		"a health check asks":        {head + "HEALTHCHECK CMD curl -f http://localhost:3000 || exit 1\n" + `CMD ["node", "server.js"]`, plain, nil, true, true},
	} {
		list := append([]string{"server.js", c.server, "worker.js", worker, "lib/db.js", db, "Dockerfile.worker", head + `CMD ["node", "worker.js"]`}, c.more...)
		w := of(t, c.src, files(list...))
		others := w.OtherPrograms(func(file string) bool { return slices.Contains(w.in.Files.ImageStarts()["Dockerfile.worker"], file) })
		if has := others.Has("lib/db.js"); has != c.has {
			t.Errorf("%s: another's %v", name, has)
		}
		if sure := others.Certain(); c.has && sure != c.sure {
			t.Errorf("%s: certain %v", name, sure)
		}
		if others.Has("server.js") || others.Has("nothing.js") {
			t.Errorf("%s: it has what it should not", name)
		}
	}
}

// TestScriptStarts: the scripts of package.json name the programs that people start.
func TestScriptStarts(t *testing.T) {
	w := of(t, "FROM node:20\n", files("package.json", `{"scripts": {"b": "node ./a.js", "a": "NODE_ENV=x node --inspect a.js", "c": "eslint b.js"}}`,
		"apps/x/package.json", `{"scripts": {"dev": "tsx watch src/index.ts"}}`))
	got := w.in.Files.ScriptStarts()
	if len(got) != 2 || got["a.js"] != "a" || got["apps/x/src/index.ts"] != "dev" {
		t.Errorf("%v", got)
	}
}

// TestWebRoot: what a project of .NET serves is no source of its own; the same folder
// elsewhere is read.
func TestWebRoot(t *testing.T) {
	const writes = "require('fs').writeFileSync('/srv/x', 'y')"
	for project, want := range map[string]int{"Web/Web.csproj": 0, "Web/web.config": 1} {
		w := of(t, "FROM node:20\n", files("Web/Program.cs", "class P {}", project, "", "Web/wwwroot/lib/a.js", writes))
		if got := len(w.Sources().Paths); got != want {
			t.Errorf("beside %s: %d paths", project, got)
		}
	}
}
