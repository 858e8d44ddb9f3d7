package workload

import (
	"strings"
	"testing"
)

// TestComputed: paths that sources compute and write, and similar ones that stay below
// the working directory.
func TestComputed(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"above the working directory", "a.js", "fs.mkdirSync('../data')", "/srv/data"},
		{"above it by parts", "a.js", "fs.mkdirSync(path.join(process.cwd(), '..', 'data'))", "/srv/data"},
		{"above it by resolve", "a.js", "fs.mkdirSync(path.resolve('../data'))", "/srv/data"},
		{"above it and back", "a.js", "fs.mkdirSync('x/../data')", "/srv/app/data"},
		{"above it in Python", "a.py", "os.makedirs(os.path.join(os.getcwd(), '..', 'data'))", "/srv/data"},
		{"a template of the working directory", "a.js", "fs.mkdirSync(`${process.cwd()}/../data/${x}`)", "/srv/data"},
		{"a template of a name", "a.js", "const r = '/data'; fs.mkdirSync(`${r}/x`)", "/data/x"},
		{"a template of another", "a.js", "fs.mkdirSync(`${r}/x`)", ""},
		{"a formatted string", "a.py", "R = '/data'\nos.makedirs(f'{R}/x')", "/data/x"},
		{"Sprintf", "a.go", `os.MkdirAll(fmt.Sprintf("%s/x", "/data"), 0o755); os.MkdirAll(fmt.Sprintf("/log/%d", n), 0o755); os.MkdirAll(fmt.Sprintf("data/%d", n), 0o755)`, "/data/x\n/log\n/srv/app/data"},
		{"parents", "src/a.py", "(Path(__file__).resolve().parents[2] / 'data').mkdir()", "/srv/data"},
		{"a condition", "a.js", "fs.mkdirSync(process.env.NODE_ENV === 'production' ? '/data' : './data')", "/data"},
		{"a condition of relative ones", "a.js", "fs.mkdirSync(process.env.NODE_ENV === 'production' ? 'data' : './tmp')", "/srv/app/tmp"},
		{"set again", "a.js", "let d = './data'; if (process.env.NODE_ENV === 'production') { d = '/data' }; fs.mkdirSync(d)", "/data"},
		{"another one of the name", "a.js", "const p = 'x'; function f() { const p = '/data'; fs.mkdirSync(p) }", "/data"},
		{"another name", "a.js", "const p = '/data'; app.get(p); function f() { const q = 'x'; fs.mkdirSync(q) }", "/srv/app/x"},
		{"removed", "a.js", "fs.rmSync('/data/a'); fs.promises.unlink('/data/b'); fs.symlinkSync('/etc/x', '/data/c'); $.unlink('/data/d')", "/data/a\n/data/b\n/data/c"},
		{"removed in Python", "a.py", "os.remove('/data/a'); shutil.rmtree('/data/b'); list.remove('/data/c')", "/data/a\n/data/b"},
		{"removed in Go", "a.go", `os.RemoveAll("/data/a"); list.Remove("/data/b")`, "/data/a"},
		{"moves", "a.js", "process.chdir('/srv/state'); fs.writeFileSync('tick', x)", "/srv/state\n/srv/app/tick"},
		{"moves to itself", "a.js", "process.chdir(__dirname)", "/srv/app"},
		{"moves in Python", "a.py", "os.chdir('/srv/state')", "/srv/state"},
		{"options", "a.js", "program.option('-d, --data-dir <dir>', 'where', '/data'); yargs.option('log-dir', { default: '/log' }).option('url', { default: '/x' })", "/data\n/log"},
	} {
		w := of(t, "FROM node:20\nWORKDIR /srv/app\nCOPY . .\n", files(c.file, c.text))
		var got []string
		for _, x := range w.Writes() {
			got = append(got, x.Path)
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}
