package yamlfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// inputs are files with every kind of node.
var inputs = []string{
	"",
	"# only a comment\n",
	"a: 1\nb: [x, 'y', \"z\"]\nc: {d: e, f: }\n",
	"---\na: &x\n  b: c\nd: *x\ne: !!str 12\nf: &y !t z\n---\n- 1\n- - 2\n  - 3\n-\n",
	"text: |\n  # no comment\n  line\nfolded: >-\n  a\n\n  b # neither\nlast: x # comment\n",
	"? complex\n: value\n? [a, b]\n: c\n",
	"ü: ö # ä\nÄ: [é, \"ñ #\", ß]\n'日本': 語\n",
	"a: \"x\u2028y\"\n# odd\u0085b: c\nd: e\n",
	"%YAML 1.1\n--- # start\na: b\n...\n---\nc\n",
	"x: |2+\n   deeper\n  less # text\n\n\ny: >\n\n  text\nz: |\n",
	"base: &b {a: 1}\nuse:\n  <<: *b\n  c: 'it''s # no comment'\n",
	"a: plain\n  goes on # comment\nb:\n  - &l x\n  - *l\n  - \"multi\n    line # no\"\n",
	"services:\n  web:\n    command: [\"sh\", \"-c\", 'echo # hi']\n    ports:\n    - \"80:80\" # http\n",
	"a: !reset null\nb: !override\n  - c\nd: !!binary aGk=\n",
	"k: v #c\r#d\n",
}

// twins returns an input with the line ends of Windows and with a byte order mark.
func twins(s string) []string {
	crlf := strings.ReplaceAll(s, "\n", "\r\n")
	return []string{s, crlf, bom + s, bom + crlf, strings.TrimSuffix(s, "\n")}
}

// TestPositions compares where each node starts with the bytes.
func TestPositions(t *testing.T) {
	nodes := 0
	for _, in := range inputs {
		for _, s := range twins(in) {
			f, err := Parse("x.yaml", []byte(s))
			if err != nil {
				t.Errorf("%q: %v", s, err)
				continue
			}
			for _, d := range f.Documents() {
				nodes += checkPositions(t, f, d)
			}
		}
	}
	if nodes < 500 {
		t.Errorf("%d nodes compared", nodes)
	}
}

// checkPositions reports nodes that do not start where the bytes have them.
func checkPositions(t *testing.T, f *File, n *Node) (nodes int) {
	t.Helper()
	at := string(f.src[n.Offset:])
	if want := start(n); !strings.HasPrefix(at, want) && !strings.HasPrefix(at, "!") { // a tag that adds nothing
		t.Errorf("%q: %q at %d:%d is not %q", f.src, n.Value, n.Line, n.Col, want)
	}
	lineStart := strings.LastIndexByte(string(f.src[:n.Offset]), '\n') + 1
	col := n.Offset - lineStart + 1
	if lineStart == 0 && strings.HasPrefix(string(f.src), bom) {
		col -= len(bom)
	}
	if line := strings.Count(string(f.src[:n.Offset]), "\n") + 1; n.Line != line || n.Col != col {
		t.Errorf("%q: offset %d is %d:%d, not %d:%d", f.src, n.Offset, line, col, n.Line, n.Col)
	}
	for _, c := range n.content {
		nodes += checkPositions(t, f, c)
	}
	return nodes + 1
}

// start returns the bytes that a node starts with, "" where they are not known.
func start(n *Node) string {
	switch style := n.raw.Style; {
	case n.Kind == Alias:
		return "*" + n.Value
	case n.Anchor != "" && style&yaml.TaggedStyle == 0:
		return "&" + n.Anchor
	case style&yaml.TaggedStyle != 0:
		return "" // a tag and an anchor come in either order
	case style&yaml.DoubleQuotedStyle != 0:
		return `"`
	case style&yaml.SingleQuotedStyle != 0:
		return "'"
	case style&yaml.LiteralStyle != 0:
		return "|"
	case style&yaml.FoldedStyle != 0:
		return ">"
	case n.Kind == Scalar:
		if i := strings.IndexAny(n.Value, " \t\n\u0085\u2028\u2029"); i >= 0 {
			return n.Value[:i]
		}
		return n.Value
	case style&yaml.FlowStyle != 0 && n.Kind == Mapping:
		return "" // "{", or nothing for a pair in a flow sequence
	case style&yaml.FlowStyle != 0:
		return "["
	case n.Kind == Sequence:
		return "-"
	}
	return "" // a block mapping starts where its first key does
}

func TestLookup(t *testing.T) {
	f, err := Parse("x.yaml", []byte("base: &b\n  a: 1\n  c: 2\nmore: &m {c: 3, d: 4}\nuse:\n  <<: [*b, *m]\n  a: 5\nlist: [x, *b]\nnone: ~\n"))
	if err != nil {
		t.Fatal(err)
	}
	root := f.Documents()[0]
	_, use := root.Get("use")
	for name, want := range map[string]string{"a": "5 at 7:6", "c": "2 at 3:6", "d": "4 at 4:20"} {
		if _, v := use.Get(name); fmt.Sprintf("%s at %d:%d", v.Value, v.Line, v.Col) != want {
			t.Errorf("%s: %s at %d:%d, not %s", name, v.Value, v.Line, v.Col, want)
		}
	}
	if k, v := use.Get("e"); k != nil || v != nil {
		t.Errorf("e: %v", v)
	}
	_, list := root.Get("list")
	if list.Len() != 2 || list.Index(0).Value != "x" || list.Index(1).Kind != Alias || list.Index(2) != nil || list.Index(-1) != nil {
		t.Errorf("list: %v", list)
	}
	if _, v := list.Index(1).Get("a"); v == nil || v.Value != "1" {
		t.Errorf("through an alias: %v", v)
	}
	if _, none := root.Get("none"); !none.IsNull() || list.IsNull() {
		t.Error("IsNull")
	}
}

