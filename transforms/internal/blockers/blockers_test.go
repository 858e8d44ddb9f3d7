package blockers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/workload"
)

func TestList(t *testing.T) {
	at := func(file string, line int) workload.Place { return workload.Place{File: file, Line: line} }
	file := func(text, path string) Blocker { return Blocker{Text: text, Path: path} }
	mount := func(line int, what, path string) Blocker {
		b := At(at("compose.yml", line), "%s", what)
		b.Path, b.Mounted = path, true
		return b
	}
	perhaps := At(at("README.md", 9), "mounts ./data: chown ./data")
	perhaps.Path, perhaps.Mounted, perhaps.Perhaps = "/data", true, true
	for _, c := range []struct {
		name string
		add  []Blocker
		want string
	}{
		{"none", Of("", ""), ""},
		{"in order", Of("b", "", "a"), "b; a"},
		{"the same", Of("a", "a"), "a"},
		{"one cause after the colon", Of("x can't be seen: no context", "y can't be seen: no context"), "x can't be seen: no context"},
		{"another place", []Blocker{At(at("a.js", 3), "changes owners"), At(at("b.js", 1), "changes owners"), At(at("a.js", 3), "changes owners")}, "a.js:3 changes owners (also in b.js:1)"},
		{"many places", []Blocker{At(at("a", 1), "x"), At(at("a", 2), "x"), At(at("a", 3), "x"), At(at("a", 4), "x")}, "a:1 x (also in a:2, a:3 and 1 more)"},
		{"what is certain and what is not", []Blocker{mount(5, "mounts ./data: chown ./data", "/data"), perhaps}, "compose.yml:5 mounts ./data: chown ./data (also in README.md:9)"},
		{"what is not certain", []Blocker{perhaps}, "README.md:9 mounts ./data: chown ./data, if its image is this one"},
		{"what is not certain covers nothing", []Blocker{perhaps, file("a", "/data/x")}, "README.md:9 mounts ./data: chown ./data, if its image is this one; a"},
		{"files of one line", []Blocker{Files(4, "openssl in line %d", 4), Files(4, "chmod in line %d", 4), Files(5, "chmod in line %d", 5)}, "openssl in line 4; chmod in line 5"},
		{"a file in a known directory", []Blocker{file("a", "/data"), file("b", "/data/x"), file("c", "/database")}, "a; c"},
		{"the directory of a known one", []Blocker{file("a", "/data/x"), file("b", "/data"), file("c", "/")}, "a; c"},
		{"the root is no parent", []Blocker{file("a", "/"), file("b", "/data"), file("c", "/")}, "a; b"},
		{"a mount covers files, and no mount", []Blocker{mount(5, "a: chown a", "/data"), mount(6, "b: chown b", "/data"), file("c", "/data/x")}, "compose.yml:5 a: chown a; compose.yml:6 b: chown b"},
		{"five", Of("1", "2", "3", "4", "5"), "1; 2; 3; 4; 5"},
		{"seven", Of("1", "2", "3", "4", "5", "6", "7"), "1; 2; 3; 4; 5; and 2 more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l List
			l.Add(c.add...)
			if got := l.String(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			var again List
			for _, b := range c.add {
				again.Add(b)
			}
			if fmt.Sprint(again.Texts()) != fmt.Sprint(l.Texts()) || strings.Join(l.Texts(), "; ") != l.String() {
				t.Errorf("%q one by one", again.Texts())
			}
		})
	}
}

func TestDirOf(t *testing.T) {
	for file, want := range map[string]string{
		"/data/last.json": "/data", "/data": "/data", "/data/": "/data", "/root/.cache": "/root/.cache", "/run/web.sock": "/run/web.sock", "/etc/resolv.conf": "/etc/resolv.conf", "/etc/web/web.conf": "/etc/web", "/access.log": "/", "/": "/",
	} {
		if got := DirOf(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
