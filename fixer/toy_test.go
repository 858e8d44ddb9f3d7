package fixer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

// This file has a kind of document that is made up, to show that the engine needs no
// more of a kind than package document and Subject say: a list of settings.
//
//	[section]
//	# a comment is about the setting below it
//	key=value

const toyKind document.Kind = "settings"

// settings is a parsed document: a line each.
type settings struct {
	src   []byte
	lines []line
}

type line struct {
	document.Span
	section, key, value string // no key: of a comment, a blank line or a header
}

func parseSettings(src []byte) (*settings, error) {
	s := &settings{src: src}
	section, offset := "", 0
	for i, text := range strings.SplitAfter(string(src), "\n") {
		bare := strings.TrimSuffix(text, "\n")
		l := line{Span: document.Span{Start: offset, End: offset + len(bare)}, section: section}
		offset += len(text)
		switch {
		case bare == "" || bare[0] == '#':
		case bare[0] == '[':
			section = strings.Trim(bare, "[]")
			l.section = section
		default:
			var ok bool
			if l.key, l.value, ok = strings.Cut(bare, "="); !ok {
				return nil, fmt.Errorf("line %d is not a setting", i+1)
			}
		}
		s.lines = append(s.lines, l)
	}
	return s, nil
}

func (s *settings) Name() string  { return "settings" }
func (s *settings) Bytes() []byte { return s.src }

func (s *settings) at(offset int) int {
	return slices.IndexFunc(s.lines, func(l line) bool { return offset <= l.End })
}

func (s *settings) Position(offset int) (int, int) {
	i := s.at(offset)
	return i + 1, offset - s.lines[i].Start + 1
}

func (s *settings) FirstLine(line int) int { return line }

func (s *settings) Comments() (list []document.Comment) {
	top := true
	for i, l := range s.lines {
		text := string(s.src[l.Start:l.End])
		if !strings.HasPrefix(text, "#") {
			top = top && text == ""
			continue
		}
		c := document.Comment{Span: l.Span, Text: text}
		if top {
			c.Governs.End = len(s.src)
		} else if i+1 < len(s.lines) && s.lines[i+1].key != "" {
			c.Governs = s.lines[i+1].Span
		}
		list = append(list, c)
	}
	return list
}

// set is what an edit means: the settings that it leaves in the place of the anchor.
type set []string

// settingsOf returns the settings of a document, each with its section.
func (s *settings) settingsOf(edited map[int]set) (list []string) {
	for _, l := range s.lines {
		switch made, ok := edited[l.Start]; {
		case ok:
			for _, m := range made {
				list = append(list, l.section+" "+m)
			}
		case l.key != "":
			list = append(list, l.section+" "+l.key+"="+l.value)
		}
	}
	return list
}

func (s *settings) Edited(edits []document.Edit) (document.Document, error) {
	edited := map[int]set{}
	for _, e := range edits {
		m, ok := e.Meaning.(set)
		if !ok {
			return nil, errors.New("not an edit of settings")
		}
		edited[e.Anchor.Start] = m
	}
	text, err := document.Splice(s.src, edits)
	if err != nil {
		return nil, err
	}
	if len(text) > 1000 {
		return nil, &document.TooLargeError{Max: 1000}
	}
	after, err := parseSettings(text)
	if err != nil {
		return nil, err
	}
	if got, want := after.settingsOf(nil), s.settingsOf(edited); !slices.Equal(got, want) {
		return nil, fmt.Errorf("has %q, must have %q", got, want)
	}
	return after, nil
}

// change sets a value; add adds a setting after the line.
func change(l line, value string) document.Edit {
	start := l.Start + len(l.key) + 1
	return document.Edit{Span: document.Span{Start: start, End: l.End}, Text: value, Role: document.Changes, Anchor: l.Span, Meaning: set{l.key + "=" + value}}
}

func add(l line, setting string) document.Edit {
	return document.Edit{Span: document.Span{Start: l.End, End: l.End}, Text: "\n" + setting, Role: document.InsertsAfter, Anchor: l.Span, Meaning: set{l.key + "=" + l.value, setting}}
}

// toy is the subject: settings, and the names of the profiles that read them.
type toy struct {
	doc      *settings
	profiles []string
	remark   *fixer.Remark
}

// profile is a view. Each has all sections, but for those named after another.
type profile struct {
	*toy
	name  string
	doc   *settings
	files *[]string // that were created
}

