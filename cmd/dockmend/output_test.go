package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/report"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// TestBugIsAnError: a transform that failed is reported, --quiet or not, and makes
// the run fail, although its file is whole.
func TestBugIsAnError(t *testing.T) {
	for _, flags := range []outputFlags{{}, {Quiet: true}, {Format: "json"}, {NoNotes: true}} {
		var out, errs bytes.Buffer
		o := newOutput(&streams{nil, &out, &errs}, &flags)
		j := &job{File: &workspace.File{Path: "Dockerfile", Name: "Dockerfile"}}
		f := &report.File{Path: "Dockerfile", Result: fixer.Result{Findings: []fixer.Finding{{ID: "npm-ci", Status: fixer.Failed, Line: 1, Col: 1, Problem: "internal error"}}}}
		if err := o.findings(j, f); err != nil {
			t.Fatal(err)
		}
		if !o.failed || !strings.Contains(errs.String(), "Dockerfile:1:1: internal error [npm-ci]") {
			t.Errorf("%+v: failed %v, and it says %q", flags, o.failed, &errs)
		}
	}
}
