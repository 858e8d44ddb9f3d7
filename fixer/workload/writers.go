package workload

import (
	"encoding/json"
	"path"
	"slices"
	"sort"
	"strings"
)

// This file finds packages that write files next to the application.

// SourceWriter is such a package.
type SourceWriter struct {
	Name string
	Evidence
}

// writerPackages are those of each language besides the writingPackages of
// Node.js: databases that are files, and logs.
var writerPackages = map[Language][]string{
	Python: strings.Fields("sqlite3 aiosqlite tinydb diskcache sqlitedict shelve dbm chromadb ZODB pysondb whoosh"),
	Ruby:   strings.Fields("sqlite3 pstore yaml/store gdbm lmdb"),
	Go: strings.Fields("github.com/mattn/go-sqlite3 modernc.org/sqlite gorm.io/driver/sqlite github.com/glebarez/sqlite go.etcd.io/bbolt github.com/boltdb/bolt github.com/dgraph-io/badger " +
		"github.com/dgraph-io/badger/v4 github.com/syndtr/goleveldb/leveldb github.com/cockroachdb/pebble gopkg.in/natefinch/lumberjack.v2"),
}

// importsWriter reports such a package if a literal or a word at token i imports it.
func (u *unit) importsWriter(i int) {
	switch u.lang {
	case JavaScript:
		if u.kind(i) == textToken && (u.is(i-1, "from") || u.is(i-1, "import") || u.is(i-1, "require") || u.is(i-1, "(") && (u.is(i-2, "require") || u.is(i-2, "import"))) {
			s, _ := u.literal(i)
			if name := PackageName(s); isWritingPackage(name) {
				u.out.writer(SourceWriter{name, u.evidence(i)})
			}
		}
	case Go:
		if s := u.str(i); u.kind(i) == textToken && slices.Contains(writerPackages[Go], s) {
			u.out.writer(SourceWriter{s, u.evidence(i)})
		}
	case Ruby:
		if u.kind(i) == textToken && u.is(i-1, "require") && slices.Contains(writerPackages[Ruby], u.str(i)) {
			u.out.writer(SourceWriter{u.str(i), u.evidence(i)})
		}
	case Python:
		if u.kind(i) == wordToken && (u.is(i-1, "import") || u.is(i-1, "from")) && !u.sameLine(i-2) && slices.Contains(writerPackages[Python], u.str(i)) {
			u.out.writer(SourceWriter{u.str(i), u.evidence(i)})
		}
	}
}

// isManifest reports whether a file is a list of packages that is searched for writers.
func isManifest(name string) bool {
	base := path.Base(name)
	return base == "package.json" || base == "Gemfile" || strings.HasPrefix(base, "requirements") && path.Ext(base) == ".txt" || base == "pyproject.toml"
}

// manifest reports the writers that such a list names.
func (s *Sources) manifest(name, text string) {
	l := &lines{text: text}
	if path.Base(name) == "package.json" {
		var m struct {
			Dependencies map[string]json.RawMessage `json:"dependencies"`
		}
		if json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &m) != nil {
			return // npm could not read it either
		}
		var names []string
		for dep := range m.Dependencies {
			if isWritingPackage(dep) {
				names = append(names, dep)
			}
		}
		sort.Strings(names)
		for _, dep := range names {
			s.writer(SourceWriter{dep, l.evidence(name, max(0, strings.Index(text, `"`+dep+`"`)))})
		}
		return
	}
	list := writerPackages[Python]
	if path.Base(name) == "Gemfile" {
		list = writerPackages[Ruby]
	}
	offset := 0
	for line := range strings.Lines(text) {
		first := strings.Trim(strings.TrimPrefix(strings.TrimSpace(line), "gem "), `"' `)
		if n := strings.IndexAny(first, "=<>~!;[ \"',#"); n >= 0 {
			first = first[:n]
		}
		if slices.Contains(list, first) {
			s.writer(SourceWriter{first, l.evidence(name, offset)})
		}
		offset += len(line)
	}
}
