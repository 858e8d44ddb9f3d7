package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/diff"
	"github.com/dockmend/dockmend/fixer/seccomp"
	"github.com/dockmend/dockmend/golden"
	"github.com/dockmend/dockmend/transforms"
)

type explainCmd struct {
	ID string `arg:"" optional:"" predictor:"transform" help:"The transform. Without one, all are listed."`
}

// Run implements the command.
func (c *explainCmd) Run(s *streams) error {
	if c.ID == "" {
		return list(s)
	}
	var ids []string
	for _, t := range transforms.All() {
		if t.ID == c.ID {
			return explain(s, t)
		}
		ids = append(ids, t.ID)
	}
	if text, ok := seccomp.IDs[c.ID]; ok {
		_, err := fmt.Fprintf(s.out, "%s is a finding of dockmend seccomp --check.\n\n%s", c.ID, wrapped(text))
		return err
	}
	if text, ok := engineFindings[c.ID]; ok {
		_, err := fmt.Fprintf(s.out, "%s is not a transform.\n\n%s", c.ID, wrapped(text))
		return err
	}
	return unknown("transform", c.ID, ids)
}

// list prints the transforms, a line each, or two for a long ID: those that change something first.
func list(s *streams) error {
	for _, states := range []bool{false, true} {
		for _, t := range transforms.All() {
			if states != (t.Safety == fixer.Note) {
				continue
			}
			id := t.ID
			if len(id) > 19 {
				id += "\n" + strings.Repeat(" ", 19)
			}
			line := fmt.Sprintf("%-19s %s", id, t.Title)
			switch t.Safety {
			case fixer.Unsafe:
				line += " (--unsafe)"
			case fixer.Note:
				line += " (changes nothing)"
			}
			if _, err := fmt.Fprintln(s.out, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// engineFindings are the ids of findings that come from no transform.
var engineFindings = map[string]string{
	"base-image": `The facts about a base image are not the registry's answer of today: they come from the built-in table or from an earlier lookup,
or its layers were not read. The changes depend on them. dockmend inspect shows them.`,
	"build-context": `No directory at or above the Dockerfile has all of the files that it copies, and nothing in the repository says from which one
it is built. The files of the build context are not known then, and few changes are safe. Set it with --context DIR.`,
	"ignore": `A comment "# dockmend ignore=ID" suppresses nothing: its transform has no finding there, or no transform has that name.`,
	"generated": `A comment at the top of the file says that a program writes it: the next run would undo a change. Change the template instead.
With --unsafe the file is changed all the same.`,
	"syntax": `The line "# syntax=" names a frontend other than Docker's, which may read the file in another way. The file is left alone.`,
}

func explain(s *streams, t *fixer.Transform) error {
	var b strings.Builder
	changes, verifies, leaves := "Changes: "+t.Safety.String(), "Verifies before a change", "Leaves alone"
	if t.Safety == fixer.Note {
		changes, verifies, leaves = "Changes nothing", "Verifies before a statement", "Does not mention"
	}
	fmt.Fprintf(&b, "%s: %s\n\nSince %s. Severity: %s. %s.\n", t.ID, t.Title, t.Since, t.Severity, changes)
	for _, part := range []struct{ title, text string }{{"What", t.Doc.What}, {"Why", t.Doc.Why}} {
		fmt.Fprintf(&b, "\n%s\n%s", part.title, wrapped(part.text))
	}
	for _, list := range []struct {
		title string
		items []string
	}{{verifies, t.Doc.Checks}, {leaves, t.Doc.LeavesAlone}, {"Asks for --unsafe", t.Doc.NeedsUnsafe}} {
		if len(list.items) > 0 {
			fmt.Fprintf(&b, "\n%s\n", list.title)
		}
		for _, item := range list.items {
			b.WriteString(bullet(item))
		}
	}
	for i, other := range t.RestsOn {
		if i == 0 {
			b.WriteString("\nRests on\n")
		}
		fmt.Fprintf(&b, "  %s: %s\n", other.ID, other.Title)
	}
	example := changedExample
	if t.Safety == fixer.Note {
		example = statedExample
	}
	text, err := example(t.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nExample\n  %s\n\nSee\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "))
	for _, url := range t.Doc.See {
		fmt.Fprintf(&b, "  %s\n", url)
	}
	_, err = s.out.Write([]byte(b.String()))
	return err
}

// wrapped returns a paragraph in lines that fit a terminal, indented.
func wrapped(text string) string { return flowing("  ", "  ", text) }

// bullet returns an entry of a list in such lines.
func bullet(text string) string { return flowing("  - ", "    ", text) }

// flowing returns a text in lines of at most 80 columns, if its words allow it. The
// first line begins with first, the others with indent, which is as wide.
func flowing(first, indent, text string) string {
	const width = 80
	var b strings.Builder
	b.WriteString(first)
	column := len(first)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + indent)
			column = len(indent)
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

// statedExample returns the example of a transform that changes nothing, and what it
// states of it.
func statedExample(id string) (string, error) {
	dir := golden.ExampleDir(id)
	file, err := golden.Examples.ReadFile(dir + "/Dockerfile") // there are no others yet
	if err != nil {
		return "", err
	}
	findings, err := golden.Examples.ReadFile(dir + "/findings.txt")
	return string(file) + "\n" + string(findings), err
}

// changedExample returns what the transform does to its example, as a diff.
func changedExample(id string) (string, error) {
	dir := golden.ExampleDir(id)
	var source string
	var before []byte
	var err error
	for _, source = range []string{"Dockerfile", "compose.yaml", "manifest.yaml"} {
		if before, err = golden.Examples.ReadFile(dir + "/" + source); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
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
		case name == source:
			patch = append(patch, diff.Unified(name, before, after)...)
		default:
			patch = append(patch, diff.Created("."+name, after)...)
		}
	}
	created, err := golden.Examples.ReadFile(dir + "/created.txt")
	if errors.Is(err, fs.ErrNotExist) {
		return string(patch), nil
	}
	for name := range strings.Lines(string(created)) {
		patch = append(patch, "\nNew file: "+name...)
	}
	return string(patch), err
}
