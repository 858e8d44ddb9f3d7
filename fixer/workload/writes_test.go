package workload

import (
	"fmt"
	"strings"
	"testing"
)

// TestRewrites: a start command that writes below its directory, and one of the same
// program that only reads.
func TestRewrites(t *testing.T) {
	for _, c := range []struct{ cmd, want string }{
		{"git pull", "git"},
		{"git -C /srv/x -c user.name=a fetch --all", "git"},
		{"git clone https://example.com/x.git", "git"},
		{"git $VERB", "git"},
		{"git rev-parse HEAD", ""},
		{"git -C /srv/pull log", ""},
		{"git daemon --base-path=/srv", ""},
		{"git --version", ""},
		{"npm install", "npm install"},
		{"npm start", ""},
	} {
		w := of(t, "FROM debian:12\nWORKDIR /app\nCMD "+c.cmd+"\n", files())
		var got []string
		for _, l := range w.Launches() {
			if by := l.Rewrites(); by != "" {
				got = append(got, by)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.cmd, s, c.want)
		}
	}
}

// TestChanges: of the arguments of a file tool those that are files.
func TestChanges(t *testing.T) {
	for _, c := range []struct{ cmd, want string }{
		{"chmod 755 run.sh", "run.sh"},
		{"chmod -R u+rwX,go-w data logs", "data logs"},
		{"chmod -x run.sh", "run.sh"},
		{"chmod --reference=a b", "b"},
		{"cp a b", "a b"},
		{"sed -i s/a/b/ conf", "conf"},
		{"sed s/a/b/ conf", ""},
		{"wget -O page http://example.com", "page"},
	} {
		var got []string
		for _, l := range of(t, "FROM debian:12\nWORKDIR /app\nCMD "+c.cmd+"\n", files()).Launches() {
			for _, w := range l.Changes() {
				got = append(got, w.Text)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.cmd, s, c.want)
		}
	}
}

// spellWrites returns what a container writes, one a line.
func spellWrites(w *Workload) string {
	var out []string
	for _, x := range w.Writes() {
		sure := ""
		if x.Sure {
			sure = " surely"
		}
		out = append(out, fmt.Sprintf("%s by %s%s", x.Path, x.By, sure))
	}
	return strings.Join(out, "\n")
}

