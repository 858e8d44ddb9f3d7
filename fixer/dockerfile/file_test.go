package dockerfile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer/document"
)

// buildkitTestFiles returns BuildKit's own parser test files from the module
// cache: the Dockerfiles that its authors found worth a test.
func buildkitTestFiles(t testing.TB) map[string][]byte {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "frontend", "dockerfile", "parser")
	files := map[string][]byte{}
	for _, pattern := range []string{"testfiles/*/Dockerfile", "testfiles-negative/*/Dockerfile", "testfile-line/Dockerfile"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			files[rel] = src
		}
	}
	if len(files) < 25 {
		t.Fatalf("found %d of BuildKit's test files, expected at least 25", len(files))
	}
	return files
}

func TestBuildKitTestFiles(t *testing.T) {
	for name, src := range buildkitTestFiles(t) {
		f, err := Parse(name, src)
		if err != nil {
			// The reader must fail as BuildKit fails, never on its own account.
			if strings.Contains(err.Error(), "internal:") {
				t.Error(err)
			}
			continue
		}
		checkSpans(t, f)
	}
}

// checkSpans asserts what holds for every parsed file.
func checkSpans(t testing.TB, f *File) {
	t.Helper()
	end := 0
	for i, in := range f.Instructions {
		if in.Index != i || in.Start < end || in.End < in.Start || in.End > len(f.src) {
			t.Fatalf("%s: %s spans %d to %d behind %d", f.name, in.Name(), in.Start, in.End, end)
		}
		end = in.End
		if got := string(f.src[in.Keyword.Start:in.Keyword.End]); in.Keyword.Len() == len(in.Keyword.Text) && got != in.Keyword.Text {
			t.Errorf("%s: keyword %q stands at bytes that read %q", f.name, in.Keyword.Text, got)
		}
		for _, w := range append(append([]Word{}, in.Flags...), in.Args...) {
			if w.Start < in.Start || w.End > in.End || w.End < w.Start {
				t.Fatalf("%s: word %q of %s is outside of it", f.name, w.Text, in.Name())
			}
			logical := in.Logical[w.logical.Start:w.logical.End]
			if got := string(f.src[w.Start:w.End]); w.Len() == w.logical.Len() && got != logical {
				t.Errorf("%s: word %q stands at bytes that read %q", f.name, logical, got)
			}
		}
		for l := range len(in.Logical) {
			if f.src[in.Offset(l)] != in.Logical[l] {
				t.Fatalf("%s: byte %d of %q is not at offset %d", f.name, l, in.Logical, in.Offset(l))
			}
		}
	}
}

