package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// sourcesOf returns what sources contain, given as name and text alternately.
func sourcesOf(files ...string) *Sources {
	m := fstest.MapFS{}
	for i := 0; i+1 < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), Mode: 0o644}
	}
	return Open(m).Sources()
}

// spell returns the results of one source, one a line: the fields that a test
// compares, and the line.
func spell(s *Sources) string {
	var out []string
	for _, p := range s.Paths {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", p.Place.Line, p.Kind, p.Path, p.Variable)))
	}
	for _, w := range s.RelativeWrites {
		of := "relative"
		if w.OfSource {
			of = "of source"
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", w.Place.Line, of, w.Path, w.Variable)))
	}
	for _, c := range s.ChildProcesses {
		what := fmt.Sprintf("%d script %s", c.Place.Line, c.Script)
		if c.Argv != nil {
			what = fmt.Sprintf("%d argv", c.Place.Line)
			for _, w := range c.Argv {
				if what += " " + w.Text; !w.Known {
					what += "?"
				}
			}
		}
		out = append(out, what)
	}
	for _, p := range s.Ports {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d port %d %s", p.Place.Line, p.Port, p.Variable)))
	}
	for _, g := range s.Gaps {
		out = append(out, fmt.Sprintf("%d gap %s", g.Place.Line, g.What))
	}
	return strings.Join(out, "\n")
}

// TestForms has the forms of each language, one a line: what is found, and similar
// code where nothing is.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name, file string
		lines      string
		want       string // spell, of lines from 1
	}{
		{"defaults of variables", "a.js", `
const a = process.env.DATA_DIR || '/data'
const b = process.env['UPLOADS'] ?? "/uploads"
const c = process.env.CACHE ? process.env.CACHE : '/cache'
const d = process.env.PUBLIC_PATH || '/static'
const e = process.env.BASE_URL || '/data'
const f = process.env.SOCKET || '/var/run/docker.sock'
this.dataDir = '/data/all'
const opts = { uploadDir: '/uploads', path: '/data', url: '/data' }`, `
1 default /data DATA_DIR
2 default /uploads UPLOADS
6 default /var/run/docker.sock SOCKET
7 default /data/all
8 default /uploads`},
		{"written", "a.js", `
fs.writeFileSync('/data/a.json', text)
await fsp.mkdir("/data/b", { recursive: true })
fs.createWriteStream(` + "`/data/c/${id}.log`" + `)
fs.appendFile(path.join('/data', 'd', name), x)
require('fs').mkdirSync(path.resolve('/data/e'))
fs.copyFile('/etc/x', '/data/f')
fs.openSync('/data/g', 'a')
fs.openSync('/data/h', 'r')
fs.readFileSync('/data/i')
new Database('/data/j.db')
fs.writeFileSync(file, '/data/k')
Module.FS.writeFile('/data/l', x)
fs.writeFile(` + "`/${x}/y`" + `)
fs.writeFile('/dev/stdout', x)`, `
1 written /data/a.json
2 written /data/b
3 written /data/c
4 written /data/d
5 written /data/e
6 written /data/f
6 mentioned /etc/x
7 written /data/g
10 written /data/j.db`},
		{"through variables", "src/a.js", `
const root = process.env.DATA_DIR || '/data'
const logs = path.join(root, 'logs')
fs.mkdirSync(logs)
const own = path.join(__dirname, '..', 'uploads')
fs.mkdirSync(own)
const cwd = path.join(process.cwd(), 'tmp')
fs.mkdirSync(cwd)
let x = x
fs.mkdirSync(x)
fs.mkdirSync(unknown)`, `
1 default /data DATA_DIR
3 written /data/logs DATA_DIR
5 of source uploads
7 relative tmp`},
		{"relative writes", "a.js", `
fs.writeFileSync('./out.txt', x)
const upload = multer({ dest: 'uploads/' })
new winston.transports.File({ filename: "logs/app.log" })
new sqlite3.Database('db.sqlite')
fs.mkdirSync('../outside')
fs.readFileSync('in.txt')
new Database(':memory:')
new winston.transports.Console({ level: 'info' })
res.writeFile`, `
1 relative out.txt
2 relative uploads
3 relative logs/app.log
4 relative db.sqlite
5 relative ../outside`},
		{"databases and logs", "a.js", `
const upload = multer({ dest: '/persist/up' }); multer({ storage: multer.diskStorage({ destination: '/persist/disk' }) })
const Database = require('better-sqlite3'); new Database('/persist/a.db'); new sqlite3.Database('/persist/b.db')
new sqlite.DatabaseSync('/persist/c.db')
server.listen('/run/app.sock'); server.listen({ path: '/run/b.sock' }); app.listen(3000)
knex({ client: 'sqlite3', connection: { filename: '/persist/d.db' } })
new Sequelize({ dialect: 'sqlite', storage: '/persist/e.sqlite' })
new DataSource({ type: 'sqlite', database: '/persist/f.sqlite' }); new DataSource({ type: 'postgres', database: 'main' })
new winston.transports.File({ filename: '/persist/g.txt' }); pino.destination('/persist/h'); pino({}, pino.destination({ dest: '/persist/i' }))
rfs.createStream('j.log', { path: '/persist/j' })
pino.transport({ target: 'pino/file', options: { destination: '/persist/k' } })
const bus = emitter.listen('event'); link({ database: '/users' }); send({ filename: '/report' })`, `
1 written /persist/up
1 written /persist/disk
2 written /persist/a.db
2 written /persist/b.db
3 written /persist/c.db
4 written /run/app.sock
4 written /run/b.sock
5 written /persist/d.db
6 written /persist/e.sqlite
7 written /persist/f.sqlite
8 written /persist/g.txt
8 written /persist/h
8 written /persist/i
9 written /persist/j
10 written /persist/k
4 port 3000`},
		{"only read", "a.js", `
const a = process.env.DATA_A || '/data/a'; fs.readdirSync(a); fs.readFileSync(path.join(a, 'x')); console.log(a)
const b = process.env.DATA_B || '/data/b'; const inB = path.join(b, 'x'); fs.createReadStream(inB)
app.use(express.static(process.env.UPLOADS || '/uploads'))
const c = process.env.DATA_C || '/data/c'; fs.readdirSync(c); fs.unlinkSync(path.join(c, 'x'))
const d = process.env.DATA_D || '/data/d'; fs.readdirSync(d); const inD = path.join(d, 'x'); save(inD)
export const e = process.env.DATA_E || '/data/e'; fs.readdirSync(e)
const f = process.env.DATA_F || '/data/f'; fs.readdirSync(f); module.exports = { f }
const g = process.env.DATA_G || '/data/g'; fs.readdirSync(g); run(` + "`${g}/x`" + `)
const h = process.env.DATA_H || '/data/h'
this.dataDir = '/data/i'; fs.readdirSync(this.dataDir)
const j = process.env.DATA_J || '/data/j'; fs.readFileSync(j); fs.writeFileSync(j, '')`, `
1 mentioned /data/a DATA_A
2 mentioned /data/b DATA_B
3 mentioned /uploads UPLOADS
4 default /data/c DATA_C
4 written /data/c/x DATA_C
5 default /data/d DATA_D
6 default /data/e DATA_E
7 default /data/f DATA_F
8 default /data/g DATA_G
9 default /data/h DATA_H
10 default /data/i
11 default /data/j DATA_J
11 written /data/j DATA_J`},
		{"routes and the like", "a.js", `
app.get('/data', handler); app.use('/uploads', express.static('uploads')); router.post('/var/x', y)
const r = <Route path="/data/files" element={x} />; <a href="/opt/x/y">x</a>; <Link to="/home/a/b" />
fetch('/api/data'); axios.get('/srv/x'); import x from '/mnt/x'; require('/opt/a/b')
if (req.path.startsWith('/var/x') || req.path === '/etc/y') {}
const re = /'\/data/; const s = a / b / '/data'; redirect('/home/x/y')
// fs.writeFileSync('/data/x')
/* fs.writeFileSync('/data/y') */
const routes = { uploads: '/uploads', files: '/files' }; const dataDir = '/api/v1/data'
read(settings.root + '/var/state.json')`, ``},
		{"mentioned", "a.js", `
load('/var/lib/app/state'); app.use('/s', express.static('/srv/www/site'))
read("/opt/app/conf/x"); read('/usr/bin/env'); read('/proc/self/x'); read('/bin/sh')
read('/run/app.sock'); read('/data'); read('/users/list'); read('/data/app.sqlite')`, `
1 mentioned /var/lib/app/state
1 mentioned /srv/www/site
2 mentioned /opt/app/conf/x
3 mentioned /run/app.sock
3 mentioned /data/app.sqlite`},
		{"URLs of databases", "a.js", `
connect('sqlite:///data/a.db'); connect('sqlite:./b.db'); connect("file:/data/c.db?x=1"); connect("file:./dev.db")
connect(process.env.DATABASE_URL || 'file:/data/d.sqlite')
connect('postgres://db/x'); connect('file:///etc/passwd'); connect('sqlite::memory:'); connect('https://x/y.db')`, `
1 written /data/a.db
1 written /data/c.db
2 written /data/d.sqlite DATABASE_URL
1 relative b.db
1 relative dev.db`},
		{"child processes", "a.js", `
import { exec, execSync, spawn, fork } from 'child_process'
execSync("npx import-meta-env -p /site/**/*")
exec(` + "`convert ${a} b.png`" + `)
spawn('sed', ['-i', 's/a/b/', file], { stdio: 'inherit' })
fork('./worker.js')
spawn(program, ['x'])
exec(` + "`${bin} -v`" + `)
/a(b)/.exec(text); db.exec('CREATE TABLE x'); re.exec('x')
require('child_process').execFileSync('git', ['status'])`, `
2 script npx import-meta-env -p /site/**/*
3 argv convert ?
4 argv sed -i s/a/b/ ?
5 argv node ./worker.js
9 argv git status
6 gap spawn starts a program that is no literal
7 gap exec starts a program that is no literal`},
		{"child processes of constants", "a.js", `
const cp = require('child_process'); const a = 'iptables -L', b = 'git'
cp.exec(a); cp.spawn(b, ['status'])
const c = 'convert ' + file; cp.exec(c)
let d = 'ls'; d = other; cp.exec(d)
cp.exec(e); const e = 'ls'
const f = wanted ? 'ls' : x; cp.exec(f)`, `
1 script iptables -L
1 argv git status
3 argv convert ?
4 gap exec starts a program that is no literal
5 gap exec starts a program that is no literal
6 gap exec starts a program that is no literal`},
		{"paths of pathlib", "a.py", `
from pathlib import Path
(Path("/persist") / "a").write_text("x")
Path("/persist/b").mkdir()
with open(Path("/persist/c"), "w") as f: pass
open(Path("/persist") / "d", "a"); open(Path("/persist/e"))
(Path("/persist") / "f").read_text()`, `
2 written /persist/a
3 written /persist/b
4 written /persist/c
5 written /persist/d`},
		{"paths of filepath", "a.go", `
os.MkdirAll(filepath.Join("/persist", "a"), 0o755); os.MkdirAll(filepath.Join("/persist/b", x), 0o755)
os.ReadDir(filepath.Join("/persist", "c"))`, `
1 written /persist/a
1 written /persist/b`},
		{"child processes of lists", "a.py", `
cmd = ["iptables", "-L"]; subprocess.run(cmd); subprocess.run(other)`, `
1 argv iptables -L
1 gap run starts a program that is no literal`},
		{"no child processes", "a.js", `
exec("rm x"); spawn('x', []); $` + "`ls`", ``},
		{"zx", "a.mjs", `
import { $ } from 'zx'
await $` + "`rm -rf dist`" + `; html` + "`rm -rf x`", `
2 script rm -rf dist`},
		{"defaults of schemas, and lists", "a.js", `
const s = z.object({ DATA_DIR: z.string().min(1).default('/data'), NAME: z.string().default('/x') })
cleanEnv(process.env, { UPLOAD_DIR: str({ default: '/uploads' }) })
const DIRS = ['/storage/a', '/storage/b']; DIRS.forEach((dir) => fs.mkdirSync(dir))
fs.appendFileSync(` + "`${process.env.LOGS ?? '/logs'}/app.log`" + `, x); list.map(d => fs.mkdirSync(d))`, `
1 default /data DATA_DIR
2 default /uploads UPLOAD_DIR
3 written /storage/a
4 written /logs/app.log LOGS`},
		{"ports", "a.js", `
const port = process.env.PORT || 80
app.listen(port)
server.listen(443, '0.0.0.0')
Bun.serve({ port: 81, idleTimeout: 255 })
const db = { port: 5432, host: process.env.DB_PORT || 5433 }
emitter.listen('event'); app.listen(process.env.PORT)
app.listen(process.env.EXPRESS, err => { if (err) return 1 }); app.listen(process.env.EXPRESS, function () { exit(2) })`, `
1 port 80 PORT
3 port 443
4 port 81`},
		{"Python", "a.py", `
DATA = os.getenv("DATA_DIR", "/data"); UP = os.environ.get('UPLOADS', '/uploads'); B = os.environ.get("BASE", "/app")
os.makedirs(os.path.join(DATA, "files"), exist_ok=True)
open("log.txt", "a"); open("in.txt"); open("/data/r", "r"); open('/data/w', mode='wb')
Path("/data/p").mkdir(parents=True); (Path("/data") / "q").write_text("x"); Path("/data/z").read_text()
create_engine("sqlite:///./rel.db"); create_engine("sqlite:////data/abs.db"); create_engine("sqlite://")
sqlite3.connect(os.environ.get("DB_FILE", "x.db"))
parser.add_argument("--data-dir", default="/srv/x"); parser.add_argument("--prefix", default="/y")
path('/users/', view); HttpResponseRedirect('/data')
logging.handlers.RotatingFileHandler('logs/app.log', maxBytes=10)
x = f"/var/log/app/{name}.log"  # '/var/lib/comment'
app.run(host="0.0.0.0", port=80); uvicorn.run(app, port=int(os.getenv("PORT", "8080")))
subprocess.run(["ffmpeg", "-i", f, "out.mp4"]); subprocess.run("ls -l | wc", shell=True); subprocess.run("ls -l")
os.system("rm -rf x"); subprocess.Popen(cmd); re.run("x")
x = os.getenv("LOGS") or "/logs"; y = z or "/cache"`, `
1 default /data DATA_DIR
1 default /uploads UPLOADS
2 written /data/files DATA_DIR
3 written /data/w
4 written /data/p
4 written /data/q
5 written /data/abs.db
7 default /srv/x
10 mentioned /var/log/app
14 default /logs LOGS
3 relative log.txt
5 relative rel.db
6 relative x.db DB_FILE
9 relative logs/app.log
12 relative out.mp4
13 relative x
12 argv ffmpeg -i ? out.mp4
12 script ls -l | wc
12 argv ls -l
13 script rm -rf x
11 port 80
11 port 8080 PORT
13 gap Popen starts a program that is no literal`},
		{"Ruby", "a.rb", `
dir = ENV.fetch("DATA_DIR") { "/data" }; up = ENV['UPLOADS'] || '/uploads'; c = ENV.fetch('CACHE_DIR', '/cache')
FileUtils.mkdir_p "/data/a"; File.write('/data/b', x); File.open("/data/c", "w") { |f| f << 1 }; File.open("/data/d")
get '/var/x' do; end; redirect_to '/opt/a/b'
Logger.new('log/app.log')
system("convert", "a", b); system "ls -l"; ` + "`git rev-parse HEAD`" + `; system(cmd)
set :port, 4567
text = <<~EOT
  ` + "`page_size`" + ` /var/lib/x "/var/lib/y"
EOT
puts "it's"`, `
1 default /data DATA_DIR
1 default /uploads UPLOADS
1 default /cache CACHE_DIR
2 written /data/a
2 written /data/b
2 written /data/c
4 relative log/app.log
5 argv convert a ?
5 script ls -l
5 script git rev-parse HEAD
6 port 4567
5 gap system starts a program that is no literal`},
		{"Go", "a.go", `
dir := os.Getenv("DATA_DIR"); if dir == "" { dir = "/data" }
os.MkdirAll(filepath.Join("/data", "x"), 0o755); os.WriteFile("out.txt", b, 0o644); os.ReadFile("/data/no")
f, err := os.OpenFile("/var/log/app.log", os.O_APPEND|os.O_CREATE, 0o644); os.OpenFile("/srv/ro", os.O_RDONLY, 0)
flag.String("data-dir", "/var/lib/app", "usage"); flag.StringVar(&x, "db", "/srv/db", ""); flag.String("prefix", "/api", "")
DBPath: getEnv("DB_PATH", "/data/x.db"),
http.HandleFunc("/data", h); mux.Handle("/var/x", h); r.GET("/opt/a/b", h)
http.ListenAndServe(":8080", nil); s := &http.Server{Addr: ":80"}; router.Run(":3001")
exec.Command("git", "status"); exec.CommandContext(ctx, "sh", "-c", s); exec.Command(name)
r := 'x'; s := '"'; t := "/var/lib/z"`, `
1 default /data DATA_DIR
2 written /data/x
3 written /var/log/app.log
3 mentioned /srv/ro
4 default /var/lib/app
4 default /srv/db
5 default /data/x.db DB_PATH
9 mentioned /var/lib/z
2 relative out.txt
8 argv git status
8 argv sh -c ?
7 port 8080
7 port 80
7 port 3001
8 gap Command starts a program that is no literal`},
		{"Java", "A.java", `
String d = System.getenv().getOrDefault("DATA_DIR", "/data"); @Value("${app.data-dir:/srv/data}") String v;
Files.createDirectories(Paths.get("/data/a")); new FileWriter("/data/b"); new File("/data/c").mkdirs(); new FileReader("/data/d");
DriverManager.getConnection("jdbc:sqlite:/data/x.db"); x("jdbc:h2:file:./h2"); x("jdbc:postgresql://db/x"); x("jdbc:h2:mem:t")
@GetMapping("/var/x") void x() {}
new ProcessBuilder("convert", in, "x.png").start(); Runtime.getRuntime().exec("ls -l"); new ProcessBuilder(list);
new ServerSocket(80); port(8081);`, `
1 default /data DATA_DIR
1 default /srv/data APP_DATADIR
2 written /data/a
2 written /data/b
2 written /data/c
3 written /data/x.db
3 relative h2
5 argv convert ? x.png
5 argv ls -l
6 port 80
6 port 8081
5 gap ProcessBuilder starts a program that is no literal`},
		{"Kotlin", "a.kt", `
val dir = System.getenv("DATA_DIR") ?: "/data"
File("/data/x").writeText("y"); File("/data/y").readText(); File(dir, "z").mkdirs()
embeddedServer(Netty, port = 8080) {}`, `
1 default /data DATA_DIR
2 written /data/x
2 written /data/z DATA_DIR
3 port 8080`},
		{"C#", "a.cs", `
var d = Environment.GetEnvironmentVariable("DATA_DIR") ?? "/data";
File.WriteAllText("/data/a", x); Directory.CreateDirectory(Path.Combine(d, "b")); File.ReadAllText("/data/c");
o.UseSqlite("Data Source=/data/x.db"); o.UseSqlite("Data Source=app.db;Cache=Shared"); o.UseSqlServer("Data Source=db;User=x");
app.MapGet("/var/x", () => 1); Process.Start("git", "status");`, `
1 default /data DATA_DIR
2 written /data/a
2 written /data/b DATA_DIR
3 written /data/x.db
3 relative app.db
4 argv git`},
		{"PHP", "public/index.php", `<?php
$d = getenv('DATA_DIR') ?: '/data'; $u = $_ENV['UPLOADS'] ?? '/uploads'; $e = env('STORAGE_PATH', '/srv/s');
file_put_contents('/data/a', $x); mkdir("/data/b"); fopen('/data/c', 'w'); fopen('/data/d', 'r'); file_get_contents('/data/e');
new PDO('sqlite:/data/x.db'); file_put_contents(__DIR__ . '/cache/x', $y); file_put_contents("/data/$x/y", $z);
Route::get('/var/x', f); shell_exec('ls -l'); exec("convert $a b"); exec($cmd); $db->exec("CREATE TABLE x");`, `
2 default /data DATA_DIR
2 default /uploads UPLOADS
2 default /srv/s STORAGE_PATH
3 written /data/a
3 written /data/b
3 written /data/c
4 written /data
4 written /data/x.db
4 of source public/cache/x
5 script ls -l
5 argv convert ?
5 gap exec starts a program that is no literal`},
		{"Rust", "a.rs", `
let d = env::var("DATA_DIR").unwrap_or("/data".to_string()); let u = std::env::var("UPLOADS").unwrap_or_else(|_| "/uploads".into());
fs::create_dir_all("/data/a")?; File::create("/data/b")?; File::open("/data/c")?; OpenOptions::new().append(true).open("/data/d");
fn x<'a>(s: &'a str) -> char { '"' }
Command::new("git").arg("status").args(["-s", "-b"]).output(); Command::new(name);
TcpListener::bind("0.0.0.0:80")`, `
1 default /data DATA_DIR
1 default /uploads UPLOADS
2 written /data/a
2 written /data/b
2 written /data/d
4 argv git status -s -b
5 port 80
4 gap new starts a program that is no literal`},
		{"Elixir", "a.ex", `
d = System.get_env("DATA_DIR", "/data"); e = System.get_env("UPLOADS") || "/uploads"
File.mkdir_p!("/data/a"); File.write "/data/b", x; File.read!("/data/c")
get "/var/x", PageController, :index
System.cmd("git", ["status"])`, `
1 default /data DATA_DIR
1 default /uploads UPLOADS
2 written /data/a
2 written /data/b
4 argv git status`},
		{"Perl", "a.pl", `
open(my $f, '>', '/data/a'); open(my $g, '<', '/data/b'); mkdir '/data/c'; my $d = $ENV{DATA} || '/data';
DBI->connect("dbi:SQLite:dbname=/data/x.db"); system('ls', '-l');`, `
1 written /data/a
1 written /data/c
2 written /data/x.db
2 argv ls -l`},
		{"Clojure", "a.clj", `
(spit "/data/a" x) (slurp "/data/b") (io/make-parents (io/file "/data" "c" "d")) ; (spit "/data/e")
(def dir (or (System/getenv "DATA_DIR") "/data")) (sh "ls" "-l")`, `
1 written /data/a
1 written /data/c/d
2 argv ls -l`},
		{"Scala", "a.scala", `
val d = sys.env.getOrElse("DATA_DIR", "/data")
Files.createDirectories(Paths.get("/data/a")); val c = 'x'; val n = "/var/lib/x"`, `
1 default /data DATA_DIR
2 written /data/a
2 mentioned /var/lib/x`},
		{"shell", "start.sh", `
mkdir -p "${DATA_DIR:-/data}" /data/a logs
echo x > /data/b; cat < /data/c; touch "$unknown" /dev/null; echo > ${TMPDIR:-/tmp}/x`, `
1 default /data DATA_DIR
2 written /data/b
1 written /data/a
1 relative logs`},
		{"a script that can't be read", "start.sh", `
if then`, `
0 gap the script can't be read: 1:1: ` + "`if` must be followed by a statement list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.TrimSpace(spell(sourcesOf(c.file, strings.TrimPrefix(c.lines, "\n"))))
			if want := strings.TrimSpace(c.want); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func TestWhatIsNoSource(t *testing.T) {
	write := "fs.writeFileSync('/data/x', y); open('/data/x', 'w'); os.Create(\"/data/x\")"
	for _, name := range []string{"node_modules/a/x.js", "test/x.js", "x.test.js", "x.spec.ts", "x.d.ts", "scripts/x.js", "vite.config.js", "public/x.js", "a_test.go", "vendor/a/x.go", "tests/x.py",
		"test_x.py", "venv/lib/x.py", "x.md", "templates/x.py", "Gulpfile"} {
		if s := sourcesOf(name, write); len(s.Paths) > 0 || len(s.Gaps) != 1 || s.Gaps[0].What != "there is no source code in a language that is read" {
			t.Errorf("%s: %v, gaps %v", name, s.Paths, s.Gaps)
		}
	}
	for _, name := range []string{"x.js", "dist/x.mjs", "src/contest.ts", "vendor/x.js", "cmd/x.go", "app/x.py"} {
		if s := sourcesOf(name, write); len(s.Paths) == 0 || len(s.Gaps) > 0 {
			t.Errorf("%s: %v, gaps %v", name, s.Paths, s.Gaps)
		}
	}
}

func TestLanguages(t *testing.T) {
	s := sourcesOf("a.py", "", "b.go", "", "c.go", "", "d.swift", "", "e.swift", "", "f.rb", "")
	if got, want := fmt.Sprint(s.Languages), "[{Go 2} {Python 1} {Ruby 1}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := fmt.Sprint(s.Gaps), "[{d.swift sources in Swift are not read}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWriters(t *testing.T) {
	s := sourcesOf(
		"Gemfile", "gem 'rails'\ngem \"sqlite3\", '~> 1'\n",
		"a.js", "const m = require('multer')\nimport x from 'better-sqlite3/lib'\nconst y = 'winston'\n",
		"b.py", "import os\nimport sqlite3\nfrom tinydb import TinyDB\nsqlite3 = 1\n",
		"c.go", "import (\n\t\"fmt\"\n\t\"modernc.org/sqlite\"\n)\n",
		"package.json", "{\"dependencies\": {\n\"express\": \"4\",\n\"winston\": \"3\"},\n\"devDependencies\": {\"multer\": \"1\"}}",
		"requirements.txt", "# x\ntinydb==4\nflask\n",
		"web/package.json", "{",
	)
	var got []string
	for _, w := range s.Writers {
		got = append(got, w.Name+"@"+w.Place.String())
	}
	want := "sqlite3@Gemfile:2 multer@a.js:1 better-sqlite3@a.js:2 sqlite3@b.py:2 tinydb@b.py:3 modernc.org/sqlite@c.go:3 winston@package.json:3 tinydb@requirements.txt:2"
	if strings.Join(got, " ") != want {
		t.Errorf("%v\nwant %s", got, want)
	}
}

// TestUnplaced: calls that write where no source says, and the same to a place that one
// does.
func TestUnplaced(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"a parameter", "a.js", "function f(p) { fs.writeFileSync(p, '') }", "a.js:1"},
		{"a literal", "a.js", "fs.writeFileSync('data/x', '')", ""},
		{"a name after a directory", "a.js", "fs.writeFileSync('data/' + x, '')", ""},
		{"a name in the working directory", "a.js", "fs.writeFileSync('./' + x, '')", "a.js:1"},
		{"a constant of another source", "a.js", "const c = require('./c')\nfs.writeFileSync(c.file, '')", "a.js:2"},
		{"one that is read", "a.js", "fs.readFileSync(x)", ""},
		{"Python", "a.py", "def f(p):\n  open(p, 'w')", "a.py:2"},
		{"Python, read", "a.py", "def f(p):\n  open(p)", ""},
		{"a database of a server", "a.go", `sql.Open("postgres", dsn)`, ""},
		{"Go", "a.go", `os.Create(name)`, "a.go:1"},
		{"in memory", "a.js", "new Database(':memory:')", ""},
	} {
		var got []string
		for _, e := range sourcesOf(c.file, c.text).Unplaced {
			got = append(got, e.Place.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestTree: directories, and files.
func TestTree(t *testing.T) {
	s := sourcesOf("a.js", "fs.mkdirSync('a'); fs.writeFileSync('b/' + x, ''); fs.writeFileSync('c', ''); fs.mkdirSync('/d'); fs.writeFileSync('/e', '')")
	var got []string
	for _, w := range s.RelativeWrites {
		got = append(got, fmt.Sprint(w.Path, w.Tree))
	}
	for _, p := range s.Paths {
		got = append(got, fmt.Sprint(p.Path, p.Tree))
	}
	if s := strings.Join(got, " "); s != "atrue btrue cfalse /dtrue /efalse" {
		t.Error(s)
	}
}

// TestBounds: what exceeds a bound is a gap with its place, and no file before it is
// lost.
func TestBounds(t *testing.T) {
	code := "fs.writeFileSync('x.txt', '')\n"
	for _, c := range []struct {
		name  string
		files func(fstest.MapFS)
		gap   string
		node  bool
	}{
		{"large file", func(m fstest.MapFS) {
			m["b.js"] = &fstest.MapFile{Data: []byte(strings.Repeat("x\n", 1<<20)), Mode: 0o644}
		}, "b.js: it can't be read: it is too large", true},
		{"large file of another language", func(m fstest.MapFS) {
			m["b.py"] = &fstest.MapFile{Data: []byte(strings.Repeat("x\n", 1<<20)), Mode: 0o644}
		}, "b.py: it can't be read: it is too large", false},
		{"many files", func(m fstest.MapFS) {
			for i := range 3001 {
				m[fmt.Sprintf("b/%04d.js", i)] = &fstest.MapFile{Mode: 0o644}
			}
		}, "b/2999.js: there are more than 3000 source files", true},
		{"many files beside lists of packages", func(m fstest.MapFS) {
			for i := range 3000 {
				m[fmt.Sprintf("b/%04d.js", i)] = &fstest.MapFile{Mode: 0o644}
				m[fmt.Sprintf("b/%04d/package.json", i)] = &fstest.MapFile{Mode: 0o644}
			}
		}, "b/2999.js: there are more than 3000 source files", true},
		{"many bytes", func(m fstest.MapFS) {
			for i := range 20 {
				m[fmt.Sprintf("b/%02d.js", i)] = &fstest.MapFile{Data: []byte(strings.Repeat("x;\n", 340_000)), Mode: 0o644}
			}
		}, "b/16.js: the sources have more than 16 MiB", true},
		{"many bytes of another language", func(m fstest.MapFS) {
			for i := range 17 {
				m[fmt.Sprintf("b/%02d.py", i)] = &fstest.MapFile{Data: []byte(strings.Repeat("x;\n", 340_000)), Mode: 0o644}
			}
			m["b/z.js"] = &fstest.MapFile{Mode: 0o644}
		}, "b/16.py: the sources have more than 16 MiB", true},
		{"deep directories", func(m fstest.MapFS) { m[strings.Repeat("b/", 12)+"x.js"] = &fstest.MapFile{Mode: 0o644} },
			strings.Repeat("b/", 11) + "b: directories below 11 others are not looked at", true},
		{"binary", func(m fstest.MapFS) { m["b.js"] = &fstest.MapFile{Data: []byte("\x00\x01'/var/lib/x'"), Mode: 0o644} }, "b.js: it is not UTF-8 text", false},
		{"brackets", func(m fstest.MapFS) {
			m["b.js"] = &fstest.MapFile{Data: []byte("'/'" + strings.Repeat("((\n", 300_000)), Mode: 0o644}
		}, "b.js: there is more code in it than is read", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := fstest.MapFS{"a.js": {Data: []byte(code), Mode: 0o644}}
			c.files(m)
			f := Open(m)
			s, node := f.Sources(), f.NodeProcess()
			if len(node.Writing()) != 1 || len(s.RelativeWrites) != 1 {
				t.Errorf("a.js is lost: %v, %v", node.Writing(), s.RelativeWrites)
			}
			if len(s.Gaps) != 1 || fmt.Sprintf("%v: %s", s.Gaps[0].Place, s.Gaps[0].What) != c.gap {
				t.Errorf("gaps %v, want %s", s.Gaps, c.gap)
			}
			if (len(node.Gaps()) == 1) != c.node {
				t.Errorf("gaps of Node.js %v", node.Gaps())
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	c := newCounting(fstest.MapFS{"a/x.js": {Mode: 0o644}, "b.js": {Data: []byte("x"), Mode: 0o644}, "c.js": {Data: []byte("fs.mkdirSync('d')"), Mode: 0o644}, "pipe.js": {Mode: fs.ModeNamedPipe}})
	c.bad["a"], c.bad["b.js"] = fs.ErrPermission, errors.New("input/output\nerror")
	s := Open(c).Sources()
	if got, want := fmt.Sprint(s.Gaps), "[{b.js it can't be read: input/output error} {a it can't be read: permission denied}]"; got != want {
		t.Errorf("gaps %s, want %s", got, want)
	}
	if len(s.RelativeWrites) != 1 {
		t.Errorf("%v", s.RelativeWrites)
	}
}

func TestMinified(t *testing.T) {
	long := strings.Repeat("x;", 40_000) + "fs.mkdirSync('/data/min');"
	s := sourcesOf("dist/a.js", long)
	if len(s.Paths) > 0 || len(s.Gaps) != 1 || s.Gaps[0].Place.File != "dist/a.js" {
		t.Errorf("%v, gaps %v", s.Paths, s.Gaps)
	}
	s = sourcesOf("dist/a.js", long, "b.js", "fs.mkdirSync('/data/b')")
	if len(s.Paths) != 1 || len(s.Gaps) > 0 {
		t.Errorf("%v, gaps %v", s.Paths, s.Gaps)
	}
	s = sourcesOf("a.js", "fs.mkdirSync('/data/a')\n"+long+"\nfs.mkdirSync('/data/b')\n")
	if len(s.Paths) != 2 || s.Paths[1].Place.Line != 3 {
		t.Errorf("%v", s.Paths)
	}
}

// TestEvidence: a line of an untrusted file is shown without escape sequences for a
// terminal.
func TestEvidence(t *testing.T) {
	s := sourcesOf("a.js", "\n\n  fs.mkdirSync('/data/a') // \x1b[31m\xff\u202e"+strings.Repeat("é", 300))
	e := s.Paths[0].Evidence
	if e.Place.String() != "a.js:3" || !strings.HasPrefix(e.Text, "fs.mkdirSync('/data/a') //  [31m?") || len(e.Text) > maxEvidence || !strings.HasSuffix(e.Text, "…") {
		t.Errorf("%v %q", e.Place, e.Text)
	}
	s = sourcesOf("a.js", strings.Repeat("x;", 5000)+"fs.mkdirSync('/data/a')")
	if e := s.Paths[0].Evidence; !strings.Contains(e.Text, "fs.mkdirSync('/data/a')") || len(e.Text) > maxEvidence {
		t.Errorf("%q", e.Text)
	}
}

// TestManyResults: the lists are bounded, and one gap reports it.
func TestManyResults(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "fs.mkdirSync('/data/%d'); require('child_process').exec(x); // SIGTERM\n", i)
	}
	f := Open(fstest.MapFS{"a.js": {Data: []byte(b.String()), Mode: 0o644}})
	s := f.Sources()
	if len(s.Paths) != 1000 || len(s.Gaps) != maxHits+1 || !slices.ContainsFunc(s.Gaps, func(g Gap) bool { return g.What == "the sources have more than 1000 paths" }) {
		t.Errorf("%d paths, %d gaps", len(s.Paths), len(s.Gaps))
	}
	if n := len(f.NodeProcess().Writing()); n > maxHits+maxMatches {
		t.Errorf("%d hits", n)
	}
}
