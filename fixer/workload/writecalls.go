package workload

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// writeCall is a call that makes, changes or removes a file or a directory.
type writeCall struct {
	receivers []string // the word before its name is one of them; nil: any, or none
	arg       int      // the index of the path; -1: that of key, -2: the receiver
	key       string   // of the argument, or of an entry of an object in the arguments
	mode      bool     // only with a mode in the arguments that writes
	url       bool     // only where the path is in the URL of a database
}

// writeCallsOf are the calls of each language, as [receiver|receiver.]name:path. The
// path is the index of an argument, the key of one, or "<" for the receiver of the
// method; "?" after it: only with a mode that writes; "=": only where it is the URL of a
// database that is a file. Calls that change the working directory count as well: what the
// application then writes lies there. Sources are the documentation of the languages'
// libraries and of the packages.
var writeCallsOf = map[Language]string{
	JavaScript: "writeFile:0 writeFileSync:0 appendFile:0 appendFileSync:0 createWriteStream:0 mkdir:0 mkdirSync:0 mkdirp:0 mkdirpSync:0 mkdtemp:0 mkdtempSync:0 " +
		"ensureDir:0 ensureDirSync:0 ensureFile:0 ensureFileSync:0 outputFile:0 outputFileSync:0 outputJson:0 outputJsonSync:0 outputJSON:0 writeJson:0 writeJsonSync:0 writeJSON:0 " +
		"copyFile:1 copyFileSync:1 unlinkSync:0 rmSync:0 rmdirSync:0 truncateSync:0 chmodSync:0 utimesSync:0 lutimesSync:0 lchmodSync:0 symlinkSync:1 linkSync:1 fs|fse|fsExtra|fsp|fsPromises|promises.unlink:0 fs|fse|fsExtra|fsp|fsPromises|promises.rm:0 " +
		"fs|fsp|fsPromises|promises.rmdir:0 fs|fsp|fsPromises|promises.truncate:0 fs|fse|fsExtra|fsp|fsPromises|promises.chmod:0 fs|fse|fsExtra|fsp|fsPromises|promises.utimes:0 fs|fsp|fsPromises|promises.lutimes:0 fs|fsp|fsPromises|promises.symlink:1 fs|fsp|fsPromises|promises.link:1 fs|fse|fsExtra|fsp|promises.copy:1 copySync:1 fs|fsp|promises.rename:1 renameSync:1 fs|fsp|promises.cp:1 cpSync:1 openSync:0? fs|fsp|promises|fsPromises.open:0? " +
		"Database:0 DatabaseSync:0 JSONFile:0 JSONFileSync:0 TextFile:0 TextFileSync:0 YAMLFile:0 FileSync:0 FileAsync:0 JSONPreset:0 JSONFilePreset:0 multer:dest Datastore:filename Datastore:0 Datastore.create:0 Datastore.create:filename " +
		"File:filename File:dirname DailyRotateFile:filename DailyRotateFile:dirname FileStore:path KeyvFile:filename fileUpload:tempFileDir mv:0 lmdb.open:path lmdb.open:0 nodePersist.init:dir " +
		"formidable:uploadDir Formidable:uploadDir IncomingForm:uploadDir LocalStorage:0 open:filename Sequelize:storage diskStorage:destination pino.destination:0 pino.destination:dest rfs|rotatingFileStream.createStream:path process.chdir:0 Bun.write:0 Deno.writeTextFile:0 Deno.writeFile:0 Deno.mkdir:0 Level:0 ClassicLevel:0",
	Python: "os.chdir:0 open:0? os.remove:0 os.unlink:0 os.rmdir:0 shutil.rmtree:0 os.chmod:0 os.utime:0 os.symlink:1 os.link:1 unlink:< makedirs:0 os.mkdir:0 shutil.copy:1 shutil.copyfile:1 shutil.copy2:1 shutil.copytree:1 shutil.move:1 os.rename:1 os.replace:1 sqlite3|aiosqlite.connect:0 FileHandler:0 " +
		"RotatingFileHandler:0 TimedRotatingFileHandler:0 WatchedFileHandler:0 basicConfig:filename shelve|dbm.open:0 TinyDB:0 SqliteDict:0 SqliteDatabase:0 PersistentClient:path to_csv:0 to_parquet:0 " +
		"to_pickle:0 savefig:0 np|numpy.save:0 logger.add:0 save:0 mkdir:< write_text:< write_bytes:< touch:< open:<?",
	Ruby: "Dir.chdir:0 File|IO.write:0 File.open:0? File.new:0? FileUtils.mkdir_p:0 FileUtils.makedirs:0 FileUtils.mkdir:0 FileUtils.touch:0 FileUtils.cp:1 FileUtils.mv:1 Dir.mkdir:0 Database.new:0 Logger.new:0 " +
		"PStore|Store.new:0 CSV.open:0? mkpath:< mkdir:<",
	Go: "os.Chdir:0 os|ioutil.WriteFile:0 os.Create:0 os.MkdirAll:0 os.Mkdir:0 os.OpenFile:0? os.Rename:1 os.Remove:0 os.RemoveAll:0 os.Chmod:0 os.Chtimes:0 os.Truncate:0 os.Symlink:1 os.Link:1 sqlite.Open:0 bolt|bbolt.Open:0 badger.DefaultOptions:0 leveldb.OpenFile:0 pebble.Open:0 sql|sqlx.Open:1= sqlx.Connect:1=",
	Java: "FileOutputStream:0 FileWriter:0 PrintWriter:0 RandomAccessFile:0? Files.write:0 writeString:0 createDirectories:0 createDirectory:0 Files.createFile:0 newBufferedWriter:0 newOutputStream:0 " +
		"Files.copy:1 Files.move:1 FileHandler:0 writeStringToFile:0 forceMkdir:0 mkdirs:< mkdir:< createNewFile:< writeText:< writeBytes:< appendText:< bufferedWriter:< outputStream:< printWriter:< os.write:0 makeDir.all:0",
	CSharp: "File.WriteAllText:0 File.WriteAllTextAsync:0 File.WriteAllBytes:0 File.WriteAllBytesAsync:0 File.WriteAllLines:0 File.AppendAllText:0 File.AppendAllTextAsync:0 File.AppendAllLines:0 File.Create:0 " +
		"File.OpenWrite:0 File.CreateText:0 File.AppendText:0 File.Copy:1 File.Move:1 File.Open:0? Directory.CreateDirectory:0 StreamWriter:0 FileStream:0? LiteDatabase:0 WriteTo.File:0",
	PHP:     "file_put_contents:0 mkdir:0 fopen:0? touch:0 copy:1 rename:1 move_uploaded_file:1 SQLite3:0 RotatingFileHandler:0 StreamHandler:0",
	Rust:    "File.create:0 fs.write:0 create_dir_all:0 create_dir:0 Connection.open:0 sled.open:0 fs.copy:1 fs.rename:1 Database.create:0 open:0?",
	Elixir:  "File.write:0 File.write!:0 File.mkdir:0 File.mkdir!:0 File.mkdir_p:0 File.mkdir_p!:0 File.touch:0 File.touch!:0 File.cp:1 File.cp!:1 File.open:0? File.open!:0? File.stream!:0?",
	Perl:    "mkdir:0 make_path:0 mkpath:0 open:2?",
	Clojure: "spit:0 io.make-parents:0 io.writer:0 io.output-stream:0 make-parents:0 .mkdirs:0",
}

