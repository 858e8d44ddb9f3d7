package dockerfile

import (
	"testing"

	"github.com/dockmend/dockmend/fixer/document"
)

func TestMoves(t *testing.T) {
	f, err := Parse("Dockerfile", []byte("FROM a\nRUN b\n  RUN c\n# d\nCMD e\n"))
	if err != nil {
		t.Fatal(err)
	}
	in := f.Instructions
	var edits []document.Edit
	add := func(e document.Edit, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		edits = append(edits, e)
	}
	add(f.InsertBefore(in[3], "USER x", "EXPOSE 1"))
	add(in[0].Replace(in[0].Args[0], "a:1"))
	add(in[0].Append("AS z"))
	add(f.Delete(in[1]))
	add(in[3].Replace(in[3].Keyword, "ENTRYPOINT"))
	doc, err := f.Edited(edits)
	if err != nil {
		t.Fatal(err)
	}
	after := doc.(*File)
	m := document.NewMoves(edits)
	for i, want := range []int{0, -1, 1, 4} { // the instruction of after that each has become
		got, ok := m.Edited(in[i].Start)
		if ok != (want >= 0) || ok && got != after.Instructions[want].Start {
			t.Errorf("%s goes to %d, %v", in[i].Logical, got, ok)
		}
	}
	for i, want := range []struct{ original, inserted int }{
		{in[0].Start, -1}, {in[2].Start, -1}, {in[3].comments, 0}, {in[3].comments, 0}, {in[3].Start, -1},
	} {
		at := after.Instructions[i]
		if got, inserted := m.Original(at.Start); got != want.original || inserted != want.inserted {
			t.Errorf("%s comes from %d, edit %d", at.Logical, got, inserted)
		}
	}
	if got, inserted := m.Original(len(after.src)); got != len(f.src) || inserted != -1 {
		t.Errorf("the end comes from %d, edit %d", got, inserted)
	}
	if got, inserted := document.NewMoves(nil).Original(3); got != 3 || inserted != -1 {
		t.Errorf("without edits: %d, %d", got, inserted)
	}
}
