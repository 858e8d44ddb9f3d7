package report

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestPathURI(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"Dockerfile", "Dockerfile"},
		{"./a//b/./Dockerfile", "a/b/Dockerfile"},
		{"../b/Dockerfile", "../b/Dockerfile"},
		{"my app/Dockerfile", "my%20app/Dockerfile"},
		{"@scope/a+b/Dockerfile", "@scope/a+b/Dockerfile"},
		{"a:b/c:d", "a%3Ab/c:d"},
		{"100%/a?b#c", "100%25/a%3Fb%23c"},
		{"é", "%C3%A9"},
		{"\xff\xfe", "%FF%FE"},
		{"new\nline", "new%0Aline"},
		{`back\slash "quoted" [x]`, "back%5Cslash%20%22quoted%22%20%5Bx%5D"},
		{"%41", "%2541"},
		{"<stdin>", "%3Cstdin%3E"},
		{"/abs/a:b", "file:///abs/a:b"},
		{"//abs/./x", "file:///abs/x"},
	} {
		if got := pathURI(c.path); got != c.want {
			t.Errorf("%q is %s, want %s", c.path, got, c.want)
		}
	}
}

func FuzzPathURI(f *testing.F) {
	for _, path := range []string{"a/b", "a:b", "/x", "//x", "%2f", "?#", "\xff", "..", "*"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.Parse(pathURI(path))
		if err != nil || u.RawQuery != "" || u.Fragment != "" || u.Host != "" {
			t.Fatalf("%q is %v: %v", path, u, err)
		}
		parts := slices.DeleteFunc(strings.Split(path, "/"), func(part string) bool { return part == "" || part == "." })
		want, scheme := strings.Join(parts, "/"), ""
		if strings.HasPrefix(path, "/") {
			want, scheme = "/"+want, "file"
		}
		if u.Path != want || u.Scheme != scheme {
			t.Fatalf("%q is %s, which is %q", path, u, u.Path)
		}
	})
}

func TestSARIFLocation(t *testing.T) {
	for path, based := range map[string]bool{"a/Dockerfile": true, "../Dockerfile": true, "/a/Dockerfile": false, "<stdin>": false} {
		if at := sarifLocation(path); (at.URIBaseID != nil) != based || based && *at.URIBaseID != "%SRCROOT%" {
			t.Errorf("%s has the base %v", path, at.URIBaseID)
		}
	}
}

func TestRestOfLine(t *testing.T) {
	for _, c := range []struct {
		text      string
		line, col int
		want      [4]int // start line and column, end line and column
	}{
		{"FROM a\nCMD b\n", 2, 5, [4]int{2, 5, 2, 6}},
		{"FROM a\r\nCMD b\r\n", 1, 1, [4]int{1, 1, 1, 7}},
		{"FROM a\nCMD b", 2, 1, [4]int{2, 1, 2, 6}},
		{"é\U0001f600x\n", 1, 7, [4]int{1, 4, 1, 5}},
		{"\xff\xffx\n", 1, 3, [4]int{1, 3, 1, 4}},
		{"\ufeffFROM a\n", 1, 4, [4]int{1, 1, 1, 7}},
		{"\ufeffFROM a\nCMD b\n", 2, 4, [4]int{2, 4, 2, 6}},
		{"FROM a\n", 1, 99, [4]int{1, 7, 1, 7}},
		{"FROM a\n", 7, 1, [4]int{1, 1, 1, 7}},
		{"", 1, 1, [4]int{1, 1, 1, 1}},
		{"", 0, 0, [4]int{1, 1, 1, 1}},
	} {
		r := newSarifText([]byte(c.text)).restOfLine(c.line, c.col)
		if got := [4]int{*r.StartLine, *r.StartColumn, *r.EndLine, *r.EndColumn}; got != c.want {
			t.Errorf("%q, %d:%d: got %v, want %v", c.text, c.line, c.col, got, c.want)
		}
	}
}
