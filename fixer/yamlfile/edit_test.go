package yamlfile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/document"
)

// node returns the key and the value at a path of keys, and of numbers of items.
func node(t *testing.T, f *File, path string) (key, value *Node) {
	t.Helper()
	value = f.Documents()[0]
	for name := range strings.FieldsSeq(path) {
		if value.Kind == Sequence {
			key, value = nil, value.Index(int(name[0]-'0'))
		} else {
			key, value = value.Get(name)
		}
		if value == nil {
			t.Fatalf("%s has no %s", path, name)
		}
	}
	return key, value
}

// change is an edit of a test: it adds an entry "k=v" or an item "v" to the node at a path,
// or sets it.
func change(t *testing.T, f *File, what, path string, v Value, after ...string) (document.Edit, error) {
	t.Helper()
	key, n := node(t, f, path)
	switch what {
	case "item":
		return f.AddItem(n, v)
	case "set list":
		return f.SetValue(key, n, List(v))
	case "set":
		return f.SetValue(key, n, v)
	}
	return f.AddEntry(n, what, v, after...)
}

func TestEdits(t *testing.T) {
	one := String("x")
	for _, test := range []struct {
		name, in, what, path string
		value                Value
		after                string
		want                 string
	}{
		{"behind the last", "a:\n  b: 1\nc: 2\n", "k", "a", one, "", "a:\n  b: 1\n  k: x\nc: 2\n"},
		{"behind a named one", "a:\n  b: 1\n  c: 2\n", "k", "a", one, "b", "a:\n  b: 1\n  k: x\n  c: 2\n"},
		{"without a last line end", "a:\n  b: 1", "k", "a", one, "", "a:\n  b: 1\n  k: x"},
		{"before a comment of the next", "a:\n  b: 1\n  # of c\n  c: 2\n", "k", "a", one, "b", "a:\n  b: 1\n  k: x\n  # of c\n  c: 2\n"},
		{"before blank lines", "a:\n  b: 1\n\n\nc: 2\n", "k", "a", one, "", "a:\n  b: 1\n  k: x\n\n\nc: 2\n"},
		{"behind items of a comment", "a:\n  b:\n    - 1\n    # - 2\n  c: 3\n", "k", "a", one, "b", "a:\n  b:\n    - 1\n    # - 2\n  k: x\n  c: 3\n"},
		{"behind a block of text", "a:\n  b: |\n    # text\n\n    more\n\n  # of c\n  c: 1\n", "k", "a", one, "b", "a:\n  b: |\n    # text\n\n    more\n  k: x\n\n  # of c\n  c: 1\n"},
		{"behind what goes on", "a:\n  b: one\n    two # and\n  c: 'three\n\n    four'\nd: 1\n", "k", "a", one, "", "a:\n  b: one\n    two # and\n  c: 'three\n\n    four'\n  k: x\nd: 1\n"},
		{"behind a flow that goes on", "a:\n  b: [1,\n    2\n  ]\nd: 1\n", "k", "a", one, "", "a:\n  b: [1,\n    2\n  ]\n  k: x\nd: 1\n"},
		{"behind what is left out", "a:\n  b:\nd: 1\n", "k", "a", one, "", "a:\n  b:\n  k: x\nd: 1\n"},
		{"before the next document", "a: 1\n---\nb: 2\n", "k", "", one, "", "a: 1\nk: x\n---\nb: 2\n"},
		{"before the end of the document", "a: 1\n# end\n...\n", "k", "", one, "", "a: 1\nk: x\n# end\n...\n"},
		{"in an item", "a:\n- n: 1\n  m: 2\n- n: 3\n", "k", "a 0", one, "", "a:\n- n: 1\n  m: 2\n  k: x\n- n: 3\n"},
		{"in an item of an item", "- - n: 1\n- - 2\n", "k", "0 0", one, "", "- - n: 1\n    k: x\n- - 2\n"},
		{"in an item before one that starts with a lonely dash", "a:\n  - \n    b: 1\n  -  # c\n    b: 2\n", "k", "a 0", one, "", "a:\n  - \n    b: 1\n    k: x\n  -  # c\n    b: 2\n"},
		{"a mapping, as deep as others", "a:\n    b:\n        c: 1\n", "k", "a", Map(Entry{"l", Map(Entry{"m", Int(1)})}, Entry{"o", Map()}), "", "a:\n    b:\n        c: 1\n    k:\n        l:\n            m: 1\n        o: {}\n"},
		{"a list, deeper than its key", "a:\n  b:\n    - 1\n", "k", "a", List(one, Quoted("1:2")), "", "a:\n  b:\n    - 1\n  k:\n    - x\n    - \"1:2\"\n"},
		{"a list, as deep as its key", "a:\n  b:\n  - 1\n", "k", "a", List(one), "", "a:\n  b:\n  - 1\n  k:\n  - x\n"},
		{"a list of mappings", "a:\n  b: 1\n", "k", "a", List(Map(Entry{"p", one}, Entry{"m", Bool(true)})), "", "a:\n  b: 1\n  k:\n    - p: x\n      m: true\n"},
		{"an empty list", "a:\n  b: 1\n", "k", "a", List(), "", "a:\n  b: 1\n  k: []\n"},
		{"an item", "a:\n  b:\n    - 1 # one\n    # - 2\n\n  c: 3\n", "item", "a b", one, "", "a:\n  b:\n    - 1 # one\n    - x\n    # - 2\n\n  c: 3\n"},
		{"an item that is a mapping", "a:\n- n: 1\n  m: 2\nb: 3\n", "item", "a", Map(Entry{"p", one}, Entry{"m", List(one)}), "", "a:\n- n: 1\n  m: 2\n- p: x\n  m:\n  - x\nb: 3\n"},
		{"an item on one line", "a: [1, 'b' ] # ab\n", "item", "a", one, "", "a: [1, 'b', 'x' ] # ab\n"},
		{"an item with a colon on one line", "a: [b]\n", "item", "a", String("c:d"), "", "a: [b, \"c:d\"]\n"},
		{"an item that single quotes don't hold", "a: ['b']\n", "item", "a", String("it's"), "", "a: ['b', \"it's\"]\n"},
		{"an item behind a comma", "a: [1, ]\n", "item", "a", String("p,q"), "", "a: [1, \"p,q\" ]\n"},
		{"instead of a scalar", "a: 'b' # c\nd: 1\n", "set", "a", one, "", "a: 'x' # c\nd: 1\n"},
		{"instead of a plain one", "a: b # c\n", "set", "a", one, "", "a: x # c\n"},
		{"instead of a quoted one", "a: \"b\"\n", "set", "a", one, "", "a: \"x\"\n"},
		{"in flow style", "a: {b: \"c\", d: }\n", "set", "a b", String("p,q"), "", "a: {b: \"p,q\", d: }\n"},
		{"instead of nothing", "a:  # c\nd: 1\n", "set", "a", one, "", "a: x  # c\nd: 1\n"},
		{"instead of an empty mapping", "a:\n  b: {} # c\nd: 1\n", "set", "a b", Map(Entry{"k", one}), "", "a:\n  b: # c\n    k: x\nd: 1\n"},
		{"instead of an empty list", "a:\n  - b: []\n    c: 1", "set", "a 0 b", List(one), "", "a:\n  - b:\n      - x\n    c: 1"},
		{"instead of nothing, a list", "a:\nd: 1\n", "set", "a", List(one), "", "a:\n  - x\nd: 1\n"},
		{"an anchor that nothing uses", "a: &a\n  b: 1\n", "k", "a", one, "", "a: &a\n  b: 1\n  k: x\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wants := twins(test.want)
			for i, in := range twins(test.in) {
				f := parse(t, in)
				e, err := change(t, f, test.what, test.path, test.value, strings.Fields(test.after)...)
				if err != nil {
					t.Fatalf("%q: %v", in, err)
				}
				after, err := f.Edited([]document.Edit{e})
				if err != nil {
					t.Fatalf("%q: %v", in, err)
				}
				if got := string(after.Bytes()); got != wants[i] {
					t.Errorf("%q:\ngot  %q\nwant %q", in, got, wants[i])
				}
			}
		})
	}
}

