package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/transforms"
)

var updateGenerated = flag.Bool("update", false, "write what is generated from the transforms and the flags")

// generated are the files, from the root of the repository, that have parts generated
// from the values of the transforms and the flags. Each function returns the text that
// the file should have.
var generated = map[string]func(t *testing.T, text []byte) []byte{
	"README.md": func(t *testing.T, text []byte) []byte {
		const begin, end = "<!-- make generate writes this list -->\n", "<!-- end of the list -->\n"
		for n, changes := range []bool{true, false} {
			parts := bytes.SplitN(text, []byte(begin), 3)
			if len(parts) != 3 {
				t.Fatalf("README.md has not twice the line %q", begin)
			}
			_, after, ended := bytes.Cut(parts[n+1], []byte(end))
			if !ended {
				t.Fatalf("README.md lacks the line %q", end)
			}
			list := ""
			for _, tr := range transforms.All() {
				if changes == (tr.Safety != fixer.Note) {
					list += readmeEntry(tr)
				}
			}
			parts[n+1] = []byte(list + end + string(after))
			text = bytes.Join(parts, []byte(begin))
		}
		return text
	},
	"cmd/dockmend/schema/config.schema.json": func(t *testing.T, _ []byte) []byte {
		var out, problems bytes.Buffer
		if code := Run([]string{"config", "--schema"}, nil, &out, &problems); code != exitOK {
			t.Fatalf("exit code %d: %s", code, problems.Bytes())
		}
		return out.Bytes()
	},
}

// firstSentence matches the text before the first full stop that ends a sentence.
var firstSentence = regexp.MustCompile(`^.*?\.(?: |$)`)

// readmeEntry returns a transform as an entry of the README's list: the first
// sentence of what it changes.
func readmeEntry(tr *fixer.Transform) string {
	const width = 120
	entry := fmt.Sprintf("- `%s`", tr.ID)
	if tr.Safety == fixer.Unsafe {
		entry += " (with `--unsafe`)"
	}
	entry += ": " + firstSentence.FindString(strings.Join(strings.Fields(tr.Doc.What), " "))
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(entry) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteString("\n  ")
			column = 2
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String() + "\n"
}

// TestGenerated: the lists of transforms and flags are those of the values.
func TestGenerated(t *testing.T) {
	for name, wants := range generated {
		file := filepath.Join("..", "..", filepath.FromSlash(name))
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := wants(t, text)
		switch {
		case bytes.Equal(text, want):
		case *updateGenerated:
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is stale: make generate writes it\n%s", name, diff.Unified(name, text, want))
		}
	}
}
