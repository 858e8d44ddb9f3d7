package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/transforms"
)

type explainCmd struct {
	ID string `arg:"" optional:"" predictor:"transform" help:"The transform. Without one, all are listed."`
}

// Run implements the command.
func (c *explainCmd) Run(s *streams) error {
	if c.ID == "" {
		for _, t := range transforms.All {
			line := fmt.Sprintf("%-17s %s", t.ID, t.Title)
			if t.Safety == fixer.Unsafe {
				line += " (--unsafe)"
			}
			if _, err := fmt.Fprintln(s.out, line); err != nil {
				return err
			}
		}
		return nil
	}
	var ids []string
	for _, t := range transforms.All {
		if t.ID == c.ID {
			return explain(s, t)
		}
		ids = append(ids, t.ID)
	}
	if text, ok := engineFindings[c.ID]; ok {
		_, err := fmt.Fprintf(s.out, "%s is no transform.\n\n%s", c.ID, wrapped(text))
		return err
	}
	return unknown("transform", c.ID, ids)
}

// engineFindings are the ids of findings that no transform makes.
var engineFindings = map[string]string{
	"base-image": `What is known of a base image is less than the image would tell: it is assumed to be what the built-in table says, or what
it was when it was last asked for, or its layers were not read. The changes rest on that. dockmend inspect shows what is known.`,
	"build-context": `No directory at or above the Dockerfile has all of the files that it copies, and nothing in the repository says from which one
it is built. What is in the build context can't be known then, and few changes are safe. --context DIR names it.`,
	"ignore": `A comment "# dockmend ignore=ID" keeps nothing away: its transform has nothing to say there, or there is none of that name.`,
	"generated": `A comment on top of the file says that it is not to be edited: a program writes it, and would undo a change. It belongs into
the template. With --unsafe the file is changed all the same.`,
	"syntax": `The line "# syntax=" names a program of somebody else's that reads the file. What it means, dockmend can't know: it is left alone.`,
}

func explain(s *streams, t *fixer.Transform) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nSince %s, %s.\n", t.ID, t.Title, t.Since, t.Safety)
	for _, part := range []struct{ title, text string }{{"What", t.Doc.What}, {"Why", t.Doc.Why}, {"Safety", t.Doc.Safety}} {
		fmt.Fprintf(&b, "\n%s\n%s", part.title, wrapped(part.text))
	}
	for i, other := range t.RestsOn {
		if i == 0 {
			b.WriteString("\nRests on\n")
		}
		fmt.Fprintf(&b, "  %s: %s\n", other.ID, other.Title)
	}
	patch, err := example(t.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nExample\n  %s\n\nSee\n", strings.ReplaceAll(strings.TrimSpace(patch), "\n", "\n  "))
	for _, url := range t.Doc.See {
		fmt.Fprintf(&b, "  %s\n", url)
	}
	_, err = s.out.Write([]byte(b.String()))
	return err
}

// wrapped is text in lines that fit a terminal, indented.
func wrapped(text string) string {
	const width = 80
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
			b.WriteString("  ")
			column = 2
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
	b.WriteByte('\n')
	return b.String()
}

// example is what the transform does to its example, as a diff.
func example(id string) (string, error) {
	dir := golden.ExampleDir(id)
	before, err := golden.Examples.ReadFile(dir + "/Dockerfile")
	if err != nil {
		return "", err
	}
	files, err := golden.Examples.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var patch []byte
	for _, f := range files {
		name, ok := strings.CutPrefix(f.Name(), "want.")
		if !ok {
			continue
		}
		after, err := golden.Examples.ReadFile(dir + "/" + f.Name())
		switch {
		case err != nil:
			return "", err
		case name == "Dockerfile":
			patch = append(patch, diff.Unified(name, before, after)...)
		default:
			patch = append(patch, diff.Created("."+name, after)...)
		}
	}
	return string(patch), nil
}