func mustParse(t testing.TB, src string) *File {
	t.Helper()
	f, err := Parse("Dockerfile", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	checkSpans(t, f)
	return f
}

func texted(ws []Word) string { return strings.Join(texts(ws), "|") }

func TestInstructions(t *testing.T) {
	for _, c := range []struct {
		name, src string
		at        int // index of the instruction looked at
		source    string
		logical   string
		flags     string
		args      string
	}{
		{"plain", "FROM node:20 AS x\n", 0, "FROM node:20 AS x", "FROM node:20 AS x", "", "node:20|AS|x"},
		{"no final newline", "FROM a\nCOPY . .", 1, "COPY . .", "COPY . .", "", ".|."},
		{"crlf", "FROM a\r\nCOPY a \\\r\n  b\r\n", 1, "COPY a \\\r\n  b", "COPY a   b", "", "a|b"},
		{"bom", "\ufeffFROM a\n", 0, "FROM a", "FROM a", "", "a"},
		{"bom and comment", "\ufeff# x\nFROM a\n", 0, "FROM a", "FROM a", "", "a"},
		{"lone CR is a blank", "FROM a\rAS\rb\n", 0, "FROM a\rAS\rb", "FROM a\rAS\rb", "", "a|AS|b"},
		{"mixed line ends", "FROM a\r\nRUN x \\\n y\r\nCMD z\n", 1, "RUN x \\\n y", "RUN x  y", "", "x  y"},
		{"tabs", "FROM a\n\tRUN\tx\t\n", 1, "RUN\tx\t", "RUN\tx\t", "", "x"},
		{"lower case", "from a\nrun x\n", 1, "run x", "run x", "", "x"},
		{"comment in continuation", "FROM a\nRUN x && \\\n# why\n  y\n", 1, "RUN x && \\\n# why\n  y", "RUN x &&   y", "", "x &&   y"},
		{"blank line in continuation", "FROM a\nRUN x \\\n\n  y\n", 1, "RUN x \\\n\n  y", "RUN x   y", "", "x   y"},
		{"blanks behind the mark", "FROM a\nRUN x \\ \t\n  y\n", 1, "RUN x \\ \t\n  y", "RUN x   y", "", "x   y"},
		{"escaped mark", "FROM a\nRUN x \\\\\nCMD y\n", 1, "RUN x \\\\", "RUN x \\\\", "", "x \\\\"},
		{"backtick", "# escape=`\nFROM a\nRUN x `\n  c:\\\nCMD y\n", 1, "RUN x `\n  c:\\", "RUN x   c:\\", "", "x   c:\\"},
		{"word over two lines", "FROM no\\\nde\n", 0, "FROM no\\\nde", "FROM node", "", "node"},
		{"flags", "FROM a\nCOPY --from=b --chown=\"x:y\" \\\n --link a b\n", 1, "COPY --from=b --chown=\"x:y\" \\\n --link a b", "COPY --from=b --chown=\"x:y\"  --link a b", "--from=b|--chown=x:y|--link", "a|b"},
		{"end of flags", "FROM a\nRUN --mount=type=cache,target=/x -- --y\n", 1, "RUN --mount=type=cache,target=/x -- --y", "RUN --mount=type=cache,target=/x -- --y", "--mount=type=cache,target=/x", "--y"},
		{"json", "FROM a\nCMD [ \"node\" , \"a\\u0062 c\" ]\n", 1, "CMD [ \"node\" , \"a\\u0062 c\" ]", "CMD [ \"node\" , \"a\\u0062 c\" ]", "", "node|ab c"},
		{"json over two lines", "FROM a\nCOPY [\"a\", \\\n \"b\"]\n", 1, "COPY [\"a\", \\\n \"b\"]", "COPY [\"a\",  \"b\"]", "", "a|b"},
		{"not json", "FROM a\nCMD [ \"node\" \"a\" ]\n", 1, "CMD [ \"node\" \"a\" ]", "CMD [ \"node\" \"a\" ]", "", "[ \"node\" \"a\" ]"},
		{"healthcheck", "FROM a\nHEALTHCHECK --interval=5s CMD [\"x\", \"y\"]\n", 1, "HEALTHCHECK --interval=5s CMD [\"x\", \"y\"]", "HEALTHCHECK --interval=5s CMD [\"x\", \"y\"]", "--interval=5s", "CMD|x|y"},
		{"heredoc", "FROM a\nRUN <<EOF\nFROM b\nUSER c\nEOF\nCMD d\n", 1, "RUN <<EOF\nFROM b\nUSER c\nEOF", "RUN <<EOF", "", "<<EOF"},
		{"two heredocs", "FROM a\nCOPY <<-A <<'B' /d/\n\tx\n\tA\n$y\nB\nCMD d\n", 1, "COPY <<-A <<'B' /d/\n\tx\n\tA\n$y\nB", "COPY <<-A <<'B' /d/", "", "<<-A|<<'B'|/d/"},
		{"env", "FROM a\nENV a=\"b c\" d=e\\ f\n", 1, "ENV a=\"b c\" d=e\\ f", "ENV a=\"b c\" d=e\\ f", "", "a=\"b c\"|d=e\\ f"},
		{"onbuild", "FROM a\nONBUILD COPY . .\n", 1, "ONBUILD COPY . .", "ONBUILD COPY . .", "", "COPY . ."},
		{"arg before from", "ARG V=20\nFROM node:$V\n", 1, "FROM node:$V", "FROM node:$V", "", "node:$V"},
		{"ends in a continuation", "FROM a\nRUN x \\\n# c\n", 1, "RUN x \\\n# c", "RUN x ", "", "x"},
		{"indented", "FROM a\n  USER b\n", 1, "USER b", "USER b", "", "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := mustParse(t, c.src)
			in := f.Instructions[c.at]
			if got := string(f.src[in.Start:in.End]); got != c.source {
				t.Errorf("source %q, want %q", got, c.source)
			}
			if in.Logical != c.logical {
				t.Errorf("logical %q, want %q", in.Logical, c.logical)
			}
			if got := texted(in.Flags); got != c.flags {
				t.Errorf("flags %q, want %q", got, c.flags)
			}
			if got := texted(in.Args); got != c.args {
				t.Errorf("args %q, want %q", got, c.args)
			}
		})
	}
}

