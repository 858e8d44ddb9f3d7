package split

import (
	"testing"
	"testing/fstest"

	"github.com/dockmend/dockmend/fixer/workload"
)

func TestSources(t *testing.T) {
	gone := map[string]bool{"chalk": true, "@scope/tool": true, "pino-pretty": true, "debug": true, "ejs": true, "typescript": true}
	listed := map[string]string{"chalk": "5", "@scope/tool": "1", "pino-pretty": "11", "ejs": "3", "typescript": "5"} // debug comes with another
	for _, c := range []struct{ name, file, text, want string }{
		{"require", "a.js", "const c = require('chalk')", "a.js:1 uses chalk"},
		{"require, spread out", "lib/a.cjs", "require(\n  \"chalk/source\")", "lib/a.cjs:1 uses chalk"},
		{"import", "a.mjs", "import x, { y } from '@scope/tool/z'", "a.mjs:1 uses @scope/tool"},
		{"import for its effect", "a.ts", "import 'chalk'", "a.ts:1 uses chalk"},
		{"dynamic import", "a.tsx", "await import(`chalk`)", "a.tsx:1 uses chalk"},
		{"export from", "a.js", "export * from 'debug'", "a.js:1 uses debug"},
		{"type import", "a.ts", "import type { C } from 'chalk'\nexport type { D } from 'debug'", ""},
		{"type import, and another", "a.ts", "import type { C } from 'chalk'\nimport d from 'debug'", "a.ts:2 uses debug"},
		{"name of a plugin", "log.js", "pino({ transport: { target: 'pino-pretty' } })", "log.js:1 uses pino-pretty"},
		{"name of a plugin, as data", "config/default.json", `{"target": "pino-pretty"}`, "config/default.json:1 uses pino-pretty"},
		{"a word that a package has too", "a.js", "log({ level: 'debug' })", ""},
		{"another package", "a.js", "require('chalkboard'); require('./chalk')", ""},
		{"a test", "test/a.js", "require('chalk')", ""},
		{"a test beside its code", "src/a.test.ts", "import 'chalk'", ""},
		{"a tool's configuration", "jest.config.js", "require('chalk')", ""},
		{"a framework's configuration", "next.config.js", "require('chalk')", "next.config.js:1 uses chalk"},
		{"a tool's data", ".eslintrc.json", `{"plugins": ["chalk"]}`, ""},
		{"the manifest", "package.json", `{"devDependencies": {"chalk": "5"}}`, ""},
		{"a manifest elsewhere", "src/testing/index.js", "require('chalk')", "src/testing/index.js:1 uses chalk"},
		{"minified", "dist/a.js", `import c from"debug"`, "dist/a.js:1 uses debug"},
		{"CoffeeScript", "a.coffee", "chalk = require 'chalk'", "a.coffee:1 uses chalk"},
		{"a program", "bin/www", "require('chalk')", "bin/www:1 uses chalk"},
		{"a template", "views/index.ejs", "hi", "views/index.ejs needs ejs"},
		{"settings in TypeScript", "next.config.ts", "export default {}", "next.config.ts needs typescript"},
		{"files for the browser", "a.js", "app.use(express.static(__dirname + '/node_modules/bootstrap'))", "a.js:1 reaches into node_modules"},
		{"files for the browser, in a page", "public/index.html", `<script src="/node_modules/vue/dist/vue.js">`, "public/index.html:1 reaches into node_modules"},
		{"a pattern", "a.js", "exclude: /node_modules/", ""},
		{"npm called", "a.js", "require('child_process').exec('npm run migrate')", "a.js:1 starts other programs"},
		{"a program called", "a.js", "import { spawn } from 'child_process'; spawn('tsc', ['-w'])", "a.js:1 starts other programs"},
		{"another program called", "a.js", "require('child_process').exec('ffmpeg -i a.mp4')", ""},
		{"a compiler", "a.js", "require('@babel/register')", "a.js:1 uses @babel/register, which compiles with others"},
		{"a list in YAML", "plugins.yml", "plugins:\n  - chalk\n", "plugins.yml:2 names chalk"},
		{"a list in one line", "app.toml", "a = 1\nplugins = ['x', 'chalk']\n", "app.toml:2 names chalk"},
		{"a key", "config/x.yaml", "chalk: {level: 1}\n", "config/x.yaml:1 names chalk"},
		{"options of node", ".env", "NODE_OPTIONS=-r chalk/register\n", ".env:1 names chalk"},
		{"prose", "config/x.yaml", "# chalk\nabout: chalk and more\n", ""},
		{"the services of Compose", "docker-compose.yml", "services:\n  chalk:\n", ""},
		{"imports", "package.json", "{\n\"imports\": {\"#c\": {\"node\": \"chalk/a\"}}}", "package.json:2 names chalk"},
		{"a field of a tool", "package.json", `{"prettier": "chalk"}`, ""},
		{"a style sheet", "a.css", `@import "chalk";`, ""},
		{"no source", "README.md", "require('chalk')", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			context := fstest.MapFS{c.file: {Data: []byte(c.text), Mode: 0o644}}
			q := workload.PackageQuery{Packages: gone, Listed: listed, Loaders: compilers, Programs: map[string]bool{"tsc": true}}
			if got := usedInSources(workload.Open(context).PackageUses(), q); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
