package report

import (
	"reflect"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
)

func TestSummary(t *testing.T) {
	fixed := func(id string) fixer.Finding { return fixer.Finding{ID: id, Status: fixer.Fixed, Safety: fixer.Safe} }
	unsafe := func(id string) fixer.Finding {
		return fixer.Finding{ID: id, Status: fixer.Offered, Safety: fixer.Unsafe}
	}
	after := []byte("FROM x\n")
	failure := &document.Error{Name: "x", Msg: "is none"}
	for name, test := range map[string]struct {
		files []File
		want  Summary
		text  string
	}{
		"no file": {nil, Summary{}, "0 files: 0 would change, 0 left alone, 0 failed"},
		"all there is": {rich(itself).Files, Summary{Files: 4, Changed: 1, LeftAlone: 2, Failed: 1, Known: 2, Fixes: []Count{{"first-one", 1}, {"second-one", 1}}, Unsafe: []Count{{"second-one", 2}}},
			"4 files: 1 would change, 2 left alone, 1 failed; 2 findings in the baseline\nfixes: first-one 1, second-one 1\nonly with --unsafe: second-one 2"},
		"in the order of the transforms": {
			[]File{{Result: fixer.Result{After: after, Findings: []fixer.Finding{fixed("zz"), fixed("second-one"), fixed("aa"), fixed("first-one"), fixed("second-one")}}}},
			Summary{Files: 1, Changed: 1, Fixes: []Count{{"first-one", 1}, {"second-one", 2}, {"aa", 1}, {"zz", 1}}},
			"1 file: 1 would change, 0 left alone, 0 failed\nfixes: first-one 1, second-one 2, aa 1, zz 1",
		},
		"a file that is added is a change": {
			[]File{{Result: fixer.Result{Created: []fixer.NewFile{{Name: "x"}}, Findings: []fixer.Finding{fixed("first-one")}}}},
			Summary{Files: 1, Changed: 1, Fixes: []Count{{"first-one", 1}}},
			"1 file: 1 would change, 0 left alone, 0 failed\nfixes: first-one 1",
		},
		"what was not written is no fix": {
			[]File{{Err: failure, Result: fixer.Result{After: after, Findings: []fixer.Finding{fixed("first-one"), unsafe("second-one")}}}},
			Summary{Files: 1, Failed: 1, Unsafe: []Count{{"second-one", 1}}},
			"1 file: 0 would change, 0 left alone, 1 failed\nonly with --unsafe: second-one 1",
		},
		"a note and a bug are neither": {
			[]File{{Result: fixer.Result{Findings: []fixer.Finding{{ID: "first-one", Status: fixer.Refused}, {ID: "first-one", Status: fixer.Failed}}}}},
			Summary{Files: 1, LeftAlone: 1}, "1 file: 0 would change, 1 left alone, 0 failed",
		},
		"what the baseline has counts as that alone": {
			[]File{{Known: []bool{true, false}, Result: fixer.Result{After: after, Findings: []fixer.Finding{fixed("first-one"), unsafe("second-one")}}}},
			Summary{Files: 1, Changed: 1, Known: 1, Unsafe: []Count{{"second-one", 1}}},
			"1 file: 1 would change, 0 left alone, 0 failed; 1 finding in the baseline\nonly with --unsafe: second-one 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			// Lists are never nil: in JSON they are lists.
			if test.want.Fixes == nil {
				test.want.Fixes = []Count{}
			}
			if test.want.Unsafe == nil {
				test.want.Unsafe = []Count{}
			}
			got := (&Report{Transforms: testTransforms, Files: test.files}).Summary()
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if text := got.String("would change"); text != test.text {
				t.Errorf("it says\n%s\nwant\n%s", text, test.text)
			}
		})
	}
}
