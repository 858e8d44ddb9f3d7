package workload

import (
	"strings"
	"testing"
)

// TestElsewhere: a path that is written below what another source sets, and similar
// ones that name something else.
func TestElsewhere(t *testing.T) {
	for _, c := range []struct{ name, sources, want string }{
		{"exports of a module", "a.js: const { ROOT } = require('./lib/c'); fs.mkdirSync(ROOT)\nlib/c.js: exports.ROOT = '/data'", "1 written /data"},
		{"by another name", "a.js: const { ROOT: r } = require('./c'); fs.mkdirSync(path.join(r, 'x'))\nc.js: exports.ROOT = '/data'", "1 written /data/x"},
		{"a key of a module", "src/a.js: const c = require('../c'); fs.writeFileSync(c.paths.root + '/' + x, y)\nc.js: module.exports = { paths: { root: process.env.R || '/data' } }", "1 written /data R"},
		{"import", "a.mjs: import * as c from './c.mjs'; fs.mkdirSync(c.ROOT)\nc.mjs: export const ROOT = '/data'", "1 written /data"},
		{"import by another name", "a.ts: import d, { A as B } from './c.js'; fs.mkdirSync(B)\nc.ts: export const A = '/data'", "1 written /data"},
		{"import of a default", "a.mjs: import c from './c.mjs'; fs.mkdirSync(c.root)\nc.mjs: export default { root: '/data' }", "1 written /data"},
		{"by an alias of paths", "src/a.ts: import { A } from '@/lib/c'; fs.mkdirSync(A)\nsrc/lib/c.ts: export const A = '/data'", "1 written /data"},
		{"an index", "a.js: const { A } = require('./lib'); fs.mkdirSync(A)\nlib/index.js: exports.A = '/data'", "1 written /data"},
		{"an object of the same source", "a.js: const o = { root: '/data' }; fs.mkdirSync(o.root)", "1 written /data"},
		{"another module", "a.js: const { ROOT } = require('./b'); fs.mkdirSync(ROOT)\nc.js: exports.ROOT = '/data'", ""},
		{"a parameter", "a.js: function f(ROOT) { fs.mkdirSync(ROOT) }\nc.js: exports.ROOT = '/data'", ""},
		{"a package", "a.js: const { A } = require('c'); fs.mkdirSync(A)\nc.js: exports.A = '/data'", ""},
		{"only read", "a.js: const { A } = require('./c'); fs.readFileSync(A)\nc.js: exports.A = '/data'", ""},
		{"a relative one", "a.js: const { A } = require('./c'); fs.mkdirSync(A)\nc.js: exports.A = 'data'", ""},
		{"or else", "a.js: const c = require('./c'); fs.mkdirSync(c.dir || '/data')", "1 written /data"},
		{"Python", "app/a.py: from c import ROOT as R; os.makedirs(R)\napp/c.py: ROOT = '/data'", "1 written /data"},
		{"a package of Python", "app/a.py: from . import c; os.makedirs(os.path.join(c.ROOT, 'x'))\napp/c/__init__.py: ROOT: str = '/data'", "1 written /data/x"},
		{"a module of Python", "a.py: import lib.c as c; os.makedirs(c.ROOT)\nlib/c.py: ROOT = '/data'", "1 written /data"},
		{"another module of Python", "a.py: import lib.c as c; os.makedirs(c.ROOT)\nlib/d.py: ROOT = '/data'", ""},
		{"a package of Go", "a.go: package main; func main() { os.MkdirAll(filepath.Join(root, \"x\"), 0o755) }\nb.go: package main; var root = \"/data\"", "1 written /data/x"},
		{"another package of Go", "a.go: package main; func main() { os.MkdirAll(conf.Root, 0o755) }\nconf/c.go: package conf; const Root = \"/data\"", "1 written /data"},
		{"no package of Go", "a.go: package main; func main() { os.MkdirAll(other.Root, 0o755) }\nconf/c.go: package conf; const Root = \"/data\"", ""},
	} {
		var list []string
		for line := range strings.Lines(c.sources) {
			name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
			list = append(list, name, text)
		}
		var got []string
		for _, line := range strings.Split(spell(sourcesOf(list...)), "\n") {
			if strings.Contains(line, " written ") {
				got = append(got, line)
			}
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestElsewhereOfStarted: what a source that the start names takes from the
// application's.
func TestElsewhereOfStarted(t *testing.T) {
	w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD node scripts/a.js\n", files("scripts/a.js", "const { A } = require('../c'); require('fs').mkdirSync(A)", "c.js", "exports.A = '/data'"))
	if got, want := spellWrites(w), "/data by scripts/a.js surely"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
