package imagebuild_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// marks makes a transform that adds --link to every COPY, a finding each.
func marks(id string) *fixer.Transform {
	return &fixer.Transform{Kind: dockerfile.Kind, ID: id, Safety: fixer.Safe, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions {
			if in.Name() != "COPY" || len(in.Flags) > 0 {
				continue
			}
			e, err := in.SetFlag("link", "true")
			if err != nil {
				return err
			}
			p.Change(in.Span, fixer.Finding{Problem: "no link"}, fixer.Decision{}, e)
		}
		return nil
	})}
}

func TestIgnore(t *testing.T) {
	for _, c := range []struct{ name, src, want, notes string }{
		{"none", "FROM a\nCOPY b c\nCOPY d e\n", "FROM a\nCOPY --link=true b c\nCOPY --link=true d e\n", ""},
		{"an instruction", "FROM a\n# dockmend ignore=marks it is so\nCOPY b c\nCOPY d e\n", "FROM a\n# dockmend ignore=marks it is so\nCOPY b c\nCOPY --link=true d e\n", ""},
		{"in its block", "FROM a\n# dockmend ignore=marks\n# b is c\nCOPY b c\n", "", ""},
		{"without a reason, crlf", "FROM a\r\n#dockmend ignore=marks\r\nCOPY b c\r\n", "", ""},
		{"on top", "# a file\n# dockmend ignore=marks\n\n# x\nFROM a\nCOPY b c\nCOPY d e\n", "", ""},
		{"on top, behind a directive and a BOM", "\ufeff# syntax=docker/dockerfile:1\n# dockmend ignore=marks\nFROM a\nCOPY b c\n", "", ""},
		{"several", "FROM a\n# dockmend ignore=other,marks\nCOPY b c\n", "", ""},
		{"where the change is made", "FROM a\nCOPY b c\n# dockmend ignore=user\nCMD d\n", "FROM a\nCOPY --link=true b c\n# dockmend ignore=user\nCMD d\n", ""},
		{"nothing to say", "FROM a\n# dockmend ignore=marks\nRUN b\n", "", "2:1 ignores marks, which has no finding here"},
		{"no transform", "FROM a\n  # dockmend ignore=mark\nRUN b\n", "", `2:3 ignores "mark", which is not a transform`},
		{"in no place", "FROM a\n# dockmend ignore=marks\n\nCOPY b c\n", "FROM a\n# dockmend ignore=marks\n\nCOPY --link=true b c\n", "2:1 ignores marks in no place: put it directly above an instruction, or on top of the file"},
		{"one that does not run", "FROM a\n# dockmend ignore=other\nRUN b\n", "", ""},
		{"in another tool's words", "FROM a\n# dockmend disable=marks\nCOPY b c\n", "FROM a\n# dockmend disable=marks\nCOPY --link=true b c\n", "2:1 malformed ignore comment: expected # dockmend ignore=ID reason"},
		{"misspelled", "FROM a\n# dockmend: ignore marks\nCOPY b c\n", "FROM a\n# dockmend: ignore marks\nCOPY --link=true b c\n", "2:1 malformed ignore comment: expected # dockmend ignore=ID reason"},
		{"in a heredoc", "FROM a\nRUN <<E\n# dockmend ignore=marks\nE\nCOPY b c\n", "FROM a\nRUN <<E\n# dockmend ignore=marks\nE\nCOPY --link=true b c\n", ""},
		{"talk", "FROM a\n# why dockmend ignore=marks is not here\nCOPY b c\n", "FROM a\n# why dockmend ignore=marks is not here\nCOPY --link=true b c\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ts := []*fixer.Transform{marks("marks")}
			if strings.Contains(c.src, "CMD") {
				ts = append(ts, inserts("user", "USER x", fixer.Safe))
			}
			r := run(t, c.src, fixer.Options{KnownIDs: []string{"marks", "other"}}, ts...)
			want := c.want
			if want == "" {
				want = c.src
			}
			if !bytes.Equal(r.After, []byte(want)) {
				t.Errorf("got\n%s", r.After)
			}
			var notes []string
			for _, f := range r.Findings {
				if f.ID == "ignore" {
					notes = append(notes, fmt.Sprintf("%d:%d %s", f.Line, f.Col, f.Sentence()))
				}
			}
			if got := strings.Join(notes, "\n"); got != c.notes {
				t.Errorf("says %q", got)
			}
		})
	}
}
