package report

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/escape"
)

func markdownOf(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// outline returns the structure of a body, a line for each block and for each text in
// one; code spans are not distinguished from the text around them.
func outline(t *testing.T, markdown string) []string {
	t.Helper()
	var list []string
	source := []byte(markdown)
	var walk func(n ast.Node, depth string)
	walk = func(n ast.Node, depth string) {
		line := depth + n.Kind().String()
		switch n := n.(type) {
		case *ast.CodeSpan:
			return
		case *ast.Text:
			return
		case *ast.Link:
			line += " " + string(n.Destination)
		case *ast.HTMLBlock, *ast.FencedCodeBlock:
			line += fmt.Sprintf(" %q", n.Lines().Value(source))
		}
		if c := n.FirstChild(); c != nil && c.Type() == ast.TypeInline {
			all, _ := inline(n, source)
			line += ": " + all
		}
		list = append(list, line)
		for _, c := range children(n) {
			walk(c, depth+"  ")
		}
	}
	walk(parseMarkdown(markdown), "")
	return list
}

// word matches the words that rich makes texts of.
var word = regexp.MustCompile(`\b[A-Z][a-z]+(?:word|path|name|message|reason|note|unsafe|stage|text|image)\b`)

// partly returns a report of a run that wrote one file and not the other.
func partly(text func(word string) string) *Report {
	unwritten := richFile(text)
	written := File{Path: text("Writtenpath"), Written: true, Result: fixer.Result{After: []byte("FROM x\n"), Findings: []fixer.Finding{
		{ID: "first-one", Status: fixer.Fixed, Safety: fixer.Safe, Line: 1, Col: 1, Problem: text("Writtenmessage")},
	}}}
	return &Report{Version: text("Versionword"), Transforms: testTransforms, Files: []File{unwritten, written}}
}

// TestMarkdownInert: whatever the untrusted text, the body has the structure of one
// with harmless words, and shows the text in place of the words.
func TestMarkdownInert(t *testing.T) {
	for name, report := range map[string]func(func(string) string) *Report{"rich": rich, "partly written": partly} {
		t.Run(name, func(t *testing.T) { checkInert(t, report) })
	}
}

func checkInert(t *testing.T, report func(func(string) string) *Report) {
	harmless := outline(t, markdownOf(t, report(itself)))
	for _, line := range harmless {
		for _, kind := range []string{"AutoLink", "Image", "RawHTML", "Strikethrough", "TaskCheckBox"} {
			if strings.HasPrefix(strings.TrimSpace(line), kind) {
				t.Errorf("there is %s", line)
			}
		}
	}
	for _, text := range nasty {
		if strings.TrimSpace(escape.Line(text)) == "" {
			continue // nothing is shown, in a code span
		}
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			// A word around it keeps it one text if parts of a path are put together.
			nastily := func(word string) string { return word + text + "x" }
			got := outline(t, markdownOf(t, report(nastily)))
			var want []string
			for _, line := range harmless {
				line = strings.ReplaceAll(line, "Directoryword/Createdname", shown(path.Join(nastily("Directoryword"), nastily("Createdname"))))
				line = word.ReplaceAllStringFunc(line, func(w string) string {
					if w == "Directoryword" || w == "Createdname" {
						return w
					}
					return shown(nastily(w))
				})
				want = append(want, line)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
