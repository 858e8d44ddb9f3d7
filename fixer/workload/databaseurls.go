package workload

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds the files of databases in their URLs.

// databaseURL matches the URLs and connection strings of file databases: SQLite, H2,
// HSQLDB and Derby, and Prisma's "file:".
var databaseURL = lazyregexp.New(`^(?:(sqlite3?(?:\+\w+)?|libsql|file|jdbc:sqlite|jdbc:h2(?::file|:split|:nio)?|jdbc:hsqldb:file|jdbc:derby):([^:\s]+)|` +
	`(?i:data source|datasource|filename)\s*=\s*([^;:]+\.\w+)(?:;.*)?|(?i:dbi:sqlite:)(?:dbname=)?([^:;]+))$`)

// databaseFile returns the path of the file in a database URL, as written, and whether
// there is one. It is relative if it does not begin with a slash.
func (u *unit) databaseFile(url string) (string, bool) {
	if !strings.ContainsRune(url, ':') && !strings.Contains(url, "=") {
		return "", false
	}
	m := databaseURL.FindStringSubmatch(url)
	if m == nil {
		return "", false
	}
	file := m[2]
	if c := m[3] + m[4]; c != "" {
		file = c
	}
	file, _, _ = strings.Cut(file, "?")
	file, _, _ = strings.Cut(file, ";")
	slashes := len(file) - len(strings.TrimLeft(file, "/"))
	switch {
	case m[1] == "file":
		if !dataFile.MatchString(file) {
			return "", false
		}
		fallthrough
	case slashes == 0, slashes == 1:
		file = strings.Repeat("/", min(slashes, 1)) + file[slashes:]
	case slashes == 2, slashes == 3 && u.lang == Python: // SQLAlchemy
		file = file[slashes:]
	default:
		file = "/" + file[slashes:]
	}
	if file == "" || file == "/" || strings.HasPrefix(file, ":") || strings.HasPrefix(file, "~") {
		return "", false
	}
	return file, true
}

// literalURL reports the file if the literal at token i is the URL of a database.
func (u *unit) literalURL(i int) {
	s, whole := u.literal(i)
	if m := springDefault.FindStringSubmatch(s); m != nil && (u.lang == Java || u.lang == Kotlin) {
		variable := strings.ToUpper(strings.NewReplacer(".", "_", "-", "").Replace(m[1]))
		v := value{known: true, path: m[2], variable: variable, literal: i}
		if p := pathOf(v); p != "" && (namesData(m[1]) || isSystemPath(p)) {
			u.path(p, Default, v, i)
		}
		return
	}
	if _, ok := u.databaseFile(s); ok && whole {
		u.written(value{known: true, path: s, literal: i}, i)
	}
}

// springDefault matches "${property:/path}" of Spring.
var springDefault = lazyregexp.New(`^\$\{([\w.-]+):(/[^}]+)\}$`)