func (y *toy) Kind() document.Kind         { return toyKind }
func (y *toy) Document() document.Document { return y.doc }
func (y *toy) Disagreement() string        { return "the profiles differ" }

func (y *toy) Views() (list []fixer.View) {
	files := new([]string)
	for _, name := range y.profiles {
		list = append(list, &profile{y, name, y.doc, files})
	}
	return list
}

func (y *toy) Create(_ []fixer.View, directory any, file fixer.NewFile) {
	files := directory.(*[]string)
	*files = append(*files, file.Name)
}

func (p *profile) Name() string { return p.name }
func (p *profile) Edited(d document.Document) (fixer.View, error) {
	c := *p
	c.doc = d.(*settings)
	return &c, nil
}
func (p *profile) Part(offset int) int {
	section := p.doc.lines[p.doc.at(offset)].section
	return slices.IndexFunc(p.doc.lines, func(l line) bool { return l.section == section })
}
func (p *profile) Uses(part int) bool {
	section := p.doc.lines[part].section
	return section == p.name || !slices.Contains(p.profiles, section)
}
func (p *profile) Directory() any { return p.files }
func (p *profile) Remarks() (list []fixer.Remark) {
	if p.remark != nil {
		list = append(list, *p.remark)
	}
	return list
}

// on makes a transform that looks at each setting that its profile uses.
func on(id string, s fixer.Safety, look func(p *fixer.Pass, view *profile, l line)) *fixer.Transform {
	return &fixer.Transform{ID: id, Kind: toyKind, Safety: s, Run: func(p *fixer.Pass) error {
		view := p.View.(*profile)
		for _, l := range view.doc.lines {
			if l.key != "" && view.Uses(view.Part(l.Start)) {
				look(p, view, l)
			}
		}
		return nil
	}}
}

// debugOff sets debug=on to off.
func debugOff(s fixer.Safety) *fixer.Transform {
	return on("debug-off", s, func(p *fixer.Pass, _ *profile, l line) {
		if l.key == "debug" && l.value == "on" {
			p.Change(l.Span, fixer.Finding{Problem: "debug is on", Change: "set debug=off"}, fixer.Decision{}, change(l, "off"))
		}
	})
}

// hostAdded adds a host to every port that has none.
var hostAdded = on("host", fixer.Safe, func(p *fixer.Pass, view *profile, l line) {
	if l.key == "port" && !strings.Contains(string(view.doc.src), "host=") {
		p.Change(l.Span, fixer.Finding{Problem: "no host", Change: "add host=any"}, fixer.Decision{}, add(l, "host=any"))
	}
})

