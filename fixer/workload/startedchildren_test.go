package workload

import (
	"strings"
	"testing"
)

// TestChildForms: programs that sources start by other names and by computed paths, and
// similar code that starts none or an unknown one.
func TestChildForms(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"by another name", "a.js", "const { exec: run } = require('child_process'); run('apt-get update')", "script apt-get update"},
		{"promisified", "a.js", "const run = util.promisify(require('child_process').exec); run('apt-get update')", "script apt-get update"},
		{"another exec", "a.js", "const { exec: run } = require('./db'); run('apt-get update'); require('child_process')", ""},
		{"execa.command", "a.js", "const execa = require('execa'); execa.command('apt-get update')", "script apt-get update"},
		{"Bun", "a.js", "Bun.spawn(['apt-get', 'update'])", "argv apt-get update"},
		{"beside the source", "src/a.js", "cp.execFile(path.join(__dirname, 'run.sh'), ['x']); require('child_process')", "argv src/run.sh x"},
		{"beside the source, in a template", "src/a.js", "cp.execSync(`sh ${__dirname}/run.sh`); require('child_process')", "script sh ${__dirname}/run.sh"},
		{"the same interpreter", "a.js", "cp.spawn(process.execPath, ['w.js']); require('child_process')", "argv node w.js"},
		{"what a variable says", "a.js", "cp.spawn(process.env.TOOL || 'x', ['w.js']); require('child_process')", "gap spawn starts a program that is no literal"},
		{"from subprocess", "a.py", "from subprocess import run\nrun(['apt-get', 'update'])", "argv apt-get update"},
		{"subprocess by another name", "a.py", "import subprocess as sp\nsp.run(['apt-get', 'update'])", "argv apt-get update"},
		{"another run", "a.py", "from tasks import run\nrun(['apt-get', 'update'])", ""},
		{"the same interpreter of Python", "a.py", "import subprocess, sys\nsubprocess.run([sys.executable, 'w.py'])", "argv python3 w.py"},
	} {
		var got []string
		for _, line := range strings.Split(spell(sourcesOf(c.file, c.text)), "\n") {
			if _, what, _ := strings.Cut(line, " "); strings.HasPrefix(what, "script ") || strings.HasPrefix(what, "argv ") || strings.HasPrefix(what, "gap spawn") {
				got = append(got, what)
			}
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestStartedByChildren: what sources write that other sources start, wherever they lie.
func TestStartedByChildren(t *testing.T) {
	const js, py = "require('fs').mkdirSync('/data')", "import os\nos.makedirs('/data')"
	for _, c := range []struct{ name, text, want string }{
		{"fork", "cp.fork('./scripts/w.js')", "/data by scripts/w.js surely"},
		{"fork beside the source", "cp.fork(path.join(__dirname, 'scripts', 'w'))", "/data by scripts/w.js surely"},
		{"a script that starts it", "cp.execSync('sh run.sh')", "/data by scripts/w.js surely"},
		{"Python", "cp.spawn('python3', ['scripts/w.py'])", "/data by scripts/w.py surely"},
		{"by the second", "cp.fork('scripts/v.js')", "/data by scripts/w.js surely"},
		{"another directory", "cp.spawn('touch', ['x'], { cwd: '/srv/q' })", "/srv/q/x by a.js surely"},
		{"nothing", "cp.execSync('ls')", ""},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD node a.js\n", files("a.js", "const cp = require('child_process')\n"+c.text, "scripts/w.js", js, "scripts/w.py", py,
			"scripts/v.js", "require('child_process').fork('scripts/w.js'); require('child_process').fork('scripts/v.js')", "run.sh", "#!/bin/sh\nnode scripts/w.js\n"))
		if got := spellWrites(w); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if children := w.ChildProcesses(); c.name == "another directory" && w.Child(children[0]).Dir != "/srv/q" {
			t.Errorf("%s: %+v", c.name, children)
		}
	}
}
