package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/transforms"
)

// decodeSARIF writes the report and reads it back: by the schema, and with nothing
// lost.
func decodeSARIF(t *testing.T, r *Report) *sarif.Report {
	t.Helper()
	log, text := readSARIF(t, r)
	if err := log.Validate(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	again, err := json.Marshal(log)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := generic(t, again), generic(t, text); !reflect.DeepEqual(got, want) {
		t.Errorf("decoded it is\n%v\nand not\n%v", got, want)
	}
	return log
}

// readSARIF is decodeSARIF without its slow parts.
func readSARIF(t *testing.T, r *Report) (*sarif.Report, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := SARIF(&b, r); err != nil {
		t.Fatal(err)
	}
	log := new(sarif.Report)
	d := json.NewDecoder(bytes.NewReader(b.Bytes()))
	d.DisallowUnknownFields()
	if err := d.Decode(log); err != nil {
		t.Fatalf("%v\n%s", err, &b)
	}
	return log, b.Bytes()
}

// generic returns JSON without the empty suppressions, which the library can't carry.
func generic(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	for _, run := range v.(map[string]any)["runs"].([]any) {
		for _, result := range run.(map[string]any)["results"].([]any) {
			if list, ok := result.(map[string]any)["suppressions"].([]any); ok && len(list) == 0 {
				delete(result.(map[string]any), "suppressions")
			}
		}
	}
	return v
}

func TestSARIFWriter(t *testing.T) { checkWriter(t, SARIF) }

func TestSARIFResults(t *testing.T) {
	text := "FROM node:20\nRUN echo é\U0001f600 && x\nCMD a\n"
	r := &Report{Version: "v1.2.3-rc.1", Transforms: transforms.All(), Files: []File{
		{Path: "a b/Dockerfile", Known: []bool{false, true, false, false, false}, Result: fixer.Result{
			Before: []byte(text), After: []byte(strings.Replace(text, "CMD", "USER node\nCMD", 1)),
			Findings: []fixer.Finding{
				{ID: "base-image", Status: fixer.Stated, Line: 1, Col: 6, Problem: `is ["node"](1)` + "\x1b"},
				{ID: "nonroot-user", Status: fixer.Fixed, Line: 2, Col: 18, Problem: "runs as root", Safety: fixer.Safe},
				{ID: "tini-init", Status: fixer.Offered, Line: 3, Col: 1, Problem: "hears nothing", Safety: fixer.Unsafe},
				{ID: "npm-ci", Status: fixer.Failed, Line: 3, Col: 1, Problem: "failed"},
				{ID: "nonroot-user", Status: fixer.Fixed, Line: 3, Col: 99, Problem: "runs as root", Safety: fixer.Safe},
			},
		}},
		{Path: "bad", Err: &document.Error{Name: "bad", Line: 2, Col: 3, Msg: "unknown instruction"}},
		{Path: "gone", Err: &document.Error{Name: "x/.dockerignore", Msg: "not written: it is there already"}},
	}}
	log := decodeSARIF(t, r)
	run := log.Runs[0]
	if d := run.Tool.Driver; *d.Name != "dockmend" || *d.Version != "v1.2.3-rc.1" || *d.SemanticVersion != "1.2.3-rc.1" || *d.InformationURI != "https://github.com/dockmend/dockmend" {
		t.Errorf("the tool is %v", d)
	}
	if run.AutomationDetails != nil || *run.ColumnKind != "utf16CodeUnits" {
		t.Errorf("automation details %v, columns are %s", run.AutomationDetails, *run.ColumnKind)
	}
	type seen struct {
		id, kind, level, message, state string
		line, start, end, fixes         int
		suppressed                      bool
	}
	var got []seen
	for _, res := range run.Results {
		if rule := run.Tool.Driver.Rules[res.RuleIndex]; *rule.ID != *res.RuleID {
			t.Errorf("%s has the index of %s", *res.RuleID, *rule.ID)
		}
		region := res.Locations[0].PhysicalLocation.Region
		got = append(got, seen{*res.RuleID, res.Kind, res.Level, *res.Message.Text, *res.BaselineState, *region.StartLine, *region.StartColumn, *region.EndColumn, len(res.Fixes), len(res.Suppressions) == 1 && *res.Suppressions[0].Kind == "external"})
	}
	want := []seen{
		{"nonroot-user", "fail", "warning", "runs as root", "unchanged", 2, 15, 18, 1, true},
		{"tini-init", "fail", "note", "hears nothing; only with --unsafe", "new", 3, 1, 6, 0, false},
		{"npm-ci", "fail", "error", "failed", "new", 3, 1, 6, 0, false},
		{"nonroot-user", "fail", "warning", "runs as root", "new", 3, 6, 6, 1, false},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	checkNotifications(t, run)
}

func checkNotifications(t *testing.T, run *sarif.Run) {
	t.Helper()
	if len(run.Invocations) != 1 || *run.Invocations[0].ExecutionSuccessful || len(run.Artifacts) != 3 {
		t.Fatalf("invocations %v, artifacts %v", run.Invocations, run.Artifacts)
	}
	list := run.Invocations[0].ToolExecutionNotifications
	if len(list) != 2 {
		t.Fatalf("notifications: %v", list)
	}
	for i, want := range []struct {
		message, uri string
		index        int
	}{
		{"unknown instruction", "bad", 1}, {"not written: it is there already", "x/.dockerignore", -1},
	} {
		at := list[i].Locations[0].PhysicalLocation
		if list[i].Level != "error" || *list[i].Message.Text != want.message || *at.ArtifactLocation.URI != want.uri || at.ArtifactLocation.Index != want.index {
			t.Errorf("notification %v at %v", list[i], at.ArtifactLocation)
		}
	}
	if line := list[0].Locations[0].PhysicalLocation.Region.StartLine; *line != 2 {
		t.Errorf("the error is in line %d", *line)
	}
}

// TestSARIFSuppressions checks what the library can't decode: with a baseline
// every result has a list, without one none has.
func TestSARIFSuppressions(t *testing.T) {
	for _, known := range [][]bool{nil, {false, true}} {
		f := fixedFile("FROM a\n", "FROM b\n")
		f.Result.Findings = append(f.Result.Findings, f.Result.Findings[0])
		f.Known = known
		var b bytes.Buffer
		if err := SARIF(&b, &Report{Files: []File{f}}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), `"suppressions": [`); n != len(known) {
			t.Errorf("with a baseline that knows %v, %d results have suppressions", known, n)
		}
		if n := strings.Count(b.String(), `"baselineState"`); n != len(known) {
			t.Errorf("with a baseline that knows %v, %d results have a state", known, n)
		}
	}
}
