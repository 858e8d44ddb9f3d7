package dockerfile

import (
	"fmt"
	"slices"
	"testing"
)

func TestComments(t *testing.T) {
	const src = "\ufeff# first\n# second\nFROM a\n\n# far\n\n  # near \nRUN x \\\n# inside\n  y\n# under\nRUN <<E\n# text\nE\n#last"
	f := mustParse(t, src)
	var got []string
	for _, c := range f.Comments() {
		if f.src[c.Start] != '#' || string(f.src[c.Start:c.End]) != c.Text {
			t.Errorf("%q is not at its place", c.Text)
		}
		above := "nothing"
		if c.GovernsAll(f) {
			above = "everything"
		} else if c.Governs.Len() > 0 {
			line, _ := f.Position(c.Governs.Start)
			above = fmt.Sprintf("line %d", line)
		}
		got = append(got, c.Text+" above "+above)
	}
	want := []string{
		"# first above everything", "# second above everything", "# far above nothing", "# near above line 8",
		"# inside above nothing", "# under above line 12", "#last above nothing",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := mustParse(t, "# syntax=docker/dockerfile:1\n# c\nFROM a\n").Comments(); len(got) != 1 || got[0].Text != "# c" {
		t.Errorf("a directive is no comment: %v", got)
	}
}
