package workload

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// spellConfiguration returns the data that configuration files name, and the files
// that could not be read, one a line.
func spellConfiguration(w *Workload) string {
	var out []string
	for _, x := range w.configuration().writes {
		out = append(out, fmt.Sprintf("%s %s", x.Place, x.Path))
	}
	for _, g := range w.ConfigurationGaps() {
		out = append(out, fmt.Sprintf("gap %s: %s", g.Place, g.What))
	}
	return strings.Join(out, "\n")
}

// TestSettings: data that configuration files name, in each format, and similar
// settings that name none.
func TestSettings(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"JSON of one line", "config/default.json", `{"port":3000,"dataDir":"/data"}`, "config/default.json:1 /data"},
		{"nested JSON", "config/default.json", "{\n  \"storage\": {\n    \"path\": \"/data\"\n  }\n}", "config/default.json:3 /data"},
		{"a list", "config/default.json", `{"uploads": ["/data/a"], "x": {}, "port": "/y"}`, "config/default.json:1 /data/a"},
		{"escapes", "config/default.json", `{"dataDir": "\u002fdata", "logDir": "\/log"}`, "config/default.json:1 /data\nconfig/default.json:1 /log"},
		{"JSON5", "config/default.json5", "{\n // where\n dataDir: '/data', // why\n}", "config/default.json5:3 /data"},
		{"below", "config/env/production.json", `{"dataDir": "/data"}`, "config/env/production.json:1 /data"},
		{"a database", "config/db.json", `{"production": {"filename": "/data/x.db"}}`, "config/db.json:1 /data/x.db"},
		{"routes", "config/default.json", `{"uploadUrl": "/uploads", "routes": {"uploads": {"path": "/uploads"}}, "assets": {"path": "/assets"}, "dataDir": "./data"}`, ""},
		{"YAML", "config/default.yaml", "port: 3000\nstorage:\n  - path: /data\n", "config/default.yaml:3 /data"},
		{"YAML by an alias", "config/default.yaml", "x: &x\n  path: /data\nstorage: *x\n", "config/default.yaml:2 /data"},
		{"broken YAML", "config/default.yaml", "a: [\n", "gap config/default.yaml: it can't be read: did not find expected node content"},
		{"Spring", "src/main/resources/application.properties", "logging.file.path=/logs\n", "src/main/resources/application.properties:1 /logs"},
		{".NET", "appsettings.json", `{"Storage":{"Path":"/data"}}`, "appsettings.json:1 /data"},
		{"TOML", "config/default.toml", "port = 1\n[storage]\npath = \"/data\" # where\n[other]\npath = \"/x\"\n", "config/default.toml:3 /data"},
		{"tables of TOML", "config/default.toml", "storage = { path = \"/data\" }\nuploads = [\n  '/up',\n]\nlog.dir = '/logs'\n", "config/default.toml:1 /data\nconfig/default.toml:3 /up\nconfig/default.toml:5 /logs"},
		{"variables", ".env", "\ufeffDATA_DIR=/data # " + strings.Repeat("x", 5000) + "\rBASE='/srv/x'\r\nexport UPLOAD_DIR=\"${BASE}/up\"\nTITLE=$y\nCACHE_DIR=cache\n", ".env:1 /data\n.env:3 /srv/x/up"},
		{"those of the image come first", ".env", "SET_DIR=/data\n", ""},
		{"of development", ".env.development", "DATA_DIR=/data\n", ""},
		{"a long line", "config/default.json", `{"a":"` + strings.Repeat("x", maxLine) + `","dataDir":"/data"}`, "gap config/default.json: it can't be read: a line is longer than 64 KiB"},
		{"too large", ".env", strings.Repeat("#x\n", MaxText), "gap .env: it can't be read: it is too large"},
		{"UTF-16", ".env", "D\x00A\x00=\x00", "gap .env: it can't be read: it is not UTF-8 text"},
		{"nested", "config/a.json", strings.Repeat(`{"a":`, 100), "gap config/a.json: it can't be read: its settings are nested deeper than 64 levels"},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nENV SET_DIR=/app/data\nCOPY . .\n", files(c.file, c.text))
		if got := spellConfiguration(w); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

