package workload

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestNodeProcess(t *testing.T) {
	text := map[string]string{
		"a.js":             "process.setuid(1)\nprocess.on('SIGTERM', f)\nprocess.env.PWD\nprocess.env.npm_package_version\nrequire('child_process')\nfs.mkdirSync('x')\n'/var/lib/x/y'\n",
		"scripts/b.js":     "process.setuid(1)\nprocess.env.PWD\nfs.mkdirSync('x')\n",
		"deploy.yml":       "mkdir('/var/lib/x')\nprocess.env.PWD\n",
		"public/c.js":      "process.setuid(1)\n",
		"a.py":             "process.setuid(1)\n",
		"process.setId.js": "process.settings(1)\n",
	}
	c := newCounting(fstest.MapFS{})
	for name, text := range text {
		c.MapFS[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	c.MapFS["broken.ts"] = &fstest.MapFile{Mode: 0o644}
	c.MapFS["broken.rb"] = &fstest.MapFile{Mode: 0o644}
	c.bad["broken.ts"] = fmt.Errorf("locked")
	c.bad["broken.rb"] = fmt.Errorf("locked")
	p := Open(c).NodeProcess()
	for _, q := range []struct {
		name string
		got  []Evidence
		want string
	}{
		{"stops", p.Stops(), "a.js:2"},
		{"PWD", p.PWD(), "a.js:3 deploy.yml:2 scripts/b.js:2"},
		{"npm", p.NPMVariables(), "a.js:4"},
		{"spawns", p.Spawns(), "a.js:5"},
		{"writing", p.Writing(), "a.js:6"},
	} {
		var got []string
		for _, e := range q.got {
			got = append(got, e.Place.String())
		}
		if strings.Join(got, " ") != q.want {
			t.Errorf("%s: %v, want %s", q.name, got, q.want)
		}
	}
	if data := p.SystemData(); len(data) != 1 || data[0].Path != "/var/lib/x/y" || data[0].Place.Line != 7 {
		t.Errorf("system data %v", data)
	}
	if gaps := p.Gaps(); len(gaps) != 1 || gaps[0].Place.File != "broken.ts" {
		t.Errorf("gaps %v", gaps)
	}
	for name, n := range c.opened {
		if n != 1 || name == "a.py" || name == "public/c.js" {
			t.Errorf("%s is opened %d times", name, n)
		}
	}
}

// TestOwnMethods: a method that a class defines, or calls, changes no file by its name.
func TestOwnMethods(t *testing.T) {
	for text, want := range map[string]int{
		"class A { private async writeFile(x) {} save() { this.writeFile(x); this.write('a') } }": 0,
		"const { writeFile } = require('fs'); await writeFile('a', 'b')":                          1,
		"fs.mkdirSync(dir)": 1,
	} {
		if got := len(writing(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}
