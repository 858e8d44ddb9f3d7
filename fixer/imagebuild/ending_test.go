package imagebuild_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/imagebuild"
)

// needs makes a transform that adds --link to every COPY without flags, provided
// that the decision says so of the COPY in the end.
func needs(id string, decide func(end *imagebuild.Pass, in *dockerfile.Instruction) fixer.Decision, rests ...*fixer.Transform) *fixer.Transform {
	if rests == nil {
		rests = []*fixer.Transform{idle}
	}
	return &fixer.Transform{Kind: dockerfile.Kind, ID: id, Safety: fixer.Safe, RestsOn: rests, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions {
			if in.Name() != "COPY" || len(in.Flags) > 0 {
				continue
			}
			e, err := in.SetFlag("link", "true")
			if err != nil {
				return err
			}
			p.Change(in.Span, fixer.Finding{Problem: "no link"}, fixer.Decision{}, e).Provided(imagebuild.AtEnd(func(end *imagebuild.Pass) fixer.Decision { return decide(end, end.Became(in)) }))
		}
		return nil
	})}
}

// idle is a transform that does nothing, and that others rest on.
var idle = &fixer.Transform{Kind: dockerfile.Kind, ID: "idle", Run: imagebuild.On(func(*imagebuild.Pass) error { return nil })}

// says is what a result's findings say, a line each.
func says(r imagebuild.Result) string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%d:%d %s %v %v: %s", f.Line, f.Col, f.ID, f.Safety, f.Status == fixer.Fixed, f.Sentence()))
	}
	return strings.Join(list, "\n")
}

// has reports whether an instruction is in the file.
func has(f *dockerfile.File, line string) bool {
	return slices.ContainsFunc(f.Instructions, func(in *dockerfile.Instruction) bool { return in.Logical == line })
}

// TestProvided: a change that rests on another transform is made where that one did
// its work, and taken back, with the reason, whatever kept it from that.
func TestProvided(t *testing.T) {
	const text = "FROM a\nCOPY b c\n%sCMD d\n"
	user := inserts("user", "USER x", fixer.Safe)
	unsafe := inserts("user", "USER x", fixer.Unsafe)
	fails := &fixer.Transform{Kind: dockerfile.Kind, ID: "user", Run: imagebuild.On(func(*imagebuild.Pass) error { panic("x") })}
	wantsUser := func(end *imagebuild.Pass, in *dockerfile.Instruction) fixer.Decision {
		if in == nil || in.Logical != "COPY --link=true b c" {
			return fixer.Refusal("its place is lost")
		}
		if !has(end.File, "USER x") {
			return fixer.Refusal("no user")
		}
		return fixer.Decision{}
	}
	for _, c := range []struct {
		name, comment string
		user          *fixer.Transform // nil: it is skipped
		threshold     fixer.Safety
		made          bool
		want          string // what is said of the COPY
	}{
		{"done", "", user, 0, true, "no link"},
		{"skipped", "", nil, 0, false, "no link (unchanged): no user (it rests on user, which did not run)"},
		{"ignored", "# dockmend ignore=user\n", user, 0, false, "no link (unchanged): no user (it rests on user, which a comment ignores)"},
		{"below the threshold", "", unsafe, 0, false, "no link (unchanged): no user"},
		{"above it", "", unsafe, fixer.Unsafe, true, "no link"},
		{"failed", "", fails, 0, false, "no link (unchanged): no user"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := fmt.Sprintf(text, c.comment)
			rests := c.user
			if rests == nil {
				rests = user
			}
			ts := []*fixer.Transform{needs("link", wantsUser, rests)}
			if c.user != nil {
				ts = append(ts, c.user)
			}
			r := run(t, src, fixer.Options{Threshold: c.threshold, KnownIDs: []string{"user"}}, ts...)
			if got := strings.Contains(string(r.After), "--link"); got != c.made {
				t.Errorf("made: %v\n%s", got, r.After)
			}
			if got := says(r); !strings.Contains(got, fmt.Sprintf("%v: %s\n", c.made, c.want)) && !strings.HasSuffix(got, fmt.Sprintf("%v: %s", c.made, c.want)) {
				t.Errorf("says\n%s", got)
			}
		})
	}
}

