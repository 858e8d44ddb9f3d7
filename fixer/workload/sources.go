package workload

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Sources is what the application's own sources contain. Places are relative to the
// root of the build context; lists are in the order of the walk, by directory and
// name, and have at most 1,000 entries. Gaps lists what could not be read. NodeProcess
// has what Node.js sources say about their process.
type Sources struct {
	ChildProcesses []ChildProcess
	Paths          []SourcePath
	RelativeWrites []RelativeWrite
	Writers        []SourceWriter
	Unplaced       []Evidence // calls that write where no source says, at most 100
	Ports          []SourcePort
	RootUses       []RootUse
	Settings       []NamedFile

	Languages []LanguageCount // by the number of files, the largest first
	Gaps      []Gap

	below     []variableUse
	locations []RelativeWrite // that others get, from the location of a source
	imports   []sourceImport
	unknown   int // unknown child processes
	constants constants
}

// NamedFile is a settings file that a source names: its path in the image, or its
// possible path in the context.
type NamedFile struct {
	File string
	Evidence
}

// LanguageCount is the number of files that were read in a language.
type LanguageCount struct {
	Language Language
	Files    int
}

const (
	maxHits    = 100  // of each kind of Evidence, of gaps of one kind
	maxResults = 1000 // paths, writes, child processes, ports
)

// Sources returns what the sources of the context contain. They are read once, on
// first use.
func (f *Files) Sources() *Sources { return f.sources() }

func (f *Files) readSources() *Sources {
	r := &reader{files: f, out: &Sources{}, counts: map[Language]int{}}
	r.read()
	return r.out
}

// reader reads the sources of a context.
type reader struct {
	files    *Files
	out      *Sources
	counts   map[Language]int
	tokens   []token
	minified string // the first file that has nothing but long lines
}

func (r *reader) read() {
	for _, g := range r.files.eachSource(r.source) {
		r.out.gap(g.Gap)
	}
	r.out.resolveConstants(&Sources{})
	for lang, n := range r.counts {
		r.out.Languages = append(r.out.Languages, LanguageCount{lang, n})
	}
	sort.Slice(r.out.Languages, func(i, j int) bool {
		a, b := r.out.Languages[i], r.out.Languages[j]
		return a.Files > b.Files || a.Files == b.Files && a.Language < b.Language
	})
	switch {
	case len(r.counts) > 0 || r.files.files == nil:
	case r.minified != "":
		r.out.gap(Gap{Place{File: r.minified}, fmt.Sprintf("its lines are longer than %d KiB, and there is no other source code", maxLine>>10)})
	default:
		r.out.gap(Gap{What: "there is no source code in a language that is read"})
	}
}

// source reads one source, or records that it can't be read.
func (r *reader) source(s *sourceEntry, text string, gap *sourceGap) {
	if gap != nil {
		r.out.gap(gap.Gap)
		return
	}
	if s.manifest {
		r.out.manifest(s.name, text)
	}
	if s.lang != "" {
		r.code(s.name, s.lang, text)
	}
}

// codeHints: every source whose literals matter contains one of them.
var codeHints = []string{`"/`, `'..`, `"..`, "fork", "unlink", "rmSync", "rmtree", "Remove", `'/`, "`/", "exec", "spawn", "open", "Open", "write", "Write", "mkdir", "Mkdir", "listen", "Listen", "PORT", "port", "sqlite", "SQLite", "file:", "jdbc:", "env", "ENV",
	"system", "Command", "Process", "dest", "filename", "create", "Create", "touch", "run", "Run", "Source=", "Source =", "spit", "make", "`", "__dirname", "import", "require", "chown", "getuid", "geteuid", "Getuid", "Geteuid", "userInfo", "etuid", "serve", "bind", "Raw", "Ping", "socket",
	`.json'`, `.json"`, ".yml", ".yaml", ".toml", ".ini"}

// fewTokens: a file with fewer, and long lines otherwise, is not source code.
const fewTokens = 100

// code reads the literals of a source.
func (r *reader) code(name string, lang Language, text string) {
	switch {
	case strings.IndexByte(text, 0) >= 0:
		r.out.gap(Gap{Place{File: name}, errIsNoText.Error()})
		return
	case lang == Shell:
		r.counts[lang]++
		r.out.shellScript(name, text)
		return
	case !hasAny(text, codeHints):
		r.counts[lang]++
		return
	}
	tokens, long, full := lex(text, syntaxes[lang], r.tokens)
	if r.tokens = tokens; !full {
		r.out.gap(Gap{Place{File: name}, "there is more code in it than is read"})
	}
	switch {
	case !long || len(tokens) >= fewTokens:
		r.counts[lang]++
	case r.minified == "":
		r.minified = name
	}
	paths, writes := len(r.out.Paths), len(r.out.RelativeWrites)
	u := &unit{name: name, lang: lang, src: text, tokens: tokens, lines: lines{text: text}, used: map[int]bool{}, out: r.out, files: r.files, steps: 4*len(tokens) + 1000}
	u.read()
	slices.SortStableFunc(r.out.Paths[paths:], func(a, b SourcePath) int { return cmp.Compare(a.Place.Line, b.Place.Line) })
	slices.SortStableFunc(r.out.RelativeWrites[writes:], func(a, b RelativeWrite) int { return cmp.Compare(a.Place.Line, b.Place.Line) })
	if u.steps < 0 {
		r.out.gap(Gap{Place{File: name}, "its expressions are too many to evaluate"})
	}
}

