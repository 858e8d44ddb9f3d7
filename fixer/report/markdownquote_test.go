package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// parseMarkdown parses it as GitHub does.
func parseMarkdown(markdown string) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(markdown)))
}

// nasty is untrusted text that may have an effect.
var nasty = []string{
	"@octocat", "@dockmend/owners please look", "#1", "GH-1", "dockmend/dockmend#1", "JIRA-12",
	"deadbeefcafe", "0123456789abcdef0123456789abcdef01234567", "acceded",
	"https://evil.example/a?b=c", "www.evil.example", "me@evil.example", "mailto:me@evil.example",
	"[x](https://evil.example)", "[x]", "[x]: https://evil.example", "![x](https://evil.example/x.png)", "<https://evil.example>",
	"<img src=x onerror=alert(1)>", "<details>", "</details>", "</summary>", "<!--", "-->", "<script>", "&lt;b&gt;", "&#64;octocat",
	"**bold**", "_it_ *it*", "~~gone~~", "# heading", "> quote", "- item", "1. item", "1) item", "---", "===", "```", "~~~", "    code",
	"`", "``", "`a`", "`` ` ``", "```` ```", "\\`", "`\\", "a`|`b", " `", "` ", "\\", "\\\\",
	"|", "\\|", "\\\\|", "a | b | c", "| --- | --- |", "`|`", "|\n| --- |",
	"a\nb", "a\r\nb", "a\n\n# heading\n\n@octocat", "\x00", "\x1b[31mred", "\u202egnp.exe", "\u00a0", "\u200b@octocat",
	"a  b   c", " a ", "  ", "\t", "\xff", "a\xfeb`\xff", ":tada:", "$x$ $`x`$", "[^1]", "[ ]", "- [ ] task", "> [!CAUTION]",
	"(", ")", "((a", "a))", ". .", "...", ".", ",", ";", "=,", `"open`, `["node", "server.js"]`, `say "a b c" now`, "é", "日本語", "🎉",
	"Closes #1", "fixes dockmend/dockmend#1", "a:b:c", "\ufeff", "",
}

// children returns those of a node: its own count of them is not reliable.
func children(n ast.Node) (list []ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		list = append(list, c)
	}
	return list
}

// shown is what a reader sees of untrusted text: several spaces count as one.
func shown(s string) string {
	return strings.Join(strings.Fields(escape.Line(s)), " ")
}

// inline returns what a reader sees of a node, and the part of it outside code spans.
func inline(n ast.Node, source []byte) (all, outside string) {
	var seen, bare strings.Builder
	err := ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if s, ok := n.(*ast.Text); ok {
			value := string(s.Segment.Value(source))
			seen.WriteString(value)
			if n.Parent().Kind() == ast.KindCodeSpan {
				bare.WriteByte(0)
			} else {
				bare.WriteString(value)
			}
			if s.SoftLineBreak() || s.HardLineBreak() {
				seen.WriteByte(' ')
				bare.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		panic(err) // the function above has none
	}
	return strings.Join(strings.Fields(seen.String()), " "), bare.String()
}

// harmless matches text that GitHub does not interpret, in any position.
var harmless = regexp.MustCompile(`^(?:[A-Za-z0-9 ,;:.()'\x00]|\b[a-z]+(?:-[a-z]+)+\b)*$`)

// reference is what could be one to an issue or a commit.
var reference = regexp.MustCompile(`(?i)\bGH-|[a-z]-[0-9]|\b[0-9a-f]{7,}\b|www\.\S|:\w+:`)

// checkInline checks a node that must contain s, without effect.
func checkInline(t *testing.T, n ast.Node, source, want string) {
	t.Helper()
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if k := c.Kind(); k != ast.KindText && k != ast.KindCodeSpan {
			t.Errorf("%q has a %v in it", source, k)
		}
	}
	all, outside := inline(n, []byte(source))
	if all != want {
		t.Errorf("%q shows\n%q, want\n%q", source, all, want)
	}
	if !harmless.MatchString(outside) || reference.MatchString(outside) {
		t.Errorf("%q has this outside of code spans: %q", source, outside)
	}
}

// checkQuoted checks all ways to quote s.
func checkQuoted(t *testing.T, s string) {
	t.Helper()
	want := shown(s)
	if want == "" {
		want = `""`
	}
	for _, quote := range []func(string) string{codeSpan, prose} {
		markdown := "- begin " + quote(s) + " end"
		blocks := children(parseMarkdown(markdown))
		if len(blocks) != 1 || blocks[0].Kind() != ast.KindList || len(children(blocks[0])) != 1 || len(children(blocks[0].FirstChild())) != 1 {
			t.Errorf("%q is no list of one line", markdown)
			continue
		}
		if strings.TrimSpace(escape.Line(s)) == "" && s != "" && want == `""` {
			continue // a code span of spaces shows nothing
		}
		checkInline(t, blocks[0].FirstChild().FirstChild(), markdown, "begin "+want+" end")
	}
	checkCell(t, s, want)
}