// TestWritesBesideSources: what a source computes from its own location lies where the
// image has the source.
func TestWritesBesideSources(t *testing.T) {
	const js = "const fs = require('fs'), path = require('path')\n"
	for _, c := range []struct{ name, src, file, text, want string }{
		{"outside", "WORKDIR /app\nCOPY . .", "server.js", js + "fs.mkdirSync(path.resolve(__dirname, '../data'))", "/data by server.js surely"},
		{"by parts", "WORKDIR /app\nCOPY . .", "server.js", js + "fs.mkdirSync(path.join(__dirname, '..', 'data', 'x'))", "/data/x by server.js surely"},
		{"by a sum", "WORKDIR /app\nCOPY . .", "server.js", js + "fs.mkdirSync(__dirname + '/../data')", "/data by server.js surely"},
		{"by a template", "WORKDIR /app\nCOPY . .", "server.js", js + "fs.mkdirSync(`${__dirname}/../data`); fs.writeFileSync(`${__dirname}/../logs/${name}.log`, '')", "/data by server.js surely\n/logs by server.js surely"},
		{"by a URL", "WORKDIR /app\nCOPY . .", "server.mjs", "import fs from 'fs'\nfs.mkdirSync(new URL('../data', import.meta.url))", "/data by server.mjs surely"},
		{"by fileURLToPath", "WORKDIR /app\nCOPY . .", "server.mjs", "import fs from 'fs'\nfs.mkdirSync(path.join(path.dirname(fileURLToPath(import.meta.url)), '../data'))", "/data by server.mjs surely"},
		{"a constant", "WORKDIR /app\nCOPY . .", "server.js", js + "const dataDir = path.join(__dirname, '../data')", "/data by server.js"},
		{"a default", "WORKDIR /app\nCOPY . .", "server.js", js + "const d = process.env.DATA_DIR || path.join(__dirname, '../data')", "/data by server.js"},
		{"a default that is set", "WORKDIR /app\nENV DATA_DIR=/tmp/x\nCOPY . .", "server.js", js + "const d = process.env.DATA_DIR || path.join(__dirname, '../data')", "/tmp/x by DATA_DIR"},
		{"a constant of no data", "WORKDIR /app\nCOPY . .", "server.js", js + "const viewsDir = path.join(__dirname, '../views'), publicDir = path.join(__dirname, '../public')", ""},
		{"only read", "WORKDIR /app\nCOPY . .", "server.js", js + "fs.readFileSync(path.join(__dirname, '../data/x.json'))", ""},
		{"in the context", "WORKDIR /app\nCOPY . .", "src/server.js", js + "fs.mkdirSync(path.join(__dirname, '../data'))", "/app/data by src/server.js surely"},
		{"a directory of the context", "WORKDIR /app\nCOPY backend/ .", "backend/server.js", js + "fs.mkdirSync(path.join(__dirname, '../data'))", "/data by backend/server.js surely"},
		{"another directory", "WORKDIR /app\nCOPY src /srv/x/src", "src/server.js", js + "fs.mkdirSync(path.join(__dirname, '..', '..', 'data'))", "/srv/data by src/server.js surely"},
		{"not copied", "WORKDIR /app", "server.js", js + "fs.mkdirSync(path.join(__dirname, '../data'))", "/data by server.js surely"},
		{"below the root", "WORKDIR /app\nCOPY . .", "server.js", js + "fs.mkdirSync(path.join(__dirname, '/data'))", "/app/data by server.js surely"},
		{"Python", "WORKDIR /srv/app\nCOPY . .", "app.py", "from pathlib import Path\n(Path(__file__).parent.parent / 'data').mkdir()\nos.makedirs(os.path.join(os.path.dirname(__file__), '..', 'logs'))", "/srv/data by app.py surely\n/srv/logs by app.py surely"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := spellWrites(of(t, "FROM node:20\n"+c.src+"\n", files(c.file, c.text)))
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestStarted: a source that the start runs is read wherever it lies, but no other
// script next to it.
func TestStarted(t *testing.T) {
	const js = "const fs = require('fs')\nfs.mkdirSync('/persist'); require('child_process').execSync('ls')\n"
	for _, c := range []struct{ cmd, started, writes string }{
		{"node scripts/server.js", "scripts/server.js", "/persist by scripts/server.js surely"},
		{"node scripts/server", "scripts/server.js", "/persist by scripts/server.js surely"},
		{"npm start", "scripts/server.js", "/persist by scripts/server.js surely"},
		{"node index.js", "index.js", ""},
		{"sh scripts/run.sh", "", ""},
		{"node scripts/none.js", "", ""},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\nCMD "+c.cmd+"\n", files("index.js", "", "scripts/server.js", js, "scripts/seed.js", js,
			"scripts/run.sh", "#!/bin/sh\ntrue\n", "package.json", `{"scripts": {"start": "node scripts/server.js"}}`))
		if got := strings.Join(w.Started(), " "); got != c.started {
			t.Errorf("%s: started %q, want %q", c.cmd, got, c.started)
		}
		if got := spellWrites(w); got != c.writes {
			t.Errorf("%s: writes %q, want %q", c.cmd, got, c.writes)
		}
		if got := len(w.ChildProcesses()) > 0; got != (c.writes != "") {
			t.Errorf("%s: child processes %v", c.cmd, w.ChildProcesses())
		}
	}
}

// TestConfiguration: data that copied configuration files name, and what they name for
// other purposes.
func TestConfiguration(t *testing.T) {
	const all = "WORKDIR /app\nCOPY . .\n"
	for _, c := range []struct{ src, file, text, want string }{
		{all, ".env", "# x\nDATABASE_URL=\"file:/persist/x.db\"\nexport DATA_DIR=/persist/d # y\nPORT=80\nBASE_PATH=/x\n", "/persist by DATABASE_URL\n/persist/d by DATA_DIR"},
		{all + "ENV DATA_DIR=/tmp/x\n", ".env", "DATA_DIR=/persist\n", "/tmp/x by DATA_DIR"},
		{all, ".env.example", "DATA_DIR=/persist\n", ""},
		{all, ".env.sample", "DATA_DIR=/persist\n", ""},
		{"WORKDIR /app\nCOPY src .\n", ".env", "DATA_DIR=/persist\n", ""},
		{all, "config/production.json", "{\n\"dataDir\": \"/persist\",\n\"route\": \"/x\"}\n", "/persist by config/production.json"},
		{all, "other/production.json", "{\n\"dataDir\": \"/persist\"}\n", ""},
		{all, "application.properties", "spring.datasource.url=jdbc:h2:file:/persist/db\nserver.port=80\n", "/persist by application.properties"},
		{all, "src/main/resources/application.yml", "spring:\n  datasource:\n    url: jdbc:h2:file:/persist/db\n    other: jdbc:postgresql://db/x\n", "/persist by src/main/resources/application.yml"},
		{all, "appsettings.json", "{\n  \"Default\": \"Data Source=/persist/x.db\",\n  \"Other\": \"Data Source=x.db\"\n}\n", "/persist by appsettings.json"},
	} {
		if got := spellWrites(of(t, "FROM node:20\n"+c.src, files(c.file, c.text))); got != c.want {
			t.Errorf("%s in %q: got\n%s\nwant\n%s", c.file, c.src, got, c.want)
		}
	}
}

// TestExamples: a file of variables counts, and an example of one does not.
func TestExamples(t *testing.T) {
	for name, want := range map[string]int{".env": 1, ".env.production": 1, ".env.example": 0, ".env.sample": 0, ".env.template": 0} {
		if got := Open(files(name, "X=$npm_package_version\n")).NodeProcess().NPMVariables(); len(got) != want {
			t.Errorf("%s: %v, want %d", name, got, want)
		}
	}
}