// TestNamedConfiguration: settings files that the sources name, and those that nothing
// names or that are not settings.
func TestNamedConfiguration(t *testing.T) {
	const setting = `{"dataDir": "/data"}`
	for _, c := range []struct{ name, source, file, want string }{
		{"by require", "const c = require('./conf/a.json')", "src/conf/a.json", "src/conf/a.json:1 /data"},
		{"from the working directory", "fs.readFileSync('conf/a.json', 'utf8')", "conf/a.json", "conf/a.json:1 /data"},
		{"in the image", "fs.readFileSync('/app/conf/a.json', 'utf8')", "conf/a.json", "conf/a.json:1 /data"},
		{"by join", "fs.readFileSync(path.join(__dirname, '..', 'conf', 'a.json'))", "conf/a.json", "conf/a.json:1 /data"},
		{"not named", "const c = require('./conf/b.json')", "src/conf/a.json", ""},
		{"of a tool", "const c = require('./package.json')", "src/package.json", ""},
		{"outside", "const c = require('../../conf/a.json')", "conf/a.json", ""},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\nCOPY . .\n", files("src/a.js", c.source, c.file, setting))
		if got := spellConfiguration(w); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

// TestRenamedConfiguration: a file has the format of its name in the image, whether a
// source names it or its place does; the example of a file that the image lacks is none.
func TestRenamedConfiguration(t *testing.T) {
	const source, text = "fs.readFileSync('/app/.env')", "DATA_DIR=/data\n"
	for _, c := range []struct{ name, copies, file, source, want string }{
		{"an example", "COPY .env.example .env", ".env.example", source, ".env.example:1 /data"},
		{"an example that only its place names", "COPY .env.example .env", ".env.example", "", ".env.example:1 /data"},
		{"a template", "COPY env.tpl .env", "env.tpl", source, "env.tpl:1 /data"},
		{"an example under its own name", "COPY . .", ".env.example", source, ""},
		{"as a text", "COPY .env notes.txt", ".env", "", ""},
	} {
		w := of(t, "FROM node:20\nWORKDIR /app\n"+c.copies+"\nCOPY src src\n", files("src/a.js", c.source, c.file, text))
		if got := spellConfiguration(w); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

// TestConfigurationIsBounded: more files than the limit are a gap, a link is followed
// within the context, and no text takes long.
func TestConfigurationIsBounded(t *testing.T) {
	const src = "FROM node:20\nWORKDIR /app\nCOPY . .\n"
	many := fstest.MapFS{}
	for i := range maxConfigFiles + 1 {
		many[fmt.Sprintf("config/%02d.json", i)] = &fstest.MapFile{Data: []byte("{}")}
	}
	if got := spellConfiguration(of(t, src, many)); got != "gap config/50.json: there are more than 50 files of configuration" {
		t.Errorf("many files: %q", got)
	}
	link := fstest.MapFS{"conf/e": {Data: []byte("DATA_DIR=/data\n")}, ".env": {Data: []byte("conf/e"), Mode: fs.ModeSymlink}, "config/default.json": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}}
	if got := spellConfiguration(of(t, src, link)); got != ".env:1 /data" {
		t.Errorf("links: %q", got)
	}
	for _, unit := range []string{"a={\n", "a=[\n", "[a]\n", "a=[{", "{", "a: &a [*a,*a]\n", "- ", "[", "a=$a$b\n", "\"", "/*", "'a',", "a:\n"} {
		for _, name := range []string{"config/a.json", "config/a.yml", "config/a.toml", ".env"} {
			// What takes quadratic time would not end within the limit of a test.
			of(t, src, files(name, strings.Repeat(unit, (512<<10)/len(unit)))).configuration()
		}
	}
}
