package discover

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
)

// generator makes trees of few short names, so that rules match.
type generator struct{ *rand.Rand }

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g *generator) tree() map[string]string {
	files := map[string]string{".gitignore": g.rules()}
	for range 10 + g.IntN(30) {
		name := g.name()
		for range g.IntN(4) {
			name = g.name() + "/" + name
		}
		if !g.blocked(files, name) {
			files[name] = ""
		}
	}
	for _, name := range g.folders(files) {
		if g.IntN(4) == 0 {
			files[name+"/.gitignore"] = g.rules()
		}
	}
	if g.IntN(3) == 0 {
		files[".git/info/exclude"] = g.rules()
	}
	return files
}

// blocked reports whether a file can't be made: it is a folder, or in a file.
func (g *generator) blocked(files map[string]string, name string) bool {
	for other := range files {
		if other == name || strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			return true
		}
	}
	return false
}

// folders returns the folders of the files, in order.
func (g *generator) folders(files map[string]string) []string {
	set := map[string]bool{}
	for name := range files {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			set[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func (g *generator) name() string {
	return g.pick("a", "b", "c", "ab", "ba", "aa", "abc", "a.b", "b-", "A", "a b", "c ", "\u00e4", "[a]", "a*", "\\b", "#a", "!b", "-")
}

func (g *generator) rules() string {
	var b strings.Builder
	for range 2 + g.IntN(8) {
		b.WriteString(g.pick("", "", "", "", "", "!", "!", "/", "!/", "\\", "#", " "))
		for i := range g.short() {
			if i > 0 {
				b.WriteString(g.pick("/", "/", "/", "", "\\/"))
			}
			for range g.short() {
				b.WriteString(g.part())
			}
		}
		b.WriteString(g.pick("", "", "", "", "", "/", " ", "\\ ", "\t", "/**", "\\"))
		b.WriteString(g.pick("\n", "\n", "\n", "\r\n"))
	}
	return b.String()
}

// short returns a length, most often 1.
func (g *generator) short() int { return 1 + max(0, g.IntN(6)-3) }

func (g *generator) part() string {
	switch g.IntN(4) {
	case 0:
		return g.pick("*", "*", "**", "***", "?", "**/", "/**", "a*", "*b", "\\*", "\\a")
	case 1:
		return "[" + g.pick("", "", "!", "^") + g.pick("a", "a-c", "]", "b-a", "[:alpha:]", "[:lower:]", "[:x:]", "[:", "\\", "-", "\u00e4", "a-", "/", ".-0") + g.pick("", "b", "-", "-z", "\\]") + g.pick("]", "]", "]", "")
	}
	return g.name()
}
