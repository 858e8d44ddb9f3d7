package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
)

// sarifSchema is where the standard itself has the schema.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// These are the library's types except for suppressions: all results of a run have a
// list of them or none has, and the library leaves an empty one out.
type (
	sarifLog struct {
		*sarif.Report
		Runs []*sarifRun `json:"runs"`
	}
	sarifRun struct {
		*sarif.Run
		Results []*sarifResult `json:"results"`

		rules map[string]int // their indices
	}
	sarifResult struct {
		*sarif.Result
		Suppressions []*sarif.Suppression `json:"suppressions,omitzero"`
	}
)

// SARIF writes the report as a SARIF 2.1.0 log of one run, with a line end after it.
// What is fixed is a warning with a fix: its change, where that can be made alone, else
// the whole change of its file. What
// needs --unsafe a note, and a transform that failed an error; what is left alone is
// not a result. A file that failed is a notification.
//
// A path is relative to %SRCROOT%, the root of the repository that dockmend ran in,
// or the directory if that is in none; an absolute one is a file URI. Columns count
// UTF-16 code units. The run has no automationDetails: code scanning's upload fills in
// the user's category only if there are none.
func SARIF(w io.Writer, r *Report) error {
	log := sarifLog{Report: sarif.NewReport(), Runs: []*sarifRun{newSarifRun(r)}}
	log.Schema = sarifSchema
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(log)
}

func newSarifRun(r *Report) *sarifRun {
	run := &sarifRun{Run: sarif.NewRunWithInformationURI("dockmend", homepage), Results: []*sarifResult{}}
	driver := run.Tool.Driver
	if r.Version != "" {
		driver.WithVersion(r.Version)
	}
	if v := strings.TrimPrefix(r.Version, "v"); isSemantic(v) {
		driver.WithSemanticVersion(v)
	}
	driver.AddNotification(sarif.NewRule(fileFailed).WithDescription("a Dockerfile could not be worked on"))
	run.rules = map[string]int{}
	for _, rule := range r.sarifRules() {
		run.rules[*rule.ID] = len(driver.Rules)
		driver.AddRule(rule)
	}
	run.WithColumnKind("utf16CodeUnits")
	run.OriginalUriBaseIds = map[string]sarif.ArtifactLocation{
		sourceRoot: *sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage("The root of the repository that dockmend ran in, or the directory where that is in none.")),
	}
	invocation := sarif.NewInvocation().WithExecutionSuccessful(true)
	run.AddInvocation(invocation)
	for i := range r.Files {
		run.addFile(&r.Files[i], invocation)
	}
	return run
}

func isSemantic(version string) bool {
	_, err := semver.StrictNewVersion(version)
	return err == nil
}

// addFile adds the result for one file.
func (run *sarifRun) addFile(f *File, invocation *sarif.Invocation) {
	at := sarifLocation(f.Path).WithIndex(len(run.Artifacts))
	artifact := sarif.NewArtifact().WithLocation(at).WithRoles([]string{"analysisTarget"})
	text := newSarifText(f.Result.Before)
	if text.valid {
		artifact.WithEncoding("UTF-8")
	}
	run.AddArtifact(artifact)
	o := f.offer()
	fixes := o.sarifFixes(at, text)
	prints := newFingerprints(f.Result.Before)
	for i, found := range f.Result.Findings {
		if !annotates(found) {
			continue
		}
		result := run.result(found, at, text, prints)
		switch refusal := o.refuses(found); {
		case refusal != "":
			result.Properties.Add("noFix", refusal)
		case o.mends(found):
			if fix := fixes.of(found); fix != nil {
				result.AddFixe(fix)
			} else {
				result.Properties.Add("noFix", "an earlier result of this file has it")
			}
		}
		for _, e := range found.Evidence {
			if e.File != "" {
				result.AddRelatedLocation(sarifRelated(f.pathOf(e), e))
			}
		}
		switch {
		case f.known(i):
			result.WithBaselineState("unchanged")
			result.Suppressions = []*sarif.Suppression{sarif.NewSuppression().WithKind("external")}
		case f.Known != nil:
			result.WithBaselineState("new")
			result.Suppressions = []*sarif.Suppression{}
		}
		if found.Status == fixer.Failed {
			invocation.WithExecutionSuccessful(false)
		}
		run.Results = append(run.Results, result)
	}
	if f.Err != nil {
		invocation.WithExecutionSuccessful(false)
		if f.Err.Name != f.Path {
			at = sarifLocation(f.Err.Name)
		}
		invocation.AddToolExecutionNotification(sarifNotification(f.Err, at))
	}
}

