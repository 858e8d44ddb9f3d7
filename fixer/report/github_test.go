package report

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// parsedCommand is a line as parsed by the runner.
type parsedCommand struct {
	name       string
	properties map[string]string
	data       string
}

// parseCommand parses a line as GitHub's runner does: a command begins with "::",
// after blanks; after the name come properties up to the next "::", split at commas
// and then at the first equals sign, where empty ones don't count; escapes in
// properties and data are replaced one after the other, "%" last. ok is false
// for a line that goes to the log.
func parseCommand(line string) (c parsedCommand, ok bool) {
	line, ok = strings.CutPrefix(strings.TrimLeft(line, " \t"), "::")
	info, data, found := strings.Cut(line, "::")
	if !ok || !found {
		return c, false
	}
	c.properties = map[string]string{}
	c.name, info, _ = strings.Cut(info, " ")
	for part := range strings.SplitSeq(strings.TrimSpace(info), ",") {
		key, value, _ := strings.Cut(part, "=")
		if value = strings.TrimLeft(value, "="); key != "" && value != "" {
			c.properties[key] = unescaped(value, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
		}
	}
	c.data = unescaped(data, "%0D", "\r", "%0A", "\n", "%25", "%")
	return c, true
}

func unescaped(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

// parseCommands reads all lines, each of which must be a command.
func parseCommands(t *testing.T, r *Report) (list []parsedCommand) {
	t.Helper()
	var b bytes.Buffer
	if err := GitHub(&b, r); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		c, ok := parseCommand(strings.TrimSuffix(line, "\n"))
		if !ok || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%q is no command", line)
		}
		list = append(list, c)
	}
	return list
}

func TestGitHubWriter(t *testing.T) { checkWriter(t, GitHub) }

func TestGitHub(t *testing.T) {
	at := func(line, col, title string) map[string]string {
		return map[string]string{"file": "a/Dockerfile", "line": line, "col": col, "title": title}
	}
	got := parseCommands(t, &Report{Files: []File{
		{Path: "a/Dockerfile", Known: []bool{false, true, false, false, false}, Result: fixer.Result{Findings: []fixer.Finding{
			{ID: "one", Status: fixer.Fixed, Line: 1, Col: 2, Problem: "fixed", Safety: fixer.Safe},
			{ID: "one", Status: fixer.Fixed, Line: 1, Col: 2, Problem: "in the baseline", Safety: fixer.Safe},
			{ID: "two", Status: fixer.Offered, Line: 3, Col: 4, Problem: "not fixed", Safety: fixer.Unsafe},
			{ID: "base-image", Status: fixer.Stated, Line: 5, Col: 6, Problem: "left alone"},
			{ID: "three", Status: fixer.Failed, Line: 1, Col: 1, Problem: "panic"},
		}}, Err: &document.Error{Name: "a/Dockerfile", Line: 9, Col: 1, Msg: "not written"}},
		{Path: "b", Err: &document.Error{Name: "b", Msg: "no such file"}},
	}})
	want := []parsedCommand{
		{"warning", at("1", "2", "dockmend one"), "fixed"},
		{"notice", at("3", "4", "dockmend two"), "not fixed; only with --unsafe"},
		{"error", at("1", "1", "dockmend three"), "panic"},
		{"error", at("9", "1", "dockmend"), "not written"},
		{"error", map[string]string{"file": "b", "title": "dockmend"}, "no such file"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

// escapees is text that may break out of a command. What is not printable comes back
// as from Printable, except line ends.
var escapees = []struct{ text, want string }{
	{"a b", "a b"},
	{" a ", " a "},
	{`it's "a\b"`, `it's "a\b"`},
	{"a\nb\r\nc\r", "a\nb\r\nc\r"},
	{"a\n::error::x", "a\n::error::x"},
	{"::error::x", "::error::x"},
	{"::stop-commands::x\n", "::stop-commands::x\n"},
	{"a%0Ab%0D%25%3A%2C%", "a%0Ab%0D%25%3A%2C%"},
	{"%250A", "%250A"},
	{"a,line=9,b=c", "a,line=9,b=c"},
	{"a:b::c", "a:b::c"},
	{"##[error]x;y", "##[error]x;y"},
	{"\xff", "\ufffd"},
	{"a\xff\xfe\nb", "a\ufffd\nb"},
	{"\x1b[31m\x00\t", `\x1b[31m\x00\t`},
	{"a\u2028b\u0085", `a\u2028b\u0085`},
	{"é\U0001f600", "é\U0001f600"},
	{`\n\x1b`, `\n\x1b`},
	{"a=b=", "a=b="},
}

func TestGitHubQuotes(t *testing.T) {
	for _, c := range escapees {
		got := parseCommands(t, reportOf(c.text))
		want := map[string]string{"file": c.want, "line": "1", "col": "1", "title": "dockmend " + c.want + "."}
		if len(got) != 2 || got[0].data != c.want || !reflect.DeepEqual(got[0].properties, want) || got[1].data != c.want || got[1].properties["file"] != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
	if got := parseCommands(t, reportOf("==a"))[0]; got.properties["file"] != "./==a" || got.data != "==a" {
		t.Errorf("with equals signs in front: %v", got)
	}
}

// reportOf returns a report with the text in every place.
func reportOf(text string) *Report {
	return &Report{Files: []File{{
		Path:   text,
		Result: fixer.Result{Findings: []fixer.Finding{{ID: text + ".", Status: fixer.Fixed, Line: 1, Col: 1, Problem: text, Safety: fixer.Safe}}},
		Err:    &document.Error{Name: text, Msg: text},
	}}}
}

func FuzzGitHub(f *testing.F) {
	for _, c := range escapees {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := parseCommands(t, reportOf(text))
		if len(got) != 2 || got[0].name != "warning" || got[1].name != "error" {
			t.Fatalf("%q makes %q", text, got)
		}
		for _, c := range got {
			if c.data != printableLines(text) || text != "" && text[0] != '=' && c.properties["file"] != printableLines(text) {
				t.Fatalf("%q comes back as %q", text, c)
			}
		}
	})
}
