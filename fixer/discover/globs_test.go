package discover

import (
	"strings"
	"testing"
)

func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		base, glob, names, not string // a name with a slash at its end is a folder
	}{
		{"", "*.docker", "a.docker x/y/a.docker x/a.docker/", "a.dockerx x.docker/a"},
		{"", "docker/", "docker/ x/docker/", "docker x/docker docker/a"},
		{"", "/docker", "docker docker/", "x/docker"},
		{"", "./docker", "docker docker/", "x/docker"},
		{"", "/docker/", "docker/", "docker x/docker/"},
		{"", "a/*", "a/b a/b/", "x/a/b a a/b/c"},
		{"", "a/**", "a/b a/b/c", "x/a/b"},
		{"", "**/a", "a x/a x/y/a", "ab x/ab"},
		{"", "**", "a x/y", ""},
		{"", "a/**/b", "a/b a/x/b a/x/y/b", "x/a/b"},
		{"", "{a,b/c}", "a b/c", "x/a b c"},
		{"", "[ab]?", "ax x/by", "a cx"},
		{"", `\*`, "* x/*", "a"},
		{"", `\{a`, "{a", "a"},
		{"", ".a", ".a x/.a", "a"},
		{"", "..a", "..a", "a"},
		{"api", "src/*", "api/src/a", "src/a x/api/src/a"},
		{"api", "/a", "api/a", "a"},
		{"api", "a", "a api/a x/a", ""},
		{"api/", "**", "a api/a", ""},
		{"a/b", "../c", "a/c", "c a/b/c"},
		{"a/b", "./.././../c/./*", "", "c/x"},
		{"a/b", "./../../c/*", "c/x", "a/c/x"},
		{"a", "../../a/b", "", "a/b b"},
		{"", "../**", "", "a a/b"},
		{"../a", "b", "b a/b", ""},
		{"../a", "/b", "", "b a/b"},
		{"[api]", "src/*", "[api]/src/a", "a/src/a"},
	} {
		g, err := parseGlobs(c.base, []string{c.glob})
		if err != nil {
			t.Errorf("%q: %v", c.glob, err)
			continue
		}
		check := func(names string, want bool) {
			for _, name := range strings.Fields(names) {
				name, folder := strings.CutSuffix(name, "/")
				if g.match(name, folder) != want {
					t.Errorf("%q from %q matches %q (folder: %t): %t", c.glob, c.base, name, folder, !want)
				}
			}
		}
		check(c.names, true)
		check(c.not, false)
	}
}

func TestCheckGlob(t *testing.T) {
	for glob, want := range map[string]string{
		"": "it names nothing", "/": "it names nothing", ".": "it names nothing", "./": "it names nothing",
		"a[": "a bracket, a brace or a backslash lacks its end", "[]": "a bracket, a brace or a backslash lacks its end",
		"{a": "a bracket, a brace or a backslash lacks its end", `a\`: "a bracket, a brace or a backslash lacks its end",
		"..": `".." can only begin it`, "a/../b": `".." can only begin it`, "/../a": `".." can only begin it`, "../a": "", "../../**/*.docker": "",
		strings.Repeat("{a,b}", 10):                                 "its braces stand for more than 1000 texts",
		"{a,{b,c}" + strings.Repeat("{,x}", 9) + "}":                "its braces stand for more than 1000 texts",
		strings.Repeat("{a,b}", 9):                                  "",
		"{a,{b,c}{d,e}}" + strings.Repeat(`[{,}]\{,`, 20) + "{f,g}": "",
		"**/{a,b}*.docker":                                          "", "a..b": "",
	} {
		got := ""
		if err := CheckGlob(glob); err != nil {
			got = err.Error()
		}
		if want != "" {
			want = `glob "` + strings.ReplaceAll(glob, `\`, `\\`) + `": ` + want
		}
		if got != want {
			t.Errorf("CheckGlob(%q): %s, want %s", glob, got, want)
		}
	}
}

// FuzzGlob makes sure that what CheckGlob accepts can be matched.
func FuzzGlob(f *testing.F) {
	for _, g := range []string{"**/{a,b[,}]}*", `\{[^\]a-]`, "a/**/", "{,a/}{,/**}", "{{{}}}", "[a-\xff]\xff"} {
		f.Add(g, "a/b")
	}
	f.Fuzz(func(t *testing.T, glob, name string) {
		if g, err := parseGlobs("", []string{glob}); err == nil && name != "" {
			g.match(name, true)
		}
	})
}

// FuzzRules makes sure that any .gitignore can be read and matched.
func FuzzRules(f *testing.F) {
	for _, r := range []string{"[", "[[:", "[a-", "[\\", "**/", "a**\\/b", "!", "!/", "\\", "a \\ ", "[!", "[[:alpha:]-z]"} {
		f.Add(r, "a/b")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		r := &ruleset{rules: parseRules(text)}
		r.ignores(name, true)
	})
}
