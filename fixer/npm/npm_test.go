package npm

import (
	"slices"
	"strings"
	"testing"
)

func TestInSync(t *testing.T) {
	const manifest = `{"dependencies": {"a": "^1.2.0"}, "devDependencies": {"d": "~2.0.0"}, "optionalDependencies": {"o": "1"}}`
	const root = `"": {"dependencies": {"a": "^1.2.0"}, "devDependencies": {"d": "~2.0.0"}, "optionalDependencies": {"o": "1"}}`
	const packages = `"node_modules/a": {"version": "1.3.1", "dependencies": {"b": ">=1 <3"}}, "node_modules/b": {"version": "2.9.0"}, "node_modules/d": {"version": "2.0.7", "dev": true}, "node_modules/o": {"version": "1.0.0", "optional": true, "optionalDependencies": {"b": "*"}}`
	for _, c := range []struct {
		name, manifest, lock string
		o                    Options
		want                 string // part of the error, "" for none
	}{
		{"in sync", manifest, `{"lockfileVersion": 3, "packages": {` + root + `, ` + packages + `}}`, Options{NPM: 10}, ""},
		{"version 2", manifest, `{"lockfileVersion": 2, "packages": {` + root + `, ` + packages + `}, "dependencies": {}}`, Options{NPM: 6}, ""},
		{"version 3 for npm 6", manifest, `{"lockfileVersion": 3, "packages": {` + root + `, ` + packages + `}}`, Options{NPM: 6}, "can't read"},
		{"version 1 for npm 8", manifest, `{"lockfileVersion": 1, "dependencies": {}}`, Options{NPM: 8}, "version 1"},
		{"version 1", `{"dependencies": {"a": "^1.2.0"}}`, `{"lockfileVersion": 1, "requires": true, "dependencies": {"a": {"version": "1.2.0", "requires": {"b": "^2.0.0"}, "dependencies": {"b": {"version": "2.1.0"}}}, "b": {"version": "1.0.0"}}}`, Options{NPM: 6}, ""},
		{"version 1, nested", `{"dependencies": {"a": "^1.2.0"}}`, `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.0", "requires": {"b": "^2.0.0"}}, "b": {"version": "1.0.0"}}}`, Options{NPM: 6}, "has b 1.0.0, and ^2.0.0"},
		{"version 1, a new one", manifest, `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.0"}}}`, Options{NPM: 6}, "lacks d"},
		{"of npm 5.0", `{"dependencies": {"a": "^1.2.0"}}`, `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.0"}, "b": {"version": "2.1.0"}}}`, Options{NPM: 6}, "does not say what its packages require"},
		{"a new one", strings.Replace(manifest, `"a"`, `"x": "1", "a"`, 1), `{"lockfileVersion": 3, "packages": {` + root + `, ` + packages + `}}`, Options{NPM: 10}, "does not know x of dependencies"},
		{"one less", strings.Replace(manifest, `"d": "~2.0.0"`, ``, 1), `{"lockfileVersion": 3, "packages": {` + root + `, ` + packages + `}}`, Options{NPM: 10}, "has d, which package.json no longer lists"},
		{"another range", strings.Replace(manifest, `^1.2.0`, `^1.3.0`, 1), `{"lockfileVersion": 3, "packages": {` + root + `, ` + packages + `}}`, Options{NPM: 10}, "asks for a ^1.3.0, and the lock file was made for ^1.2.0"},
		{"merged by hand", manifest, `{"lockfileVersion": 3, "packages": {` + root + `, ` + strings.Replace(packages, `2.9.0`, `3.0.0`, 1) + `}}`, Options{NPM: 10}, "has b 3.0.0, and >=1 <3"},
		{"a missing one", manifest, `{"lockfileVersion": 3, "packages": {` + root + `, ` + strings.Replace(packages, `node_modules/b`, `node_modules/c`, 1) + `}}`, Options{NPM: 10}, "lacks b"},
		{"a missing optional one", manifest, `{"lockfileVersion": 2, "packages": {` + root + `, ` + strings.Replace(packages, `"b": "*"`, `"fsevents": "*"`, 1) + `}}`, Options{NPM: 10}, "lacks fsevents"},
		{"a missing optional one, npm 6", manifest, `{"lockfileVersion": 2, "packages": {` + root + `, ` + strings.Replace(packages, `"b": "*"`, `"fsevents": "*"`, 1) + `}}`, Options{NPM: 6}, ""},
		{"a missing peer", `{"dependencies": {"a": "1"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "peerDependencies": {"p": "*"}}}}`, Options{NPM: 10}, "lacks p"},
		{"a missing peer, as it was", `{"dependencies": {"a": "1"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "peerDependencies": {"p": "*"}}}}`, Options{NPM: 10, LegacyPeers: true}, ""},
		{"an optional peer", `{"dependencies": {"a": "1"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "peerDependencies": {"p": "*"}, "peerDependenciesMeta": {"p": {"optional": true}}}}}`, Options{NPM: 10}, ""},
		{"a peer beside", `{"dependencies": {"a": "1", "p": "2"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1", "p": "2"}}, "node_modules/p": {"version": "2.0.0"}, "node_modules/a": {"version": "1.0.0", "peerDependencies": {"p": "^2.0.0 || ^3"}}}}`, Options{NPM: 10}, ""},
		{"a peer that is its own dependency", `{"dependencies": {"a": "1", "p": "2"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1", "p": "2"}}, "node_modules/p": {"version": "2.0.0"}, "node_modules/a/node_modules/p": {"version": "3.0.0"}, "node_modules/a": {"version": "1.0.0", "dependencies": {"p": "^3"}, "peerDependencies": {"p": "^3"}}}}`, Options{NPM: 10}, ""},
		{"any version, before a release", `{"dependencies": {"a": "1", "b": "2.0.0-rc.1"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1", "b": "2.0.0-rc.1"}}, "node_modules/b": {"version": "2.0.0-rc.1"}, "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "*"}}}}`, Options{NPM: 10}, ""},
		{"any version, before a release, npm 6", `{"dependencies": {"a": "1", "b": "2.0.0-rc.1"}}`, `{"lockfileVersion": 2, "packages": {"": {"dependencies": {"a": "1", "b": "2.0.0-rc.1"}}, "node_modules/b": {"version": "2.0.0-rc.1"}, "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "*"}}}}`, Options{NPM: 6}, "has b 2.0.0-rc.1"},
		{"a link", `{"dependencies": {"a": "file:../a"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "file:../a"}}, "../a": {"version": "1.0.0"}, "node_modules/a": {"resolved": "../a", "link": true}}}`, Options{NPM: 10}, "outside node_modules"},
		{"other sources", `{"dependencies": {"a": "github:x/a#v1", "b": "latest", "c": "npm:cc@^1", "e": "*"}}`, `{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "github:x/a#v1", "b": "latest", "c": "npm:cc@^1", "e": "*"}}, "node_modules/a": {"version": "0.0.1"}, "node_modules/b": {"version": "7.0.0"}, "node_modules/c": {"version": "1.1.1"}, "node_modules/e": {"version": "3.0.0"}}}`, Options{NPM: 10}, ""},
		{"overrides", `{"overrides": {"b": "2"}}`, `{"lockfileVersion": 3, "packages": {"": {}}}`, Options{NPM: 10}, "overrides"},
		{"workspaces", `{"workspaces": ["a"]}`, `{"lockfileVersion": 3, "packages": {"": {}}}`, Options{NPM: 10}, "workspaces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := ParseManifest([]byte(c.manifest))
			if err != nil {
				t.Fatal(err)
			}
			l, err := ParseLock([]byte(c.lock))
			if err != nil {
				t.Fatal(err)
			}
			err = l.InSync(m, c.o)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestBadLocks(t *testing.T) {
	for _, text := range []string{"", "[]", "{", `{"lockfileVersion": 2}`, `{"lockfileVersion": 4}`, `{"lockfileVersion": 3, "packages": {"": null}}`, `{"dependencies": {"a": null}}`, strings.Repeat(`{"dependencies": {"a": `, 100) + "{}" + strings.Repeat("}}", 100)} {
		if l, err := ParseLock([]byte(text)); err == nil {
			t.Errorf("%.40q is read: %+v", text, l)
		}
	}
	for _, text := range []string{"# THIS\n\n__metadata:\n  version: 6\n", "  version \"1\"\n", "a:\n  version \"1\"\n"} {
		if _, err := ParseYarnLock([]byte(text), &Manifest{Dependencies: map[string]string{"a": "1"}}); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func TestDevOnly(t *testing.T) {
	l, err := ParseLock([]byte(`{"lockfileVersion": 3, "packages": {"": {},
		"node_modules/@types/node": {"version": "1.0.0", "dev": true}, "node_modules/a": {"version": "1.0.0", "bin": {"run-a": "x"}},
		"node_modules/a/node_modules/t": {"version": "1.0.0", "dev": true}, "node_modules/tsc": {"version": "1.0.0", "dev": true, "bin": {"tsc": "x"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := l.DevOnly(); !slices.Equal(got, []string{"@types/node", "tsc"}) {
		t.Errorf("for development only: %q", got)
	}
	for name, want := range map[string][2]bool{"run-a": {true, true}, "tsc": {false, true}, "node": {false, false}} {
		if production, ok := l.Program(name); production != want[0] || ok != want[1] {
			t.Errorf("%s: %v, %v", name, production, ok)
		}
	}
	for name, want := range map[string]bool{"t": true, "a": true, "b": false, "types/node": false, "@types/node": true} {
		if l.Has(name) != want {
			t.Errorf("has %s: %v", name, !want)
		}
	}
}

func TestYarn(t *testing.T) {
	const lock = `# yarn lockfile v1


"@scope/s@^1.0.0", "@scope/s@^1.1.0":
  version "1.1.0"
  resolved "https://example.com/s.tgz#abc"
  dependencies:
    b "^2.0.0"

a@1:
  version "1.0.0"

b@^2.0.0:
  version "2.0.0"

d@^3.0.0:
  version "3.0.0"
  dependencies:
    a "1"
    e ">=1 <2"

"e@>=1 <2":
  version "1.5.0"
`
	m := &Manifest{Dependencies: map[string]string{"@scope/s": "^1.0.0"}, DevDependencies: map[string]string{"d": "^3.0.0"}}
	for _, text := range []string{lock, strings.ReplaceAll(lock, "\n", "\r\n")} {
		l, err := ParseYarnLock([]byte(text), m)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.InSync(m, Options{}); err != nil {
			t.Error(err)
		}
		if got := l.DevOnly(); !slices.Equal(got, []string{"a", "d", "e"}) {
			t.Errorf("for development only: %q", got)
		}
		if !l.Has("@scope/s") || l.Has("@scope") || l.Has("s") {
			t.Error("what it has is not known")
		}
		newer := &Manifest{Dependencies: map[string]string{"@scope/s": "^1.2.0"}}
		if err := l.InSync(newer, Options{}); err == nil || !strings.Contains(err.Error(), "@scope/s@^1.2.0") {
			t.Errorf("a range that is not there: %v", err)
		}
	}
	broken, err := ParseYarnLock([]byte(strings.Replace(lock, "b@^2.0.0:", "b@^2.1.0:", 1)), m)
	if err != nil {
		t.Fatal(err)
	}
	if err := broken.InSync(m, Options{}); err == nil || !strings.Contains(err.Error(), "b@^2.0.0") {
		t.Errorf("an entry that is not there: %v", err)
	}
}

func TestParseManifestAsNpmDoes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"other case":         {`{"scripts": {"start": "node a.js"}, "Scripts": {"start": "node b.js"}}`, "node a.js"},
		"only in other case": {`{"SCRIPTS": {"start": "node b.js"}}`, ""},
		"the last of two":    {`{"scripts": {"start": "node a.js"}, "scripts": {"start": "node b.js"}}`, "node b.js"},
		"not merged":         {`{"scripts": {"start": "node a.js"}, "scripts": {"build": "tsc"}}`, ""},
		"with a BOM":         {"\ufeff" + `{"scripts": {"start": "node a.js"}}`, "node a.js"},
		"null":               {`{"scripts": null}`, ""},
	} {
		m, err := ParseManifest([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := m.Scripts["start"]; got != c.want {
			t.Errorf("%s: starts %q, want %q", name, got, c.want)
		}
	}
	for _, text := range []string{``, `[]`, `"x"`, `{"scripts": []}`, `{"scripts": {"start": 1}}`, `{"packageManager": 1}`} {
		if _, err := ParseManifest([]byte(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}