// read examines each token of the source.
func (u *unit) read() {
	u.index()
	roles := rolesOf()[u.lang]
	if u.lang == JavaScript && len(spawning.in(u.src)) == 0 && !strings.Contains(u.src, "Bun") {
		roles = rolesOf()[""] // without child processes
	}
	for i, t := range u.tokens {
		switch t.kind {
		case wordToken:
			u.word(i, roles[u.calledName(i)])
		case textToken:
			u.command(i)
			u.settingsFile(i)
			u.rootName(i)
		case punctToken:
			if c := u.src[t.start]; c == '|' || c == '?' {
				u.defaultAt(i)
				u.portDefault(i)
			}
		}
		u.locationAt(i)
		u.importsWriter(i)
		u.importsSource(i)
	}
	for i, t := range u.tokens {
		if t.kind == punctToken && (u.src[t.start] == '=' || u.src[t.start] == ':') {
			u.constant(i)
			u.noteConstant(i)
		}
	}
	for i, t := range u.tokens {
		if t.kind == textToken {
			u.literalPath(i)
		}
	}
	if strings.Contains(u.src, ".json") {
		u.noteSettings()
	}
}

// word examines a word that may be the name of a call.
func (u *unit) word(i int, r role) {
	u.instancePath(i)
	if r&writes != 0 {
		u.writeCall(i)
	}
	if r&starts != 0 {
		u.childProcess(i)
	}
	if r&listens != 0 {
		u.listener(i)
	}
	if r&asRoot != 0 {
		u.rootCall(i)
		u.rootTest(i)
		u.capableCall(i)
	}
	if s := u.str(i); r&sets != 0 || strings.Contains(s, "nv") || strings.Contains(s, "NV") {
		u.environmentCall(i)
		u.portCall(i)
	} else if s == "Addr" {
		u.serverAddress(i)
	} else if s == "or" {
		u.defaultAt(i)
	}
}

// role is what calls of a name may do.
type role uint8

const (
	writes  role = 1 << iota // make or change a file
	starts                   // start a program
	listens                  // listen on a port
	sets                     // give a default
	asRoot                   // do what only root may do, or ask for root
)

// setters are the names of calls that may give a default, besides those with "env"
// in them.
var setters = strings.Fields("get fetch getOrDefault getOrElse config var str string String StringP StringVar StringVarP SetDefault Flag add_argument option setDefault default")

// rolesOf returns the roles of names in each language; in "", those of JavaScript
// without the calls that start programs.
var rolesOf = sync.OnceValue(func() map[Language]map[string]role {
	all := map[Language]map[string]role{}
	for lang := range syntaxes {
		all[lang] = map[string]role{}
		for name := range writeCalls()[lang] {
			all[lang][name] |= writes
		}
		for _, name := range strings.Fields(listeners[lang]) {
			all[lang][name] |= listens
		}
		for _, name := range setters {
			all[lang][name] |= sets
		}
		for name := range rootCalls()[lang] {
			all[lang][name] |= asRoot
		}
		for name := range capableCalls()[lang] {
			all[lang][name] |= asRoot
		}
		for _, name := range rootTests {
			all[lang][name] |= asRoot
		}
	}
	all[""] = maps.Clone(all[JavaScript])
	for lang, calls := range spawnCalls() {
		for name := range calls {
			all[lang][name] |= starts
		}
	}
	return all
})

// wait adds a write that depends on a name that another source sets.
func (s *Sources) wait(w pendingWrite) {
	addResult(s, &s.constants.pending, w, w.Place, "writes below constants of others")
}

// gap adds a gap.
func (s *Sources) gap(g Gap) {
	if len(s.Gaps) < maxGaps {
		s.Gaps = append(s.Gaps, g)
	}
}

// addResult appends a result, or reports once that there are too many.
func addResult[T any](s *Sources, list *[]T, result T, place Place, what string) {
	if len(*list) < maxResults {
		*list = append(*list, result)
		return
	}
	if g := (Gap{What: fmt.Sprintf("the sources have more than %d %s", maxResults, what)}); !slices.ContainsFunc(s.Gaps, func(o Gap) bool { return o.What == g.What }) {
		g.Place = place
		s.Gaps = append(s.Gaps, g)
	}
}

// path adds a path, once for each line.
func (s *Sources) path(p SourcePath) {
	if !repeats(s.Paths, p) {
		addResult(s, &s.Paths, p, p.Place, "paths")
	}
}

func (s *Sources) relative(w RelativeWrite) {
	if !repeats(s.RelativeWrites, w) {
		addResult(s, &s.RelativeWrites, w, w.Place, "writes")
	}
}

func (s *Sources) settingsFile(f NamedFile) {
	if !repeats(s.Settings, f) {
		addResult(s, &s.Settings, f, f.Place, "names of files of settings")
	}
}

// repeats reports whether one of the last results is the same.
func repeats[T comparable](list []T, result T) bool {
	return slices.Contains(list[max(0, len(list)-20):], result)
}

func (s *Sources) child(c ChildProcess) {
	addResult(s, &s.ChildProcesses, c, c.Place, "child processes")
}
func (s *Sources) writer(w SourceWriter) {
	addResult(s, &s.Writers, w, w.Place, "imports of packages that write")
}

// unplaced adds a call that writes to an unknown place, once for each line.
func (s *Sources) unplaced(e Evidence) {
	if len(s.Unplaced) < maxHits && !repeats(s.Unplaced, e) {
		s.Unplaced = append(s.Unplaced, e)
	}
}

// unknownChild adds the gap of an unknown child process.
func (s *Sources) unknownChild(g Gap) {
	if s.unknown++; s.unknown <= maxHits {
		s.gap(g)
	}
}

// port adds a port, once for each place.
func (s *Sources) port(p SourcePort) {
	if !repeats(s.Ports, p) {
		addResult(s, &s.Ports, p, p.Place, "ports")
	}
}
