package report

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/transforms"
)

// TestSARIFRules checks the rules against the requirements of code scanning.
func TestSARIFRules(t *testing.T) {
	r := &Report{Version: "(devel)", Transforms: transforms.All(), Files: []File{{Path: "Dockerfile", Result: fixer.Result{Findings: []fixer.Finding{
		{ID: "syntax", Status: fixer.Refused, Line: 1, Col: 1}, {ID: "ignore", Status: fixer.Refused, Line: 1, Col: 1}, {ID: "something new", Status: fixer.Refused, Line: 1, Col: 1}, {ID: "ignore", Status: fixer.Refused, Line: 1, Col: 1},
	}}}}}
	driver := decodeSARIF(t, r).Runs[0].Tool.Driver
	if driver.SemanticVersion != nil || *driver.Version != "(devel)" {
		t.Errorf("version %s, semantic version %s", *driver.Version, *driver.SemanticVersion)
	}
	var ids []string
	for _, rule := range driver.Rules {
		ids = append(ids, *rule.ID)
		for what, text := range map[string]*string{"name": rule.Name, "title": rule.ShortDescription.Text, "description": rule.FullDescription.Text, "help": rule.Help.Text} {
			if text == nil || *text == "" || what != "help" && utf8.RuneCountInString(*text) > 1024 {
				t.Errorf("%s: the %s is %v", *rule.ID, what, text)
			}
		}
	}
	var want []string
	for _, tr := range transforms.All() {
		want = append(want, tr.ID)
	}
	if want = append(want, "ignore", "something new", "syntax"); !reflect.DeepEqual(ids, want) {
		t.Errorf("rules %v, want %v", ids, want)
	}
	for i, tr := range transforms.All() {
		rule := driver.Rules[i]
		for _, item := range slices.Concat(tr.Doc.Checks, tr.Doc.LeavesAlone, tr.Doc.NeedsUnsafe) {
			if !strings.Contains(*rule.Help.Text, "\n- "+item) || rule.Help.Markdown == nil || !strings.Contains(*rule.Help.Markdown, "\n- "+item) {
				t.Errorf("%s: the help lacks %q", tr.ID, item)
			}
		}
		level := map[fixer.Safety]string{fixer.Safe: "warning", fixer.Unsafe: "note", fixer.Note: "note"}[tr.Safety]
		if *rule.ShortDescription.Text != tr.Title || rule.DefaultConfiguration.Level != level || *rule.HelpURI != tr.Doc.See[0] || len(rule.Properties.Tags) > 10 {
			t.Errorf("%s: the rule is %v", tr.ID, rule)
		}
	}
}