func TestComments(t *testing.T) {
	want := map[string][]string{
		inputs[1]:  {"1 # only a comment"},
		inputs[4]:  {"8 # comment"},
		inputs[6]:  {"1 # ä"},
		inputs[7]:  {"2 # odd"},
		inputs[8]:  {"2 # start"},
		inputs[9]:  nil,
		inputs[10]: nil,
		inputs[11]: {"2 # comment"},
		inputs[12]: {"5 # http"},
	}
	for in, want := range want {
		for _, s := range twins(in) {
			f, err := Parse("x.yaml", []byte(s))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range f.Comments() {
				line, _ := f.Position(c.Start)
				got = append(got, fmt.Sprintln(line, c.Text))
				if s[c.Start:c.End] != c.Text {
					t.Errorf("%q: %q is not at %d", s, c.Text, c.Start)
				}
			}
			if g, w := strings.Join(got, ""), strings.Join(append(want, ""), "\n"); g != w {
				t.Errorf("%q:\ngot  %q\nwant %q", s, g, w)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name, in string
		reason   Reason
		at       string
	}{
		{"no YAML", "a: b\nc: ]\n", Syntax, "2:4"},
		{"not UTF-8", "a: b\nc: \xff\n", NotUTF8, "2:4"},
		{"UTF-16", "\xff\xfea\x00", NotUTF8, "1:1"},
		{"tab", "a:\n  b: c\n\td: e\n", Tab, "3:1"},
		{"duplicate key", "a: 1\nb: 2\na: 3\n", DuplicateKey, "3:1"},
		{"duplicate key in a merge", "a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n", DuplicateKey, "4:3"},
		{"template in a value", "a: b\nc: {{ .Values.c }}\n", Template, "2:4"},
		{"template between the lines", "a: b\n{{- if .c }}\nc: d\n{{- end }}\n", Template, "2:1"},
		{"Jinja", "{% if x %}\na: b\n{% endif %}\n", Template, "1:1"},
		{"too large", "a: " + strings.Repeat("x", MaxBytes), TooLarge, "0:0"},
		{"too many nodes", "[" + strings.Repeat("a,", MaxNodes) + "a]", TooLarge, "1:200000"},
		{"far too many nodes", "[" + strings.Repeat("a,", 2*MaxNodes) + "a]", TooLarge, "0:0"},
		{"too many documents", strings.Repeat("--- a\n", MaxDocuments+1), TooLarge, "1001:1"},
		{"flow too deep", strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2), TooDeep, "1:101"},
		{"block too deep", strings.Repeat("- ", MaxDepth+2) + "a", TooDeep, "1:201"},
		{"cycle", "a: &a\n  b: *a\n", Cycle, "2:6"},
		{"alias bomb", bomb(9), TooLarge, "6:25"},
		{"unknown anchor", "a: *b\n", Syntax, "1:4"},
	} {
		_, err := Parse("x.yaml", []byte(test.in))
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if at := fmt.Sprintf("%d:%d", e.Line, e.Col); e.Reason != test.reason || at != test.at {
			t.Errorf("%s: %v at %s (%s), not %s at %s", test.name, e.Reason, at, e.Msg, test.reason, test.at)
		}
	}
}

// TestAccepted has files just within what TestErrors refuses.
func TestAccepted(t *testing.T) {
	for name, in := range map[string]string{
		"same key in two mappings":  "a: {x: 1}\nb: {x: 2}\n",
		"braces in a string":        "a: \"{{.Name}}\"\nb: '{% raw %}'\n",
		"tab in a value":            "a: b\tc\nd:\te\n",
		"as deep as is allowed":     strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth),
		"as many nodes as allowed":  "[" + strings.Repeat("a,", MaxNodes-2) + "a]",
		"few aliases":               bomb(4),
		"as large as is allowed":    "a: " + strings.Repeat("x", MaxBytes-3),
		"a mapping within a flow":   "a: { {b: c}: d }\n",
		"an alias used three times": "a: &a [1]\nb: *a\nc: *a\nd: *a\n",
	} {
		if _, err := Parse("x.yaml", []byte(in)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bomb returns a file in which level n means 10^n values.
func bomb(levels int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 x\n")
	for i := 1; i <= levels; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

func TestDecode(t *testing.T) {
	f, err := Parse("x.yaml", []byte("[true, 0x10, 1.5, ~, yes, '12', !!str 3]"))
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for item := range f.Documents()[0].Items() {
		var v any
		if err := item.Decode(&v); err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	if s := fmt.Sprintf("%#v", got); s != `[]interface {}{true, 16, 1.5, interface {}(nil), "yes", "12", "3"}` {
		t.Error(s)
	}
}

func FuzzParse(f *testing.F) {
	for _, in := range inputs {
		for _, s := range twins(in) {
			f.Add([]byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<14 {
			return
		}
		file, err := Parse("x.yaml", src)
		if err != nil {
			if e := new(Error); !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, d := range file.Documents() {
			checkPositions(t, file, d)
		}
		checkEdits(t, file)
		for _, c := range file.Comments() {
			if string(src[c.Start:c.End]) != c.Text || c.Text[0] != '#' || c.Governs.End > len(src) {
				t.Errorf("comment %+v", c)
			}
		}
	})
}