func TestStages(t *testing.T) {
	f := mustParse(t, "ARG V\n# base\nFROM --platform=linux/amd64 node:$V AS Base\nRUN a\nFROM base\nFROM 0\nCOPY --from=0 a b\n")
	if len(f.Globals) != 1 || len(f.Stages) != 3 {
		t.Fatalf("%d globals and %d stages", len(f.Globals), len(f.Stages))
	}
	st := f.Stages[0]
	if st.Name != "base" || st.Ref.Text != "node:$V" || len(st.Body) != 1 || st.Last().Name() != "RUN" {
		t.Errorf("first stage: %q from %q with %d instructions", st.Name, st.Ref.Text, len(st.Body))
	}
	if got := st.From.Comments(); got != "# base\n" {
		t.Errorf("comment of the first FROM: %q", got)
	}
	if f.Stages[1].Last() != f.Stages[1].From {
		t.Error("an empty stage ends with its FROM")
	}
}

func TestDirectives(t *testing.T) {
	f := mustParse(t, "# syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all\n# a comment\nFROM a\n")
	if f.Syntax != "docker/dockerfile:1" || f.Escape != '`' {
		t.Errorf("syntax %q, escape %q", f.Syntax, f.Escape)
	}
	if got := f.Instructions[0].Comments(); got != "# a comment\n" {
		t.Errorf("directives are no comments of an instruction: %q", got)
	}
}

func TestHasComment(t *testing.T) {
	f := mustParse(t, "# top\nFROM a AS x\nRUN <<EOF\n# body\nEOF\n# between\nFROM b\nRUN c \\\n# inside\n d\n# end\n")
	for _, c := range []struct {
		stage int
		text  string
		want  bool
	}{
		{0, "top", true}, {0, "body", false}, {0, "between", false},
		{1, "between", true}, {1, "inside", true}, {1, "end", true}, {1, "top", false},
	} {
		got := f.HasComment(f.Stages[c.stage], func(l string) bool { return strings.Contains(l, c.text) })
		if got != c.want {
			t.Errorf("stage %d has comment %q: %v, want %v", c.stage, c.text, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"empty", "", "Dockerfile:1:1: file with no instructions"},
		{"only comments", "# a\n\n# b\n", "file with no instructions"},
		{"html", "<!DOCTYPE html>\n<html></html>\n", "Dockerfile:1:1: "},
		{"nul", "FROM a\nRUN x\x00\n", "Dockerfile:2:6: NUL byte"},
		{"unknown instruction", "FROM a\nRUNN b\n", "Dockerfile:2:1: unknown instruction: RUNN"},
		{"no from", "ARG a\n", "Dockerfile:1:1: no FROM"},
		{"run first", "RUN a\nFROM b\n", "Dockerfile:1:1: RUN comes before the first FROM"},
		{"unterminated heredoc", "FROM a\nRUN <<EOF\nx\n", "unterminated heredoc"},
		{"long line", "FROM a\nRUN " + strings.Repeat("x", 70000) + "\n", "Dockerfile:2:1: line has 70005 bytes"},
		{"too large", strings.Repeat("#\n", MaxSize), "more than the 1048576"},
		{"too long", "FROM a\n" + strings.Repeat("RUN b\n", MaxInstructions), "Dockerfile:4097:1: more than 4096 instructions"},
		{"too many words", "FROM a\n" + strings.Repeat("ENV"+strings.Repeat(" a=b", MaxArgs/2)+"\n", 2), "Dockerfile:3:1: more than 16384 arguments"},
		{"bad flag", "FROM a\nCOPY --nosuch a b\n", "Dockerfile:2:1: "},
		{"two escapes", "# escape=`\n# escape=\\\nFROM a\n", "only one escape parser directive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse("Dockerfile", []byte(c.src))
			if f != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if e := (*document.Error)(nil); !errors.As(err, &e) {
				t.Errorf("%T is no *document.Error", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, src := range buildkitTestFiles(f) {
		f.Add(src)
	}
	f.Add([]byte("\ufeff# escape=`\r\nFROM a AS b\r\nCOPY --link --chown=a:b <<-E <<'F' /x/\r\n\tE\r\nF\r\nRUN x `\r\n# c\r\n\r\n y"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Parse("Dockerfile", src)
		if err != nil {
			if strings.Contains(err.Error(), "internal:") {
				t.Error(err)
			}
			return
		}
		checkSpans(t, file)
	})
}
