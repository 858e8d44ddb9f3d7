package workload

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// TestHostileSources: no source takes long, whatever is in it.
func TestHostileSources(t *testing.T) {
	units := []string{"`", "`${", "'\\", "\"", "/[", "/*", "'''", "(", "exec(", "fs.mkdirSync(", "x = x + ", "a = b || b\n", "path.join(", "'a' + ", "<<EOT\n", "? ", "a.", "process.env.A || ",
		"A", "write(", "open(x, ", ").mkdir(", "é", "\xff", "'/var/lib/x';", "Command::new(", ".arg(", "spawn([", "{a: ", "listen(", "#{", "\\", "SIGTERM\n", "\r", "getenv('A', ", "x=y\ny=x\nopen(x,'w')\n",
		"__dirname ", "export const a = __dirname;", "a = __dirname;b(a);", "export {", "f(() => { return __dirname", "const {A = 'x', ", "require('a').path."}
	names := []string{"a.js", "a.py", "a.rb", "a.go", "a.java", "a.kt", "a.cs", "a.php", "a.rs", "a.ex", "a.pl", "a.clj", "a.scala", "a.sh"}
	for _, unit := range units {
		for _, line := range []string{"", "\n"} {
			files := fstest.MapFS{}
			for _, name := range names {
				files[name] = &fstest.MapFile{Data: []byte(strings.Repeat(unit+line, (96<<10)/len(unit+line))), Mode: 0o644}
			}
			// What takes quadratic time would not end within the limit of a test.
			if s := Open(files).Sources(); len(s.Paths) > maxResults || len(s.ChildProcesses) > maxResults {
				t.Errorf("%q, %q: %d paths, %d child processes", unit, line, len(s.Paths), len(s.ChildProcesses))
			}
		}
	}
}

// todays is the expression that writing replaces.
var todays = regexp.MustCompile(`(?:write|append|Write|mkdir|mkdtemp|rename|copy|ensure|output|unlink)(?:File|Dir|Stream|Json|JSON)?(?:Sync)?\s*\(|\bopenSync\s*\(|` +
	`['"](?:node:sqlite|sqlite3?|better-sqlite3|sql\.js|nedb[\w-]*|@seald-io/nedb|lowdb|level|lmdb|node-persist|node-localstorage|conf|multer|formidable|busboy|express-fileupload|winston[\w-]*|log4js|bunyan|rotating-file-stream|session-file-store)['"/]`)

func TestWritingIsTheExpression(t *testing.T) {
	parts := []string{"write", "File", "Sync", "Dir", "(", " ", "\n", "openSync", "x", "_", "'", `"`, "/", "sqlite", "sqlite3", "3", "nedb", "-", "winston", "@seald-io", "node:sqlite", "copy", "Json", "conf", "ig", "sql.js", "@", "level", "append", "Stream", "."}
	rnd := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 200_000 {
		var b strings.Builder
		for range 1 + rnd.IntN(7) {
			b.WriteString(parts[rnd.IntN(len(parts))])
		}
		text := b.String()
		got, want := writing(text), todays.FindStringIndex(text)
		if (len(got) > 0) != (want != nil) || want != nil && got[0] != want[0] {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
		if want != nil {
			found++
		}
	}
	if found < 2_000 {
		t.Errorf("only %d texts match", found)
	}
}

// atItsLimits returns a context of as much source code as is read.
func atItsLimits() fstest.MapFS {
	files := fstest.MapFS{}
	line := "const dir = path.join(process.env.DATA_DIR || '/data', 'x'); fs.mkdirSync(dir, { recursive: true }); app.get('/x', (req, res) => res.send(`a ${b}`));\n"
	text := []byte(strings.Repeat(line, MaxSourceBytes/MaxSourceFiles/len(line)))
	for i := range MaxSourceFiles {
		files[fmt.Sprintf("src/d%02d/f%04d.js", i%50, i)] = &fstest.MapFile{Data: text, Mode: 0o644}
	}
	return files
}

func TestMemory(t *testing.T) {
	files := atItsLimits()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f := Open(files)
	s := f.Sources()
	runtime.ReadMemStats(&after)
	if len(s.Paths) != maxResults || len(s.Languages) != 1 || s.Languages[0].Files != MaxSourceFiles {
		t.Fatalf("%d paths, %v", len(s.Paths), s.Languages)
	}
	if total := after.TotalAlloc - before.TotalAlloc; total > 200<<20 && !raceDetector {
		t.Errorf("allocates %d MiB for %d MiB of sources", total>>20, MaxSourceBytes>>20)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 48<<20 {
		t.Errorf("keeps %d MiB", kept>>20)
	}
	runtime.KeepAlive(f)
}

// FuzzSources: no source breaks the reader, and no place is outside the source.
func FuzzSources(f *testing.F) {
	f.Add("a.js", "fs.mkdirSync(path.join(process.env.A || '/data', `x${y}`))")
	f.Add("a.py", "open(os.path.join(os.getenv('A', '/data'), f'{x}'), 'w')")
	f.Add("a.rb", "x = <<~EOT\nEOT\nsystem \"ls\"")
	f.Add("a.js", "`")
	f.Add("a.sh", "mkdir ${A:-/data}")
	f.Add("a.clj", "(spit (io/file \"/data\" x) y)")
	f.Fuzz(func(t *testing.T, name, text string) {
		if strings.ContainsAny(name, "/\\") || !strings.HasPrefix(name, "a.") {
			name = "a.js"
		}
		s := sourcesOf(name, text)
		lines := strings.Count(text, "\n") + 1
		for _, p := range s.Paths {
			if p.Place.Line < 1 || p.Place.Line > lines || p.Path[0] != '/' || len(p.Text) > maxEvidence {
				t.Errorf("%+v of %d lines", p, lines)
			}
		}
		for _, w := range s.RelativeWrites {
			if w.Place.Line < 1 || w.Place.Line > lines || w.Path == "" || w.Path[0] == '/' {
				t.Errorf("%+v of %d lines", w, lines)
			}
		}
	})
}

func BenchmarkSources(b *testing.B) {
	files := fstest.MapFS{}
	var code strings.Builder
	for i := range 60 {
		fmt.Fprintf(&code, "export async function handler%d(req, res) {\n  const user = await db.users.findOne({ id: req.params.id, name: \"%d\" });\n  if (!user) return res.status(404).json({ error: 'not found' });\n  res.json(user);\n}\n", i, i)
	}
	for i := range 2000 {
		files[fmt.Sprintf("src/m%02d/f%04d.ts", i%40, i)] = &fstest.MapFile{Data: []byte(code.String()), Mode: 0o644}
	}
	b.SetBytes(int64(2000 * code.Len()))
	b.ReportAllocs()
	for b.Loop() {
		Open(files).Sources()
	}
}