func repair(t *testing.T, y *toy, text string, o fixer.Options, ts ...*fixer.Transform) (fixer.Result, string) {
	t.Helper()
	doc, err := parseSettings([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	y.doc = doc
	if y.profiles == nil {
		y.profiles = []string{"live"}
	}
	r, err := fixer.Run(t.Context(), y, ts, o)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%d:%d %s %s: %s", f.Line, f.Col, f.ID, f.Status, f.Sentence()))
	}
	return r, strings.Join(list, "\n")
}

// TestAnyKind: all that the engine does, it does for a kind of document that it has
// never heard of.
func TestAnyKind(t *testing.T) {
	var nothing []*fixer.Transform
	safe := debugOff(fixer.Safe)
	oddPort := on("odd", fixer.Note, func(p *fixer.Pass, _ *profile, l line) {
		switch l.key {
		case "port":
			p.State(l.Span, "a port", l.value+" is odd")
		case "debug":
			p.State(l.Span, "a setting", "")
		}
	})
	bad := func(e func(l line) document.Edit) *fixer.Transform {
		return on("bad", fixer.Safe, func(p *fixer.Pass, _ *profile, l line) {
			p.Change(l.Span, fixer.Finding{Problem: "bad"}, fixer.Decision{}, e(l))
		})
	}
	for _, c := range []struct {
		name, text string
		o          fixer.Options
		ts         []*fixer.Transform
		after      string // "" for the text as it came
		says       string
	}{
		{"fixed", "debug=on\nport=1\n", fixer.Options{}, []*fixer.Transform{safe, hostAdded}, "debug=off\nport=1\nhost=any\n",
			"1:1 debug-off fixed: debug is on: set debug=off\n2:1 host fixed: no host: add host=any"},
		{"nothing to do", "debug=off\nport=1\nhost=any\n", fixer.Options{}, []*fixer.Transform{safe, hostAdded}, "", ""},
		{"offered", "debug=on\n", fixer.Options{}, []*fixer.Transform{debugOff(fixer.Unsafe)}, "", "1:1 debug-off offered: debug is on: set debug=off"},
		{"made at the threshold", "debug=on\n", fixer.Options{Threshold: fixer.Unsafe}, []*fixer.Transform{debugOff(fixer.Unsafe)}, "debug=off\n",
			"1:1 debug-off fixed: debug is on: set debug=off"},
		{"ignored", "port=1\n# dockmend ignore=debug-off it is a test\ndebug=on\n", fixer.Options{}, []*fixer.Transform{safe}, "", ""},
		{"ignored everywhere", "# dockmend ignore=debug-off\n\ndebug=on\nport=1\n", fixer.Options{}, []*fixer.Transform{safe, hostAdded}, "# dockmend ignore=debug-off\n\ndebug=on\nport=1\nhost=any\n",
			"4:1 host fixed: no host: add host=any"},
		{"an ignore of nothing", "port=1\n# dockmend ignore=debug-off\nhost=any\n", fixer.Options{}, []*fixer.Transform{safe}, "",
			"2:1 ignore stated: ignores debug-off, which has no finding here"},
		{"an ignore of no place", "port=1\n# dockmend ignore=debug-off\n\ndebug=on\n", fixer.Options{}, []*fixer.Transform{safe}, "port=1\n# dockmend ignore=debug-off\n\ndebug=off\n",
			"2:1 ignore stated: ignores debug-off in no place: put it directly above an instruction, or on top of the file\n4:1 debug-off fixed: debug is on: set debug=off"},
		{"generated", "# generated, do not edit\ndebug=on\n", fixer.Options{}, []*fixer.Transform{safe}, "",
			"1:1 generated stated: left alone: a comment says that it is generated: change its template"},
		{"not what was meant", "debug=on\nport=1\n", fixer.Options{}, []*fixer.Transform{bad(func(l line) document.Edit { e := change(l, "2"); e.Text = "1\nx=y"; return e }), safe}, "debug=off\nport=1\n",
			"1:1 bad failed: internal error, nothing of this transform was changed; please report it: has [\" debug=1\" \" x=y\" \" port=1\" \" x=y\"], must have [\" debug=2\" \" port=2\"]\n1:1 debug-off fixed: debug is on: set debug=off"},
		{"not a document", "debug=on\n", fixer.Options{}, []*fixer.Transform{bad(func(l line) document.Edit { e := add(l, "z"); return e }), safe}, "debug=off\n",
			"1:1 bad failed: internal error, nothing of this transform was changed; please report it: line 2 is not a setting\n1:1 debug-off fixed: debug is on: set debug=off"},
		{"too large", "debug=on\n", fixer.Options{}, []*fixer.Transform{bad(func(l line) document.Edit { return change(l, strings.Repeat("x", 1000)) })}, "",
			"1:1 bad refused: bad (unchanged): the file would have more than 1000 bytes"},
		{"stated", "debug=on\nport=1\n# dockmend ignore=odd\nport=3\n", fixer.Options{Threshold: fixer.Unsafe}, []*fixer.Transform{oddPort, safe}, "debug=off\nport=1\n# dockmend ignore=odd\nport=3\n",
			"1:1 debug-off fixed: debug is on: set debug=off\n1:1 odd stated: a setting\n2:1 odd stated: a port: 1 is odd"},
		{"other kinds", "debug=on\n", fixer.Options{}, []*fixer.Transform{{ID: "other", Kind: "YAML", Run: func(*fixer.Pass) error { panic("it is not for settings") }}}, "", ""},
		{"no transforms", "debug=on\n", fixer.Options{}, nothing, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, says := repair(t, &toy{}, c.text, c.o, c.ts...)
			want := c.after
			if want == "" {
				want = c.text
			}
			if string(r.After) != want || says != c.says {
				t.Errorf("got\n%s%s\nwant\n%s%s", r.After, says, want, c.says)
			}
			if again, _ := repair(t, &toy{}, string(r.After), c.o, c.ts...); string(again.After) != want {
				t.Errorf("a second run makes of it\n%s", again.After)
			}
		})
	}
}