// result returns a finding as a SARIF result.
func (run *sarifRun) result(found fixer.Finding, at *sarif.ArtifactLocation, text *sarifText, prints *fingerprints) *sarifResult {
	kind := found.Status
	result := sarif.NewRuleResult(found.ID).
		WithRuleIndex(run.rules[found.ID]).
		WithMessage(sarif.NewTextMessage(sarifMessage(message(found)))).
		WithLevel(sarifLevel[kind]).
		WithProperties(sarifProperties(found)).
		WithPartialFingerprints(prints.of(found))
	place := sarif.NewPhysicalLocation().WithArtifactLocation(at).WithRegion(text.place(found))
	result.AddLocation(sarif.NewLocation().WithPhysicalLocation(place))
	return &sarifResult{Result: result}
}

// sarifRelated is a place that a decision rests on.
func sarifRelated(name string, e fixer.Evidence) *sarif.Location {
	place := sarif.NewPhysicalLocation().WithArtifactLocation(sarifLocation(name))
	if e.Line > 0 {
		place.WithRegion(sarif.NewRegion().WithStartLine(e.Line))
	}
	return sarif.NewLocation().WithPhysicalLocation(place).WithMessage(sarif.NewTextMessage(sarifMessage(e.What)))
}

// sarifProperties are the parts of the message, for readers that know them.
func sarifProperties(f fixer.Finding) *sarif.PropertyBag {
	bag := sarif.NewPropertyBag().Add("status", string(f.Status)).Add("severity", f.Severity.String()).Add("safety", f.Safety.String()).Add("problem", f.Problem)
	for name, text := range map[string]string{"change": f.Change, "reason": f.Reason} {
		if text != "" {
			bag.Add(name, text)
		}
	}
	if len(f.Caveats) > 0 {
		bag.Add("caveats", f.Caveats)
	}
	for _, e := range f.Evidence {
		if e.Image != "" {
			bag.Add("image", fmt.Sprintf("%s: %s (%s)", e.Image, e.What, e.Source))
		}
	}
	return bag
}

var sarifLevel = map[fixer.Status]string{fixer.Fixed: sarif.LevelWarning, fixer.Offered: sarif.LevelNote, fixer.Failed: sarif.LevelError}

// fileFailed is the ID of the notification of a file that failed.
const fileFailed = "file-failed"

func sarifNotification(e *document.Error, at *sarif.ArtifactLocation) *sarif.Notification {
	place := sarif.NewPhysicalLocation().WithArtifactLocation(at)
	if e.Line > 0 {
		// The text to count the column in is missing.
		place.WithRegion(sarif.NewRegion().WithStartLine(e.Line))
	}
	return sarif.NewNotification().
		WithLevel(sarif.LevelError).
		WithDescriptor(sarif.NewReportingDescriptorReference().WithID(fileFailed).WithIndex(0)).
		WithMessage(sarif.NewTextMessage(sarifMessage(e.Msg))).
		WithLocations([]*sarif.Location{sarif.NewLocation().WithPhysicalLocation(place)})
}

// sarifMessage returns a message in one line, without the links that SARIF sees in
// untrusted text like [a](b). Braces stay single, although the standard wants them
// doubled: readers show a text without arguments unchanged, and would show both.
func sarifMessage(s string) string {
	return strings.ReplaceAll(escape.Line(s), "](", `\](`)
}
