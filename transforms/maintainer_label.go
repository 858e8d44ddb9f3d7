package transforms

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
	"github.com/dockmend/dockmend/transforms/internal/steps"
)

// authors is the label with which Docker's documentation replaces MAINTAINER
// (reference, "MAINTAINER (deprecated)").
const authors = "org.opencontainers.image.authors"

// MaintainerLabel writes MAINTAINER as a label.
var MaintainerLabel = &fixer.Transform{
	ID:       "maintainer-label",
	Title:    "write MAINTAINER as a label",
	Since:    "0.1.0",
	Kind:     dockerfile.Kind,
	Severity: fixer.Low,
	Safety:   fixer.Safe,
	Doc: fixer.Doc{
		What: `Replaces "MAINTAINER text" with LABEL org.opencontainers.image.authors="text", the label that Docker's documentation and the
OCI image specification name for it. The text leaves the field Author of the image's configuration, which only docker inspect
shows.`,
		Why: `MAINTAINER has been deprecated since Docker 1.13, and BuildKit warns of it (MaintainerDeprecated). Tools can read and filter
by a label like any other.`,
		Checks: []string{
			"The label's text is MAINTAINER's: what LABEL would expand or unquote is escaped",
			"A pair of quotes around the whole text is dropped",
			"All MAINTAINER lines of a file are replaced, or none",
		},
		LeavesAlone: []string{
			"Files that set that label, or a label whose name has a variable",
			"Texts on several lines, empty ones, and those that are not UTF-8",
		},
		See: []string{
			"https://docs.docker.com/reference/dockerfile/#maintainer-deprecated",
			"https://docs.docker.com/reference/build-checks/maintainer-deprecated/",
			"https://github.com/opencontainers/image-spec/blob/main/annotations.md",
		},
	},
	Run: imagebuild.On(func(p *imagebuild.Pass) error {
		var all []*dockerfile.Instruction
		for _, in := range p.File.Instructions {
			if _, ok := in.Cmd.(*instructions.MaintainerCommand); ok {
				all = append(all, in)
			}
		}
		changes, left := make([]labelChange, len(all)), ""
		for i, in := range all {
			var reason string
			if changes[i], reason = maintainer(p.File, in); reason != "" {
				left = reason
			}
		}
		const wrong = "MAINTAINER is deprecated"
		for i, in := range all {
			if left != "" { // all or none: the last one counts
				p.Leave(in.Span, wrong, left)
				continue
			}
			p.Change(in.Span, fixer.Finding{Problem: wrong, Change: "use " + changes[i].text, Reason: "the author becomes a label of the image"}, fixer.Decision{}, changes[i].edits...)
		}
		return nil
	}),
}

// labelChange turns one MAINTAINER into the LABEL of that text.
type labelChange struct {
	text  string
	edits []document.Edit
}

// maintainer returns the change, or why there is none.
func maintainer(f *dockerfile.File, in *dockerfile.Instruction) (c labelChange, left string) {
	if line := labelledIn(f); line != 0 {
		return c, fmt.Sprintf("line %d may set the label %s already", line, authors)
	}
	text := unquoted(in.Cmd.(*instructions.MaintainerCommand).Maintainer)
	if text == "" {
		return c, fmt.Sprintf("line %d is empty", in.Line)
	}
	if !utf8.ValidString(text) {
		return c, fmt.Sprintf("line %d is not UTF-8", in.Line)
	}
	keyword := steps.KeywordLike(in.Keyword.Text, "LABEL")
	label := authors + "=" + doubleQuoted(text, f.Escape)
	name, err := in.Replace(in.Keyword, keyword)
	if err == nil {
		var body document.Edit
		if body, err = in.ReplaceBody(label); err == nil {
			return labelChange{keyword + " " + label, []document.Edit{name, body}}, ""
		}
	}
	return c, fmt.Sprintf("the text of line %d continues on another line", in.Line)
}

// labelledIn returns the line of a LABEL that sets the authors, or may: its name has a
// variable in it. 0 if there is none.
func labelledIn(f *dockerfile.File) int {
	for _, in := range f.Instructions {
		cmd, ok := in.Cmd.(*instructions.LabelCommand)
		if !ok {
			continue
		}
		for _, kv := range cmd.Labels {
			if strings.Trim(kv.Key, `"'`) == authors || strings.Contains(kv.Key, "$") {
				return in.Line
			}
		}
	}
	return 0
}

// unquoted returns the text without a pair of quotes around all of it.
func unquoted(text string) string {
	for _, quote := range []string{`"`, `'`} {
		if inner, ok := strings.CutPrefix(text, quote); ok {
			if inner, ok = strings.CutSuffix(inner, quote); ok && !strings.Contains(inner, quote) {
				return strings.TrimSpace(inner)
			}
		}
	}
	return text
}

// doubleQuoted returns a text as a word that BuildKit's lexer reads back: in double
// quotes, with special characters escaped.
func doubleQuoted(text string, escape byte) string {
	e := string(escape)
	return `"` + strings.NewReplacer(`"`, e+`"`, "$", e+"$", e, e+e).Replace(text) + `"`
}