// TestProvidedSafety: a condition can lower the safety of a change, and add to what
// is said of it.
func TestProvidedSafety(t *testing.T) {
	doubts := needs("link", func(*imagebuild.Pass, *dockerfile.Instruction) fixer.Decision { return fixer.Doubt("look at it") })
	const text = "FROM a\nCOPY b c\n"
	r := run(t, text, fixer.Options{}, doubts, idle)
	if string(r.After) != text || says(r) != "2:1 link unsafe false: no link; look at it" {
		t.Errorf("%s\n%s", r.After, says(r))
	}
	r = run(t, text, fixer.Options{Threshold: fixer.Unsafe}, doubts, idle)
	if string(r.After) == text || says(r) != "2:1 link unsafe true: no link; look at it" {
		t.Errorf("%s\n%s", r.After, says(r))
	}
	notes := needs("link", func(*imagebuild.Pass, *dockerfile.Instruction) fixer.Decision {
		return fixer.Decision{Caveats: []string{"by the way"}}
	})
	if r = run(t, text, fixer.Options{}, notes, idle); says(r) != "2:1 link safe true: no link; by the way" {
		t.Error(says(r))
	}
}

// TestProvidedOneByOne: of several changes of a transform only those are taken back
// that do not hold, and there is an end where each shows the next.
func TestProvidedOneByOne(t *testing.T) {
	src := "FROM a\n" + strings.Repeat("COPY b c\n", 40)
	second := needs("link", func(end *imagebuild.Pass, in *dockerfile.Instruction) fixer.Decision {
		if in.Index == 2 {
			return fixer.Refusal("it is the second")
		}
		return fixer.Decision{}
	})
	if r := run(t, src, fixer.Options{}, second, idle); strings.Count(string(r.After), "--link") != 39 || !strings.Contains(says(r), "3:1 link note false: no link (unchanged): it is the second") {
		t.Errorf("%s\n%s", r.After, says(r))
	}
	// Each run refuses the first of those that are left.
	runs := 0
	first := needs("link", func(end *imagebuild.Pass, in *dockerfile.Instruction) fixer.Decision {
		for _, other := range end.File.Instructions[:in.Index] {
			if len(other.Flags) > 0 {
				return fixer.Decision{}
			}
		}
		runs++
		return fixer.Refusal("it is the first")
	})
	r := run(t, src, fixer.Options{}, first, idle)
	if string(r.After) != src || runs > 20 {
		t.Errorf("%d runs\n%s", runs, r.After)
	}
	if again := run(t, src, fixer.Options{}, first, idle); says(again) != says(r) {
		t.Errorf("says\n%s\nand\n%s", says(r), says(again))
	}
}

// TestProvidedPanics: a condition that fails is a failure of its transform.
func TestProvidedPanics(t *testing.T) {
	bad := needs("link", func(*imagebuild.Pass, *dockerfile.Instruction) fixer.Decision { panic("broken") })
	r := run(t, "FROM a\nCOPY b c\nCMD d\n", fixer.Options{}, bad, idle, inserts("user", "USER x", fixer.Safe))
	if string(r.After) != "FROM a\nCOPY b c\nUSER x\nCMD d\n" || len(r.Findings) != 2 || r.Findings[0].Status != fixer.Failed || r.Findings[0].ID != "link" {
		t.Errorf("%s\n%s", r.After, says(r))
	}
}

// TestProvidedUndeclared: what a change rests on is declared.
func TestProvidedUndeclared(t *testing.T) {
	secret := needs("link", func(*imagebuild.Pass, *dockerfile.Instruction) fixer.Decision { return fixer.Decision{} })
	secret.RestsOn = nil
	if r := run(t, "FROM a\nCOPY b c\n", fixer.Options{}, secret); len(r.Findings) != 1 || r.Findings[0].Status != fixer.Failed || !strings.Contains(says(r), "RestsOn names none") {
		t.Error(says(r))
	}
}

// TestOffers: a condition learns that only the threshold kept another's change away.
func TestOffers(t *testing.T) {
	other := inserts("user", "USER x", fixer.Unsafe)
	offered := needs("link", func(end *imagebuild.Pass, in *dockerfile.Instruction) fixer.Decision {
		last := end.File.Instructions[len(end.File.Instructions)-1]
		if end.Offers(other, last.Span) && !end.Offers(other, in.Span) {
			return fixer.Doubt("a user is offered")
		}
		return fixer.Decision{}
	})
	r := run(t, "FROM a\nCOPY b c\nCMD d\n", fixer.Options{}, offered, other, idle)
	if want := "2:1 link unsafe false: no link; a user is offered\n3:1 user unsafe false: inserts USER x"; says(r) != want {
		t.Errorf("says\n%s", says(r))
	}
}