// writeCalls returns the calls of a language, by their last word.
var writeCalls = sync.OnceValue(func() map[Language]map[string][]writeCall {
	return callsByName(writeCallsOf, func(n callName) writeCall {
		c := writeCall{receivers: n.receivers, arg: -1}
		path, mode := strings.CutSuffix(n.what, "?")
		path, url := strings.CutSuffix(path, "=")
		c.mode, c.url = mode, url
		if n, err := strconv.Atoi(path); err == nil {
			c.arg = n
		} else if path == "<" {
			c.arg = -2
		} else {
			c.key = path
		}
		return c
	})
})

// writeCall reports the paths that a call writes, if it writes any.
func (u *unit) writeCall(i int) {
	calls := writeCalls()[u.lang][u.calledName(i)]
	if len(calls) == 0 || u.is(i-1, "function") || u.is(i-1, "def") || u.is(i-1, "func") || u.is(i-1, "fn") || u.is(i-1, "fun") ||
		u.lang == JavaScript && (u.is(i-1, "async") || u.is(i-1, "private") || u.is(i-1, "protected") || u.is(i-1, "public") || u.is(i-1, "static")) {
		return // its definition
	}
	args, ok := u.arguments(i)
	if !ok {
		return
	}
	words, method := u.calledWords(i)
	if u.lang == JavaScript && len(words) > 1 && (words[len(words)-2] == "FS" || words[len(words)-2] == "this") {
		return // of Emscripten, in memory; of a class of the application
	}
	for _, c := range calls {
		if c.receivers != nil && (len(words) < 2 || !slices.Contains(c.receivers, words[len(words)-2])) {
			continue
		}
		if c.mode && !u.writes(i, args) {
			continue
		}
		switch {
		case c.arg == -2 && (method || len(words) > 1):
			u.written(u.calledOn(i), i)
		case c.arg >= 0 && c.arg < len(args) && (args[c.arg].key == "" || u.lang != Python) && !(u.lang == JavaScript && u.is(args[c.arg].a, "{")):
			v := u.eval(args[c.arg].a, args[c.arg].b)
			if _, ok := u.databaseFile(v.path); ok || !c.url {
				u.written(v, i)
			}
		case c.key != "":
			u.writeOption(c.key, args, i)
		}
	}
}

// writeOption reports the path that an option of a call names, or gives to its callback.
func (u *unit) writeOption(key string, args []argument, i int) {
	for _, a := range u.keyed(args) {
		short := a.key == "" && u.is(a.a, key) && (a.b == a.a+1 || u.is(a.a+1, "(")) // {destination}, or a method
		if (short || strings.Trim(a.key, `"'`) == key) && !u.writtenBy(a, i) {
			u.written(u.eval(a.a, a.b), i)
		}
	}
}

