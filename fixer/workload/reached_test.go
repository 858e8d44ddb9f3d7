package workload

import (
	"strings"
	"testing"
)

// TestScriptsThatRun: what scripts write counts where something runs them.
func TestScriptsThatRun(t *testing.T) {
	const drain = "require('fs').mkdirSync('/data')"
	for _, c := range []struct{ name, source, dockerfile, want string }{
		{"nobody runs it", "x", "", ""},
		{"required", "require('./tools/drain')", "", "/data by tools/drain.js surely"},
		{"imported with an extension", "import './tools/drain.js'", "", "/data by tools/drain.js surely"},
		{"imported from a folder above", "import d from '@/tools/drain'", "", "/data by tools/drain.js surely"},
		{"a worker", "new Worker(path.join(__dirname, 'tools', 'drain.js'))", "", "/data by tools/drain.js surely"},
		{"by another script", "require('./tools/all')", "", "/data by tools/drain.js surely"},
		{"a package of that name", "require('tools')", "", ""},
		{"by the health check", "x", "HEALTHCHECK CMD node tools/drain.js\n", "/data by tools/drain.js surely"},
		{"by a health check that is gone", "x", "HEALTHCHECK CMD node tools/drain.js\nHEALTHCHECK NONE\n", ""},
		{"in the health check", "x", "HEALTHCHECK CMD [\"node\", \"-e\", \"require('fs').writeFileSync('/run/x', 'y')\"]\n", "/run/x by Dockerfile surely"},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\n"+c.dockerfile+"CMD node a.js\n", files("a.js", c.source, "tools/drain.js", drain, "tools/all.js", "require('./drain')"))
		if got := spellWrites(w); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestCallbacks: paths that a function of an option gives to its callback.
func TestCallbacks(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"an arrow", "multer.diskStorage({ destination: (req, file, cb) => cb(null, '/data'), filename: (req, file, cb) => cb(null, '/x') })", "1 written /data"},
		{"a method", "multer.diskStorage({ destination(req, file, cb) { cb(null, path.join(__dirname, '../up')) } })", "1 of source up"},
		{"with types", "diskStorage({ destination: (req: Request, file: File, cb: (e: Error | null, d: string) => void): void => { cb(null, './up') } })", "1 relative up"},
		{"a named function", "function to(req, file, done) { done(null, '/data') }; multer.diskStorage({ destination: to })", "1 written /data"},
		{"options in a variable", "const o = { destination: async function (r, f, cb) { cb(null, '/data') } }; multer.diskStorage(o)", "1 written /data"},
		{"a helper", "const at = (k) => path.join('/data', k); fs.writeFileSync(at(name), x)", "1 written /data"},
		{"a package by another name", "const open = require('better-sqlite3'); open('/data/a.db')", "1 written /data/a.db"},
		{"settings", "const s = require('./settings.json'); fs.writeFileSync(s.out, x)", "1 written /data/out"},
	} {
		got := spell(Open(files("lib/a.js", c.text, "lib/settings.json", `{"out": "/data/out"}`)).Sources())
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestRootUses: what only root may do, and what looks alike.
func TestRootUses(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"spawn", "a.js", "cp.spawn('id', [], { uid: 1 }); require('child_process')", startsAs},
		{"options that are put together", "a.js", "cp.spawn('id', [], Object.assign({}, base, { gid })); require('child_process')", startsAs},
		{"its own user", "a.js", "cp.spawn('id', [], { uid: process.getuid(), env: { uid: 5 } }); require('child_process')", ""},
		{"a user of the application", "a.js", "cp.exec('id', (e, o) => save({ uid: 1 })); require('child_process')", ""},
		{"chown", "a.js", "const { chown } = require('node:fs/promises'); chown('x', 1, 1)", changesOwner},
		{"chown to itself", "a.js", "fs.chownSync('x', process.getuid(), process.getgid())", ""},
		{"setuid", "a.js", "process.setuid('node')", changesUser},
		{"a test that ends", "a.js", "if (process.geteuid?.() !== 0) { process.exit(1) }", demandsRoot},
		{"a test by its truth", "a.js", "if (process.getuid()) throw new Error('root')", demandsRoot},
		{"a test in a variable", "a.js", "const isRoot = process.getuid() === 0\nif (!isRoot) process.exit(1)", demandsRoot},
		{"a test against root", "a.js", "if (process.getuid() === 0) { process.exit(1) }", ""},
		{"a test that warns", "a.js", "if (process.getuid() !== 0) console.warn('x')\nprocess.on('SIGTERM', () => process.exit(0))", ""},
		{"only logged", "a.js", "console.log(process.getuid())\nprocess.exit(0)", ""},
		{"a name", "a.js", "if (os.userInfo().username !== 'root') process.exit(1)", demandsRoot},
		{"a role of that name", "a.js", "if (role !== 'root') throw new Error('x')", ""},
		{"Python", "a.py", "import os, sys\nif os.geteuid() != 0:\n    sys.exit(1)", demandsRoot},
		{"setuid of Python", "a.py", "import os\nos.setuid(1)", changesUser},
		{"Go", "a.go", "func main() { if os.Geteuid() != 0 { log.Fatal(\"root\") } }", demandsRoot},
	} {
		var got []string
		for _, use := range sourcesOf(c.file, c.text).RootUses {
			got = append(got, use.What)
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestChildWrites: files that child processes write.
func TestChildWrites(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"cp.execFile('tar', ['-czf', '/data/a.tgz', '.'])", "written /data/a.tgz"},
		{"cp.execFile('tar', ['xzf', 'a.tgz', '-C', '/data'])", "written /data"},
		{"cp.execFile('tar', ['-tf', '/data/a.tgz'])", ""},
		{"cp.execFile('tar', ['-czf', `/a-${now}.tgz`])", "written /a-…"},
		{"cp.exec(`echo ${now} >> /data/hits.log`)", "written /data/hits.log"},
		{"cp.exec('pg_dump ' + url + ' -f /data/x')", ""},
		{"cp.exec(`pg_dump ${url} --file=/data/x`)", "written /data/x"},
		{"cp.spawn('ffmpeg', ['-i', f, path.join('/data', name)])", "written /data"},
		{"cp.spawn('touch', ['x'], { cwd: '/data' })", "written /data/x"},
		{"cp.exec(`cp ${a} ${b}`)", ""},
		{"cp.exec('ls > /dev/null')", ""},
	} {
		var got []string
		for _, line := range strings.Split(spell(sourcesOf("a.js", "const cp = require('child_process')\n"+c.text)), "\n") {
			if _, what, _ := strings.Cut(line, " "); strings.HasPrefix(what, "written ") {
				got = append(got, what)
			}
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: %q, want %q", c.text, s, c.want)
		}
	}
}