// checkCell puts s into a table.
func checkCell(t *testing.T, s, want string) {
	t.Helper()
	if s == "" {
		want = "not seen"
	}
	markdown := table([]Seen{{s, "before", s}, {"what", s, "after"}}) + "\n"
	blocks := children(parseMarkdown(markdown))
	if len(blocks) != 1 || blocks[0].Kind() != extast.KindTable || len(children(blocks[0])) != 3 {
		t.Errorf("%q is no table of three rows", markdown)
		return
	}
	for i, wants := range [][]string{{want, "before", want}, {"what", want, "after"}} {
		cells := children(children(blocks[0])[i+1])
		if len(cells) != len(wants) {
			t.Errorf("%q has %d cells in a row", markdown, len(cells))
			return
		}
		for k, cell := range cells {
			checkInline(t, cell, markdown, wants[k])
		}
	}
}

func TestQuoted(t *testing.T) {
	for _, s := range nasty {
		t.Run(fmt.Sprintf("%q", s), func(t *testing.T) { checkQuoted(t, s) })
	}
}

func FuzzQuoted(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) <= maxName && len(escape.Line(s)) <= maxName {
			checkQuoted(t, s)
		}
	})
}

func TestCodeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"a":    "`a`",
		" a":   "` a`",
		" a ":  "`  a  `",
		"  ":   "`  `",
		"`":    "`` ` ``",
		"a`b":  "``a`b``",
		"`` `": "``` `` ` ```",
		"":     "`\"\"`",
		"a\nb": "`a\\nb`",
		"\xff": "`\ufffd`",
	} {
		if got := codeSpan(in); got != want {
			t.Errorf("%q becomes %s, want %s", in, got, want)
		}
	}
}

func TestProse(t *testing.T) {
	for in, want := range map[string]string{
		"container runs as root: add USER node (node is 1000:1000 in node:20-slim, its history says)": "container runs as root: add USER node (node is `1000:1000` in `node:20-slim`, its history says)",
		"unpinned image node:20: use 20.1-slim (same digest sha256:1352b0dc6dce)":                     "unpinned image `node:20`: use `20.1-slim` (same digest `sha256:1352b0dc6dce`)",
		`node dist/index.js (script "start" of package.json)`:                                         "node `dist/index.js` (script `\"start\"` of `package.json`)",
		`now ["node", "a b.js"], as before`:                                                           "now `[\"node\", \"a b.js\"]`, as before",
		"set without =, a form of the past":                                                           "set without `=`, a form of the past",
		"takes COPY . . along":                                                                        "takes COPY `. .` along",
		"root's; only with --unsafe":                                                                  "root's; only with `--unsafe`",
		"user-owned, 155.4 MB in 0.7s on Node.js 20":                                                  "user-owned, 155.4 MB in 0.7s on Node.js 20",
		"nothing (--facts), then f(x) (a.b) c.d":                                                      "nothing (`--facts`), then `f(x) (a.b) c.d`",
		"() of (x-1) and (a.b":                                                                        "`()` of (`x-1`) and (`a.b`",
		"effaced, defaced":                                                                            "`effaced, defaced`",
	} {
		if got := prose(in); got != want {
			t.Errorf("%q becomes\n%s, want\n%s", in, got, want)
		}
	}
}

func TestClipped(t *testing.T) {
	long := strings.Repeat("é`|@x ", 5000)
	for _, quote := range []func(string) string{codeSpan, prose} {
		got := quote(long)
		if len(got) > 4*maxText || !strings.Contains(got, "…") || !utf8.ValidString(got) {
			t.Errorf("%d bytes: %.60q", len(got), got)
		}
		markdown := "- " + got
		all, _ := inline(parseMarkdown(markdown), []byte(markdown))
		if !strings.HasPrefix(shown(long), strings.TrimSuffix(all, "…")) {
			t.Errorf("it shows %q", all)
		}
	}
}

func TestReason(t *testing.T) {
	for in, want := range map[string]string{
		"":              "",
		"No end":        "No end",
		"One sentence.": "One sentence.",
		"A b c. D e f.": "A b c. D e f.",
		"A short one. A second that has all that is to be said of it, as the first is too short. A third.":           "A short one. A second that has all that is to be said of it, as the first is too short.",
		"COPY . . takes along more than\nanybody, e.g. a reader of the file, would think of at first. A second one.": "COPY . . takes along more than anybody, e.g. a reader of the file, would think of at first.",
	} {
		if got := reason(in); got != want {
			t.Errorf("of %q\n%q, want\n%q", in, got, want)
		}
	}
}