// socket reports the file of the socket that a call at token i listens on: its first
// argument, or "path" of an object (nodejs.org, "server.listen").
func (u *unit) socket(i int, args []argument) {
	if u.lang != JavaScript || !u.is(i, "listen") || len(args) == 0 {
		return
	}
	for _, a := range append(u.entries(args[0].a), args[0]) {
		if a.key != "" && strings.Trim(a.key, `"'`) != "path" {
			continue
		}
		v := u.eval(a.a, a.b)
		ofSettings := v.from == elsewhere && path.Ext(v.ref.module) == ".json" && (a.key != "" || strings.Contains(strings.ToLower(v.ref.name), "sock"))
		isSocket := v.from != elsewhere && !v.partial && path.IsAbs(v.path) && slices.Contains([]string{".sock", ".socket"}, path.Ext(v.path))
		if v.known && (ofSettings || isSocket) {
			u.written(v, i)
		}
	}
}

// databaseKeys are the options of knex, Sequelize and TypeORM for the file of
// a database (knexjs.org, sequelize.org, typeorm.io).
var databaseKeys = strings.Fields("filename storage database")

// logOptions are the options for the file of a log, keyed by the package that has them
// (getpino.io, "Transports"; github.com/mcollina/pino-roll, github.com/trentm/node-bunyan).
var logOptions = map[string]string{"destination": "pino/file", "file": "pino-roll", "path": "bunyan"}

// databaseOption reports the file that an option at token i, a ":", names for a
// database or for a log, and whether it is one.
func (u *unit) databaseOption(key string, v value, i int) bool {
	if u.lang != JavaScript || !u.is(i, ":") || !v.known || v.partial {
		return false
	}
	isFile := slices.Contains(databaseKeys, key) && dataFile.MatchString(v.path) ||
		logOptions[key] != "" && (path.IsAbs(v.path) || dataFile.MatchString(v.path)) && strings.Contains(u.src, logOptions[key])
	if isFile {
		u.written(v, i)
	}
	return isFile
}

// keyed returns the arguments that have keys, and the entries of objects in them, also of
// an object that a variable of the source is set to.
func (u *unit) keyed(args []argument) (found []argument) {
	for _, a := range args {
		set, named := u.values[u.str(a.a)]
		switch {
		case a.key != "":
			found = append(found, a)
		case named && u.kind(a.a) == wordToken && a.b == a.a+1 && u.is(set[0], "{"):
			found = append(found, u.entries(set[0])...)
		default:
			found = append(found, u.entries(a.a)...)
		}
	}
	return found
}

// calledOn evaluates the receiver of the method that ends at token i: a call or
// a variable.
func (u *unit) calledOn(i int) value {
	j := i - 2
	if !u.is(i-1, ".") {
		j--
	}
	start := j
	for range 8 {
		if m := int(u.tokens[max(start, 0)].match); u.is(start, ")") && m >= 0 {
			if start = m - 1; u.kind(start) != wordToken || !u.sameLine(start) {
				return u.eval(m, j+1) // an expression in parentheses
			}
		}
		if u.kind(start) != wordToken {
			return value{}
		}
		if u.separator(start-1) == 1 {
			start -= 2
			continue
		}
		break
	}
	return u.eval(start, j+1)
}

// modeWords are the words and signs of a mode that writes.
var modeWords = strings.Fields("write append Create CreateNew OpenOrCreate Append O_CREATE O_WRONLY O_RDWR O_APPEND O_CREAT create")

// writes reports whether the arguments of a call have a mode that writes.
func (u *unit) writes(i int, args []argument) bool {
	if len(args) == 0 {
		return false
	}
	from, to := args[0].a, args[len(args)-1].b
	if u.lang == Rust { // OpenOptions::new().write(true).open(…)
		from, to = max(0, i-40), i
		for j := from; j < to; j++ {
			if u.is(j, "OpenOptions") {
				return u.hasWord(j, to, "write", "append", "create")
			}
		}
		return false
	}
	for n, a := range args {
		if u.kind(a.a) == textToken && a.b == a.a+1 && !(n == 0 && len(args) > 1 && u.lang != Perl) && isWriteMode(u.str(a.a), u.lang) {
			return true
		}
	}
	return u.hasWord(from, to, modeWords...)
}

func (u *unit) hasWord(from, to int, words ...string) bool {
	for j := from; j < to; j++ {
		if u.kind(j) == wordToken && slices.Contains(words, u.str(j)) {
			return true
		}
	}
	return false
}

// isWriteMode reports whether a mode of fopen(3), Perl or Java writes.
func isWriteMode(s string, lang Language) bool {
	if lang == Perl {
		return strings.HasPrefix(s, ">") || strings.HasPrefix(s, "+")
	}
	s, _, _ = strings.Cut(s, ":")
	return s != "" && len(s) <= 4 && strings.Trim(s, "rwaxcbt+s") == "" && strings.ContainsAny(s, "wax+c")
}