// TestInsertedLines: what a transform finds on a line that another inserted is part of
// that one's work, and not a finding of its own.
func TestInsertedLines(t *testing.T) {
	local := on("local", fixer.Safe, func(p *fixer.Pass, _ *profile, l line) {
		if l.value == "any" {
			if !p.Inserted(l.Start) {
				t.Error("it is not known that the line was inserted")
			}
			p.Change(l.Span, fixer.Finding{Problem: "any host"}, fixer.Decision{}, change(l, "local"))
		}
	})
	r, says := repair(t, &toy{}, "debug=off\nport=1\n", fixer.Options{}, hostAdded, local)
	if string(r.After) != "debug=off\nport=1\nhost=local\n" || says != "2:1 host fixed: no host: add host=any" || len(r.Steps) != 2 {
		t.Errorf("%s%s", r.After, says)
	}
}

// TestViewsDisagree: a change is made where all views that use the part need it.
func TestViewsDisagree(t *testing.T) {
	named := on("named", fixer.Safe, func(p *fixer.Pass, view *profile, l line) {
		if l.key == "name" && l.value == "?" {
			p.Change(l.Span, fixer.Finding{Problem: "no name", Change: "name it " + view.name}, fixer.Decision{}, change(l, view.name))
		}
	})
	const text = "[live]\nname=?\ndebug=on\n[all]\nname=?\ndebug=on\n"
	r, says := repair(t, &toy{profiles: []string{"live", "test"}}, text, fixer.Options{}, named, debugOff(fixer.Safe))
	if want := "[live]\nname=live\ndebug=off\n[all]\nname=?\ndebug=off\n"; string(r.After) != want {
		t.Errorf("got\n%s", r.After)
	}
	if want := "5:1 named refused: the profiles differ (unchanged): live: no name: name it live; test: no name: name it test"; !strings.Contains(says, want) {
		t.Errorf("says\n%s", says)
	}
}

// TestCreatesInView: a file is created in the directory of the view, and what runs
// later sees it there; of several views with one directory, once.
func TestCreatesInView(t *testing.T) {
	readme := on("readme", fixer.Safe, func(p *fixer.Pass, view *profile, l line) {
		if len(*view.files) == 0 {
			p.Create(l.Span, fixer.Finding{Problem: "no README"}, fixer.Decision{}, fixer.NewFile{Name: "README", Text: []byte("x\n")})
		}
	})
	r, says := repair(t, &toy{profiles: []string{"live", "test"}}, "debug=on\n", fixer.Options{}, readme, readme)
	if len(r.Created) != 1 || r.Created[0].ID != "readme" || says != "1:1 readme fixed: no README" {
		t.Errorf("%+v\n%s", r.Created, says)
	}
}

// TestCreatesWithEdits: a file and the edits that name it are made together, or neither is;
// several changes that add one file add it once, as long as one of them is made.
func TestCreatesWithEdits(t *testing.T) {
	keyed := on("keyed", fixer.Safe, func(p *fixer.Pass, view *profile, l line) {
		if l.value == "?" {
			p.Create(l.Span, fixer.Finding{Problem: "no key"}, fixer.Decision{}, fixer.NewFile{Name: "key", Text: []byte("x\n")}, change(l, "key"))
		}
	})
	for _, c := range []struct{ name, text, after, created, says string }{
		{"one", "a=?\n", "a=key\n", "key", "1:1 keyed fixed: no key"},
		{"two", "a=?\nb=?\n", "a=key\nb=key\n", "key", "1:1 keyed fixed: no key\n2:1 keyed fixed: no key"},
		{"the first is ignored", "b=1\n# dockmend ignore=keyed\na=?\nb=?\n", "b=1\n# dockmend ignore=keyed\na=?\nb=key\n", "key", "4:1 keyed fixed: no key"},
		{"all are ignored", "# dockmend ignore=keyed\n\na=?\n", "# dockmend ignore=keyed\n\na=?\n", "", ""},
		{"too large", "a=?\nb=" + strings.Repeat("x", 994) + "\n", "a=?\nb=" + strings.Repeat("x", 994) + "\n", "", "1:1 keyed refused: no key (unchanged): the file would have more than 1000 bytes"},
	} {
		y := &toy{}
		r, says := repair(t, y, c.text, fixer.Options{}, keyed)
		var created []string
		for _, f := range r.Created {
			created = append(created, f.Name)
		}
		if string(r.After) != c.after || strings.Join(created, " ") != c.created || says != c.says {
			t.Errorf("%s: got\n%s%q\n%s", c.name, r.After, created, says)
		}
		if err := fixer.Separate(t.Context(), y, []*fixer.Transform{keyed}, fixer.Options{}, &r); err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Edits != nil {
				t.Errorf("%s: edits alone would name a file that is not there: %+v", c.name, f.Edits)
			}
		}
	}
}

