package golden

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/transforms"
)

// indexFile lists the cases. It is written with -update, after the cases.
const indexFile = "INDEX.md"

// TestIndex: the index lists the existing cases.
func TestIndex(t *testing.T) {
	got := index(t)
	if *update {
		if err := os.WriteFile(indexFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := read(t, ".", indexFile); !bytes.Equal(got, want) {
		t.Errorf("golden/INDEX.md is stale; make golden writes it:\n%s", diff.Unified(indexFile, want, got))
	}
}

// TestWhy: a case that changes no byte of its Dockerfile says why, but for those of which
// something is stated.
func TestWhy(t *testing.T) {
	dirs, err := Cases(".", "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		id, _ := topics(dir)
		states := onlyStates(id) && read(t, dir, "findings.txt") != nil
		if read(t, dir, "want.Dockerfile") == nil && !states && len(bytes.TrimSpace(read(t, dir, "why.md"))) == 0 {
			t.Errorf("%s changes nothing and has no why.md: write in a sentence why the Dockerfile stays as it is", dir)
		}
	}
}

// onlyStates reports whether the transform with that ID changes nothing.
func onlyStates(id string) bool {
	return slices.ContainsFunc(transforms.All(), func(tr *fixer.Transform) bool { return tr.ID == id && tr.Safety == fixer.Note })
}

// index returns the text of INDEX.md.
func index(t *testing.T) []byte {
	t.Helper()
	dirs, err := Cases(".", "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]int{} // by transform, and by theme
	for _, dir := range dirs {
		id, theme := topics(dir)
		cases[id]++
		if theme != "" {
			cases[id+"/"+theme]++
		}
	}
	var b bytes.Buffer
	b.WriteString("<!-- make golden writes this file. -->\n\n# Golden cases\n\n" +
		"What each case shows: the first sentence of its why.md, or its first finding. `all` runs the whole list of transforms.\n")
	lastID, lastTheme := "", ""
	for _, dir := range dirs {
		id, theme := topics(dir)
		if id != lastID {
			fmt.Fprintf(&b, "\n## %s (%d)\n", id, cases[id])
			if theme == "" {
				b.WriteString("\n")
			}
			lastTheme = ""
		}
		if theme != lastTheme {
			fmt.Fprintf(&b, "\n### %s (%d)\n\n", theme, cases[id+"/"+theme])
		}
		lastID, lastTheme = id, theme
		fmt.Fprintf(&b, "- [%s](%s): %s\n", filepath.Base(dir), filepath.ToSlash(dir), shows(t, dir))
	}
	return b.Bytes()
}

// topics returns the transform and the theme of a case. Those of the whole list have
// no theme.
func topics(dir string) (id, theme string) {
	parts := strings.Split(filepath.ToSlash(dir), "/")
	if len(parts) < 3 {
		return parts[0], ""
	}
	return parts[0], parts[1]
}

var (
	sentenceEnd = regexp.MustCompile("[^ .][.?][\"`)]*( |$)") // not that of COPY . .
	findingHead = regexp.MustCompile(`^Dockerfile:\d+:\d+: `)
	findingTail = regexp.MustCompile(` \[[a-z-]+\]$`)
	markup      = strings.NewReplacer(`*`, `\*`, `_`, `\_`, `<`, `\<`, `[`, `\[`, "`", "\\`")
)

// shows returns what the case shows, in one line.
func shows(t *testing.T, dir string) string {
	t.Helper()
	if why := bytes.TrimSpace(read(t, dir, "why.md")); len(why) > 0 {
		paragraph, _, _ := strings.Cut(string(why), "\n\n")
		text := strings.Join(strings.Fields(paragraph), " ")
		if end := sentenceEnd.FindStringIndex(text); end != nil {
			return strings.TrimSpace(text[:end[1]])
		}
		return strings.TrimSuffix(text, ":") + "."
	}
	finding, _, _ := strings.Cut(string(read(t, dir, "findings.txt")), "\n")
	if finding == "" {
		return "no finding."
	}
	return markup.Replace(findingTail.ReplaceAllString(findingHead.ReplaceAllString(finding, ""), "")) + "."
}