func parse(t *testing.T, s string) *File {
	t.Helper()
	f, err := Parse("x.yaml", []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRefused(t *testing.T) {
	for _, test := range []struct{ name, in, what, path, want string }{
		{"merge key", "b: &b {c: 1}\na:\n  <<: *b\n  d: 2\n", "k", "a", "it has a merge key (<<), beside which an entry replaces what is merged"},
		{"alias", "b: &b\n  c: 1\na: *b\n", "k", "a", "it is an alias (*b)"},
		{"used anchor", "b: &b\n  c: 1\na: *b\n", "k", "b", "anchor &b is used in line 3"},
		{"used anchor above", "b: &b\n  c:\n    d: 1\na: *b\n", "k", "b c", "anchor &b is used in line 4"},
		{"flow style", "a: {b: 1}\n", "k", "a", "it is in flow style ({…})"},
		{"no mapping", "a: 1\n", "k", "a", "it is no mapping with entries"},
		{"no entries", "a: {}\n", "k", "a", "it is no mapping with entries"},
		{"the same key", "a:\n  k: 1\n", "k", "a", "it has the key k"},
		{"complex keys", "? k1\n: 1\n", "k", "", "line 1 starts in a way that is not supported"},
		{"complex key below", "?\n k1\n: 1\n", "k", "", "the key in line 2 is not a simple one"},
		{"text that keeps its end", "a:\n  b: |+\n    text\n\nc: 1\n", "k", "a", "line 2 is a block of text that keeps the line ends behind it"},
		{"text without an end", "a:\n  b: |\n    text", "k", "a", "the file ends in a block of text, without a line end"},
		{"list of several lines", "a: [1,\n  2]\n", "item", "a", "the list is in flow style ([…]), and not of simple values on one line"},
		{"list of lists", "a: [[1], [2]]\n", "item", "a", "the list is in flow style ([…]), and not of simple values on one line"},
		{"empty list", "a: []\n", "item", "a", "it is no list with items"},
		{"list with a tag", "a: !x\n  - b\n", "item", "a", "the list has a tag"},
		{"value of several lines", "a: b\n  c\n", "set", "a", "its value in line 1 is not a simple one"},
		{"value with an anchor", "a: &a b\n", "set", "a", "its value in line 1 is not a simple one"},
		{"value in a block", "a:\n  b: 1\n", "set", "a", "its value in line 2 is not a simple one"},
		{"value of several lines in flow style", "a: {b: []}\n", "set list", "a b", "its value in line 1 is not a simple one"},
	} {
		f := parse(t, test.in)
		_, err := change(t, f, test.what, test.path, String("x"))
		if r := new(RefusedError); !errors.As(err, &r) || err.Error() != test.want {
			t.Errorf("%s: %v, not %s", test.name, err, test.want)
		}
	}
}

// TestTogether makes edits at one place: what is deeper comes first.
func TestTogether(t *testing.T) {
	f := parse(t, "a:\n  b:\n    - 1\n")
	_, a := node(t, f, "a")
	_, b := node(t, f, "a b")
	var edits []document.Edit
	for _, add := range []func() (document.Edit, error){
		func() (document.Edit, error) { return f.AddEntry(f.Documents()[0], "last", Int(1)) },
		func() (document.Edit, error) { return f.AddEntry(a, "k", Int(2)) },
		func() (document.Edit, error) { return f.AddEntry(a, "l", Int(3)) },
		func() (document.Edit, error) { return f.AddItem(b, Int(4)) },
	} {
		e, err := add()
		if err != nil {
			t.Fatal(err)
		}
		edits = append(edits, e)
	}
	after, err := f.Edited(edits)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(after.Bytes()), "a:\n  b:\n    - 1\n    - 4\n  k: 2\n  l: 3\nlast: 1\n"; got != want {
		t.Errorf("got %q", got)
	}
}

// TestEditedProves gives Edited edits that do something else than they say.
func TestEditedProves(t *testing.T) {
	f := parse(t, "a:\n  b: 1\nc: 2\n")
	_, a := node(t, f, "a")
	good, err := f.AddEntry(a, "k", String("x"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"another value": "  k: y\n", "another key": "  l: x\n", "another place": "k: x\n", "more": "  k: x\n  l: y\n",
		"another document": "  k: x\n---\n", "no YAML": "  k: [\n", "another style": "  k: 'x'\n", "nothing": "",
	} {
		bad := good
		bad.Text = text
		if _, err := f.Edited([]document.Edit{bad}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	other := parse(t, "a:\n  b: 1\nc: 2\n")
	if _, err := other.Edited([]document.Edit{good}); err == nil {
		t.Error("an edit of another file: no error")
	}
	large := parse(t, "a:\n  b: 1\nc: "+strings.Repeat("x", MaxBytes-14)+"\n")
	e, err := large.AddEntry(large.Documents()[0], "k", String("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := large.Edited([]document.Edit{e}); !errors.As(err, new(*document.TooLargeError)) {
		t.Errorf("too large: %v", err)
	}
}

func TestStrings(t *testing.T) {
	for in, want := range map[string]string{
		"x": "x", "": `""`, "yes": `"yes"`, "No": `"No"`, "1": `"1"`, "1:2": `"1:2"`, "null": `"null"`, "a b": `"a b"`, "a: b": `"a: b"`,
		"a:b": "a:b", "a:": `"a:"`, "/tmp:uid=1,gid=2": "/tmp:uid=1,gid=2", "no-new-privileges:true": "no-new-privileges:true",
		"~": `"~"`, "a#": `"a#"`, "a\"\\\n\u2028": `"a\"\\\n\u2028"`, "é": `"é"`, "{a}": `"{a}"`, "0x1": `"0x1"`, ".inf": `".inf"`, "2020-01-01": `"2020-01-01"`,
	} {
		if got := String(in).scalar(false); got != want {
			t.Errorf("%q: %s, not %s", in, got, want)
		}
	}
}

// TestAllEdits adds to each mapping and list of many files, in each place.
func TestAllEdits(t *testing.T) {
	made, refused := 0, 0
	for _, in := range inputs {
		for _, s := range twins(in) {
			m, r := checkEdits(t, parse(t, s))
			made, refused = made+m, refused+r
		}
	}
	if made < 300 || refused < 100 {
		t.Errorf("%d edits made, %d refused", made, refused)
	}
}

// checkEdits reports edits that the file grants and cannot make.
func checkEdits(t *testing.T, f *File) (made, refused int) {
	t.Helper()
	value := Map(Entry{"l", List(String("x"), Map(Entry{"m", Quoted("y")}))})
	try := func(e document.Edit, err error) {
		if err != nil {
			refused++
			return
		}
		made++
		after, err := f.Edited([]document.Edit{e})
		if err != nil {
			t.Fatalf("%q: %q at %d: %v", f.src, e.Text, e.Start, err)
		}
		if before, now := len(f.Comments()), len(after.Comments()); before != now {
			t.Fatalf("%q: %q at %d: %d comments of %d", f.src, e.Text, e.Start, now, before)
		}
	}
	if len(f.tree().order) > 200 {
		return 0, 0
	}
	for _, n := range f.tree().order {
		switch n.Kind {
		case Mapping:
			for key, old := range n.Entries() {
				try(f.AddEntry(n, "dockmend", value, key.Value))
				try(f.SetValue(key, old, value))
				try(f.SetValue(key, old, String("x")))
			}
		case Sequence:
			try(f.AddItem(n, String("x")))
			try(f.AddItem(n, value))
		}
	}
	return made, refused
}

func TestGoverns(t *testing.T) {
	in := "# file\na:\n  # b\n  b: 1\n  c: 2 # c\n\n  # d\n\n  # still d\n  d:\n    # item\n    - e\n    - f\n    # g\n    - g: 1\n      h: 2\n# none\n"
	want := map[string]string{
		"# file": in, "# b": "b: 1\n  ", "# c": "c: 2 # c\n\n  # d\n\n  # still d\n  ", "# d": "d:\n", "# still d": "d:\n",
		"# item": "e\n    - ", "# g": "g: 1\n      h: 2\n# none\n", "# none": "",
	}
	f := parse(t, in)
	comments := f.Comments()
	if len(comments) != len(want) {
		t.Errorf("%d comments", len(comments))
	}
	for _, c := range comments {
		got := in[c.Governs.Start:c.Governs.End]
		if got != want[c.Text] && (want[c.Text] != "d:\n" || !strings.HasPrefix(got, "d:\n") || !strings.HasSuffix(got, "# none\n")) {
			t.Errorf("%s governs %q", c.Text, got)
		}
	}
	two := "# file\n---\n# first\na: 1\n---\n# second\nb: 2\n"
	f = parse(t, two)
	var got []string
	for _, c := range f.Comments() {
		got = append(got, fmt.Sprintf("%q", two[c.Governs.Start:c.Governs.End]))
	}
	if all := strings.Join(got, " "); all != fmt.Sprintf("%q %q %q", two, "a: 1\n---\n# second\n", "b: 2\n") {
		t.Error(all)
	}
}