// TestRestsOnLater: a change that counts on a later transform is taken back where
// that one did not do its work.
func TestRestsOnLater(t *testing.T) {
	later := debugOff(fixer.Safe)
	first := on("first", fixer.Safe, func(p *fixer.Pass, _ *profile, l line) {
		if l.key == "port" && l.value == "1" {
			p.Change(l.Span, fixer.Finding{Problem: "port 1"}, fixer.Decision{}, change(l, "2")).Provided(func(end *fixer.Pass) fixer.Decision {
				if at, ok := end.Became(l.Start); !ok || !strings.HasPrefix(string(end.Document.Bytes()[at:]), "port=2") {
					return fixer.Refusal("its place is lost")
				}
				if strings.Contains(string(end.Document.Bytes()), "debug=on") {
					return fixer.Refusal("debug is on")
				}
				return fixer.Decision{}
			})
		}
	})
	first.RestsOn = []*fixer.Transform{later}
	if r, says := repair(t, &toy{}, "debug=on\nport=1\n", fixer.Options{}, first, later); string(r.After) != "debug=off\nport=2\n" {
		t.Errorf("%s%s", r.After, says)
	}
	r, says := repair(t, &toy{}, "debug=on\nport=1\n", fixer.Options{}, first)
	if string(r.After) != "debug=on\nport=1\n" || says != "2:1 first refused: port 1 (unchanged): debug is on (it rests on debug-off, which did not run)" {
		t.Errorf("%s%s", r.After, says)
	}
}

func TestRemarks(t *testing.T) {
	y := &toy{profiles: []string{"live", "test"}, remark: &fixer.Remark{ID: "source", Offset: 0, Problem: "it is a guess", Reason: "no network"}}
	if _, says := repair(t, y, "debug=off\n", fixer.Options{}); says != "1:1 source stated: it is a guess: no network" {
		t.Errorf("says\n%s", says)
	}
}

func TestNoKind(t *testing.T) {
	doc, err := parseSettings([]byte("a=b\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = fixer.Run(context.Background(), &toy{doc: doc, profiles: []string{"live"}}, []*fixer.Transform{{ID: "x", Run: func(*fixer.Pass) error { return nil }}}, fixer.Options{})
	if err == nil || !strings.Contains(err.Error(), `"x" does not say`) {
		t.Errorf("%v", err)
	}
}

// TestSeparate: a change that the transform makes alone, too, has its edits in the text
// that came in; one that follows another's has none.
func TestSeparate(t *testing.T) {
	follows := on("follows", fixer.Safe, func(p *fixer.Pass, view *profile, l line) {
		if l.key == "level" && l.value == "1" && strings.Contains(string(view.doc.src), "debug=off") {
			p.Change(l.Span, fixer.Finding{Problem: "level 1"}, fixer.Decision{}, change(l, "2"))
		}
	})
	ts := []*fixer.Transform{debugOff(fixer.Safe), follows, hostAdded}
	y := &toy{}
	r, _ := repair(t, y, "debug=on\nlevel=1\nport=1\n", fixer.Options{}, ts...)
	if err := fixer.Separate(t.Context(), y, ts, fixer.Options{}, &r); err != nil {
		t.Fatal(err)
	}
	if want := "debug=off\nlevel=2\nport=1\nhost=any\n"; string(r.After) != want {
		t.Fatalf("got\n%s", r.After)
	}
	want := map[string]string{
		"debug-off": "debug=off\nlevel=1\nport=1\n",
		"follows":   "debug=on\nlevel=1\nport=1\n",
		"host":      "debug=on\nlevel=1\nport=1\nhost=any\n",
	}
	for _, f := range r.Findings {
		text, err := document.Splice(r.Before, f.Edits)
		if err != nil || string(text) != want[f.ID] || len(f.Touched) != 1 {
			t.Errorf("%s: %v, touches %v, alone\n%s", f.ID, err, f.Touched, text)
		}
	}
}