// onInserted makes a transform that reports of the line USER x, which another has
// inserted: nothing but a note, a change of the line, or one that reaches further.
func onInserted(s fixer.Safety, further bool) *fixer.Transform {
	return &fixer.Transform{Kind: dockerfile.Kind, ID: "late", Safety: s, Run: imagebuild.On(func(p *imagebuild.Pass) error {
		for _, in := range p.File.Instructions {
			if in.Logical != "USER x" {
				continue
			}
			if !p.Inserted(in.Start) || p.Inserted(p.File.Instructions[0].Start) {
				return fmt.Errorf("what is inserted is not known")
			}
			if s == fixer.Note {
				p.Leave(in.Span, "the user is x", "")
				return nil
			}
			edit, err := in.Replace(in.Args[0], "y")
			if further && err == nil {
				var second document.Edit
				second, err = p.File.InsertAfter(in, "EXPOSE 1")
				p.Change(in.Span, fixer.Finding{Problem: "the user is x"}, fixer.Decision{Safety: s}, edit, second)
				return err
			}
			p.Change(in.Span, fixer.Finding{Problem: "the user is x"}, fixer.Decision{Safety: s}, edit)
			return err
		}
		return nil
	})}
}

// TestFindingsOnInsertedLines: what a transform does to a line that another has
// inserted is done, and not news; what is unsafe, or reaches further, is said where
// that one's finding stands.
func TestFindingsOnInsertedLines(t *testing.T) {
	const inserted = "4:1 early safe true: inserts USER x"
	for _, c := range []struct {
		name      string
		late      *fixer.Transform
		threshold fixer.Safety
		line      string // of the user in the end
		want      string
	}{
		{"a note", onInserted(fixer.Note, false), 0, "USER x", inserted},
		{"a change", onInserted(fixer.Safe, false), 0, "USER y", inserted},
		{"an unsafe change, offered", onInserted(fixer.Unsafe, false), 0, "USER x", inserted + "\n4:1 late unsafe false: the user is x"},
		{"an unsafe change, made", onInserted(fixer.Unsafe, false), fixer.Unsafe, "USER y", inserted + "\n4:1 late unsafe true: the user is x"},
		{"a change that reaches further", onInserted(fixer.Safe, true), 0, "USER y\nEXPOSE 1", inserted + "\n4:1 late safe true: the user is x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, src, fixer.Options{Threshold: c.threshold}, inserts("early", "USER x", fixer.Safe), c.late)
			if got, want := string(r.After), strings.Replace(src, "CMD", c.line+"\nCMD", 1); got != want {
				t.Errorf("got\n%s", got)
			}
			if got := says(r); got != c.want {
				t.Errorf("says\n%s", got)
			}
		})
	}
}

// TestCaveatOnInsertedLine: what a reviewer should know of a change that is not
// printed stands with the finding that inserted the line.
func TestCaveatOnInsertedLine(t *testing.T) {
	notes := needs("link", func(*imagebuild.Pass, *dockerfile.Instruction) fixer.Decision {
		return fixer.Decision{Caveats: []string{"by the way"}}
	})
	r := run(t, src, fixer.Options{}, inserts("early", "COPY b c", fixer.Safe), notes, idle)
	if got := says(r); got != "4:1 early safe true: inserts COPY b c; by the way" || !strings.Contains(string(r.After), "COPY --link=true b c") {
		t.Errorf("%s\nsays\n%s", r.After, got)
	}
}

// TestOrderOfFindings: findings are in the order of the instructions, those of one
// instruction in the order of the list.
func TestOrderOfFindings(t *testing.T) {
	word := func(id string, n int) *fixer.Transform {
		return &fixer.Transform{Kind: dockerfile.Kind, ID: id, Run: imagebuild.On(func(p *imagebuild.Pass) error {
			in := p.File.Instructions[1]
			p.Leave(document.Span{Start: in.Start + n, End: in.Start + n + 1}, "here", "")
			return nil
		})}
	}
	r := run(t, "FROM a\nRUN b \\\n  c\nCMD d\n", fixer.Options{}, word("z", 10), word("a", 0), inserts("m", "USER x", fixer.Safe), &fixer.Transform{Kind: dockerfile.Kind, ID: "b", Run: imagebuild.On(func(p *imagebuild.Pass) error {
		p.Leave(p.File.Instructions[0].Span, "there", "")
		return nil
	})})
	if want := "1:1 b note false: there (unchanged)\n3:3 z note false: here (unchanged)\n2:1 a note false: here (unchanged)\n4:1 m safe true: inserts USER x"; says(r) != want {
		t.Errorf("says\n%s", says(r))
	}
}
