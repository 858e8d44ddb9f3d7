package dockerfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/document"
)

// apply makes the edits, whose result Edited proves.
func apply(t *testing.T, f *File, edits ...document.Edit) string {
	t.Helper()
	after, err := f.Edited(edits)
	if err != nil {
		t.Fatal(err)
	}
	return string(after.Bytes())
}

func must(t *testing.T) func(document.Edit, error) document.Edit {
	return func(e document.Edit, err error) document.Edit {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func TestEdits(t *testing.T) {
	last := func(f *File) *Instruction { return f.Instructions[len(f.Instructions)-1] }
	before := func(f *File) (document.Edit, error) { return f.InsertBefore(last(f), "USER node") }
	after := func(f *File) (document.Edit, error) { return f.InsertAfter(f.Instructions[0], "USER node") }
	chown := func(f *File) (document.Edit, error) { return last(f).SetFlag("chown", "a:b") }
	arg := func(f *File) (document.Edit, error) { return last(f).Replace(last(f).Args[0], "new") }
	word := func(f *File) (document.Edit, error) {
		in := last(f)
		at := strings.Index(in.Logical, "c")
		for offset := in.Start; offset < in.End; offset++ {
			if f.src[offset] == 'c' {
				return in.AddAfter(Word{Span: document.Span{Start: offset, End: offset + 1}, Text: "c", logical: document.Span{Start: at, End: at + 1}}, "d")
			}
		}
		return document.Edit{}, nil
	}
	del := func(f *File) (document.Edit, error) { return f.Delete(last(f)) }
	for _, c := range []struct {
		name, src string
		edit      func(*File) (document.Edit, error)
		want      string // "" for a refusal
	}{
		{"before", "FROM a\nCMD b\n", before, "FROM a\nUSER node\nCMD b\n"},
		{"before, crlf", "FROM a\r\nCMD b\r\n", before, "FROM a\r\nUSER node\r\nCMD b\r\n"},
		{"before, no final newline", "FROM a\nCMD b", before, "FROM a\nUSER node\nCMD b"},
		{"before, no final newline, crlf", "FROM a\r\nCMD b", before, "FROM a\r\nUSER node\r\nCMD b"},
		{"before, indented", "FROM a\n\tCMD b\n", before, "FROM a\n\tUSER node\n\tCMD b\n"},
		{"before, above the comment", "FROM a\nRUN x\n# why\n# so\nCMD b\n", before, "FROM a\nRUN x\nUSER node\n# why\n# so\nCMD b\n"},
		{"before, keeps the paragraph", "FROM a\n\nRUN x\n\nCMD b\n", before, "FROM a\n\nRUN x\n\nUSER node\n\nCMD b\n"},
		{"before, comment in its paragraph", "FROM a\n\n# why\nCMD b\n", before, "FROM a\n\nUSER node\n\n# why\nCMD b\n"},
		{"before, far comment", "FROM a\n# far\n\nCMD b\n", before, "FROM a\n# far\n\nUSER node\n\nCMD b\n"},
		{"before, over heredoc", "FROM a\nRUN <<EOF\nCMD c\nEOF\nCMD b\n", before, "FROM a\nRUN <<EOF\nCMD c\nEOF\nUSER node\nCMD b\n"},
		{"before the first, under directives", "# syntax=docker/dockerfile:1\nFROM a\n", func(f *File) (document.Edit, error) {
			return f.InsertBefore(last(f), "ARG x")
		}, "# syntax=docker/dockerfile:1\nARG x\nFROM a\n"},
		{"before the first, after a BOM", "\ufeff# c\nFROM a\n", func(f *File) (document.Edit, error) {
			return f.InsertBefore(last(f), "ARG x")
		}, "\ufeffARG x\n# c\nFROM a\n"},
		{"a word after the last", "FROM a\nRUN b c\n", word, "FROM a\nRUN b c d\n"},
		{"a word on a line of its own", "FROM a\nRUN b \\\n  c \\\n && e\n", word, "FROM a\nRUN b \\\n  c \\\n  d \\\n && e\n"},
		{"a word on a line of its own, crlf", "FROM a\r\nRUN b \\\r\n\tc\r\n", word, "FROM a\r\nRUN b \\\r\n\tc \\\r\n\td\r\n"},
		{"a word on a line of its own, backtick", "# escape=`\nFROM a\nRUN b `\n  c\n", word, "# escape=`\nFROM a\nRUN b `\n  c `\n  d\n"},
		{"after", "FROM a\n\nCMD b\n", after, "FROM a\nUSER node\n\nCMD b\n"},
		{"after the last, no final newline", "FROM a", after, "FROM a\nUSER node"},
		{"after a continuation", "FROM \\\n a\nCMD b\n", after, "FROM \\\n a\nUSER node\nCMD b\n"},
		{"after a dangling continuation", "FROM a \\\n", after, ""},
		{"after a heredoc", "FROM a\nRUN <<EOF\nx\nEOF", func(f *File) (document.Edit, error) {
			return f.InsertAfter(last(f), "USER node")
		}, "FROM a\nRUN <<EOF\nx\nEOF\nUSER node"},
		{"an unfinished instruction", "FROM a\n", func(f *File) (document.Edit, error) {
			return f.InsertAfter(last(f), "RUN x \\")
		}, ""},
		{"two lines in one", "FROM a\n", func(f *File) (document.Edit, error) {
			return f.InsertAfter(last(f), "RUN x\nUSER y")
		}, ""},
		{"stage", "FROM a\nRUN x\nCMD b\n", func(f *File) (document.Edit, error) { return f.InsertStage(last(f), "FROM a AS c", "RUN y") }, "FROM a\nRUN x\n\nFROM a AS c\nRUN y\nCMD b\n"},
		{"stage, after a blank line, indented", "FROM a\n  RUN x\n\n  # why\n  CMD b", func(f *File) (document.Edit, error) { return f.InsertStage(last(f), "FROM a", "RUN y") }, "FROM a\n  RUN x\n\nFROM a\n  RUN y\n  # why\n  CMD b"},
		{"stage, crlf", "FROM a\r\nCMD b", func(f *File) (document.Edit, error) { return f.InsertStage(last(f), "FROM a") }, "FROM a\r\n\r\nFROM a\r\nCMD b"},
		{"stage at the end", "FROM a\nCMD b", func(f *File) (document.Edit, error) { return f.InsertStageAfter(last(f), "FROM a", "RUN y") }, "FROM a\nCMD b\n\nFROM a\nRUN y"},
		{"stage at the end, crlf", "FROM a\r\nCMD b\r\n", func(f *File) (document.Edit, error) { return f.InsertStageAfter(last(f), "FROM a") }, "FROM a\r\nCMD b\r\n\r\nFROM a\r\n"},
		{"stage after a dangling continuation", "FROM a \\\n", func(f *File) (document.Edit, error) { return f.InsertStageAfter(last(f), "FROM a") }, ""},
		{"name, none there", "FROM a  \nCMD b\n", func(f *File) (document.Edit, error) { return f.Stages[0].SetName("b") }, "FROM a AS b  \nCMD b\n"},
		{"name, lower case", "from a\ncmd b\n", func(f *File) (document.Edit, error) { return f.Stages[0].SetName("b") }, "from a as b\ncmd b\n"},
		{"name, in its place", "FROM --platform=$X a as old\n", func(f *File) (document.Edit, error) { return f.Stages[0].SetName("b") }, "FROM --platform=$X a as b\n"},
		{"name, after a continuation", "FROM a \\\n  AS old\n", func(f *File) (document.Edit, error) { return f.Stages[0].SetName("b") }, "FROM a \\\n  AS b\n"},
		{"body", "FROM a\nCMD [\"x\", \"y\"]  \n", func(f *File) (document.Edit, error) { return last(f).ReplaceBody("z") }, "FROM a\nCMD z  \n"},
		{"body, with flags", "FROM a\nRUN --mount=type=tmpfs,target=/x  x y\n", func(f *File) (document.Edit, error) { return last(f).ReplaceBody("z") }, "FROM a\nRUN --mount=type=tmpfs,target=/x  z\n"},
		{"body, continued", "FROM a\nCMD x \\\n y\n", func(f *File) (document.Edit, error) { return last(f).ReplaceBody("z") }, ""},
		{"part, after a comment", "FROM a\nRUN x && \\\n# c\n  npm install\n", func(f *File) (document.Edit, error) {
			at := strings.Index(last(f).Body(), "install")
			return last(f).Replace(last(f).Part(at, at+len("install")), "ci")
		}, "FROM a\nRUN x && \\\n# c\n  npm ci\n"},
		{"flag, none there", "FROM a\nCOPY x y\n", chown, "FROM a\nCOPY --chown=a:b x y\n"},
		{"flag, after others", "FROM a\nCOPY --from=b --link x y\n", chown, "FROM a\nCOPY --from=b --link --chown=a:b x y\n"},
		{"flag, in its place", "FROM a\nCOPY --chown=\"x\" --link x y\n", chown, "FROM a\nCOPY --chown=a:b --link x y\n"},
		{"flag, after a continuation", "FROM a\nCOPY \\\n  --link \\\n  # c\n  x y\n", chown, "FROM a\nCOPY \\\n  --link --chown=a:b \\\n  # c\n  x y\n"},
		{"flag, before a continuation", "FROM a\nCOPY \\\n  x y\n", chown, "FROM a\nCOPY --chown=a:b \\\n  x y\n"},
		{"flag, heredoc", "FROM a\nCOPY <<E /x\nCOPY b c\nE\n", chown, "FROM a\nCOPY --chown=a:b <<E /x\nCOPY b c\nE\n"},
		{"flag, in the middle of a letter", "FROM a\nCOPY --from=à x y\n", chown, ""},
		{"replace", "FROM a\nUSER root # x\n", arg, "FROM a\nUSER new\n"},
		{"replace in JSON", "FROM a\nCMD [\"x\", \"y\"]\n", func(f *File) (document.Edit, error) {
			return last(f).Replace(last(f).Args[1], `"z"`)
		}, "FROM a\nCMD [\"x\", \"z\"]\n"},
		{"replace a broken word", "FROM a\nUSER ro\\\n# c\not\n", arg, ""},
		{"delete", "FROM a\nRUN x \\\n y\nCMD b\n", func(f *File) (document.Edit, error) { return f.Delete(f.Instructions[1]) }, "FROM a\nCMD b\n"},
		{"delete the last line", "FROM a\nRUN x", del, "FROM a"},
		{"delete the last line, crlf", "FROM a\r\nRUN x\r\n", del, "FROM a\r\n"},
		{"delete under a comment", "FROM a\n# why\nRUN x\n", del, ""},
		{"delete around a comment", "FROM a\nRUN x \\\n# why\n y\n", del, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := mustParse(t, c.src)
			e, err := c.edit(f)
			if c.want == "" {
				if !errors.Is(err, ErrNoPlace) {
					t.Fatalf("%v, want a refusal", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := apply(t, f, e); got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}

func TestManyEdits(t *testing.T) {
	ok := must(t)
	f := mustParse(t, "FROM a\nWORKDIR /x\nCOPY b c\nRUN d\nCMD e\n")
	in := f.Instructions
	got := apply(t, f,
		ok(f.InsertBefore(in[4], "USER one")), ok(f.InsertBefore(in[4], "USER two")),
		ok(in[2].SetFlag("chown", "n:n")), ok(in[2].Replace(in[2].Args[0], "bb")),
		ok(f.Delete(in[3])), ok(f.InsertAfter(in[1], "RUN p", "RUN q")))
	want := "FROM a\nWORKDIR /x\nRUN p\nRUN q\nCOPY --chown=n:n bb c\nUSER one\nUSER two\nCMD e\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOverlap(t *testing.T) {
	ok := must(t)
	f := mustParse(t, "FROM a\nUSER b\n")
	in := f.Instructions[1]
	_, err := f.Edited([]document.Edit{ok(in.Replace(in.Args[0], "x")), ok(in.Replace(in.Args[0], "y"))})
	if !errors.Is(err, ErrNoPlace) {
		t.Errorf("%v, want a refusal of overlapping edits", err)
	}
	if _, err := f.Edited([]document.Edit{{Span: document.Span{Start: 0, End: 1}}}); err == nil {
		t.Error("an edit that no constructor made was applied")
	}
	other := mustParse(t, "FROM a\nUSER b\n")
	if _, err := f.Edited([]document.Edit{ok(other.Delete(other.Instructions[1]))}); err == nil {
		t.Error("an edit of another file was made")
	}
}

// TestCheck feeds check with the mistakes that re-parsing alone lets pass.
func TestCheck(t *testing.T) {
	ok := must(t)
	src := "FROM a\n# about b\nRUN b <<E\nx\nE\nCMD c\n"
	f := mustParse(t, src)
	insert := ok(f.InsertBefore(f.Instructions[2], "USER n"))
	for _, c := range []struct{ name, after, want string }{
		{"right", strings.Replace(src, "CMD", "USER n\nCMD", 1), ""},
		{"swallowed by a heredoc", strings.Replace(src, "x\n", "x\nUSER n\n", 1), "heredocs"},
		{"swallowed by a continuation", strings.Replace(src, "CMD", "USER n \\\nCMD", 1), "must read \"USER n\""},
		{"another value", strings.Replace(src, "CMD", "USER m\nCMD", 1), "must read \"USER n\""},
		{"lost instruction", "FROM a\n# about b\nRUN b <<E\nx\nE\nUSER n\n", "is missing"},
		{"extra instruction", strings.Replace(src, "CMD", "USER n\nCMD", 1) + "USER n\n", "not inserted"},
		{"lost comment", "FROM a\n#about b\nRUN b <<E\nx\nE\nUSER n\nCMD c\n", "must stand"},
		{"comment changed", "FROM a\n# About b\nRUN b <<E\nx\nE\nUSER n\nCMD c\n", "comment"},
		{"directive appears", "# check=skip=all\n" + src, "directives"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := f.check(mustParse(t, c.after), []document.Edit{insert})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestKeyword(t *testing.T) {
	if got := mustParse(t, "from a\nrun b\n").Keyword("USER"); got != "user" {
		t.Errorf("lower-case file: %q", got)
	}
	if got := mustParse(t, "FROM a\nrun b\n").Keyword("USER"); got != "USER" {
		t.Errorf("mixed file: %q", got)
	}
}
