package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/dockmend/dockmend/fixer"
)

// engineRules describe the findings of the engine itself.
var engineRules = map[string]struct{ title, text string }{
	"base-image":    {"what is known of a base image", "Reports the source of the facts of a base image, where that is less than the image itself."},
	"build-context": {"Dockerfiles without a build context", "Reports that no build context is known, and that no directory has what the Dockerfile copies."},
	"ignore":        {"comments that suppress nothing", "A comment that suppresses a transform has to name one that has a finding there."},
	"generated":     {"Dockerfiles that a program writes", "A Dockerfile whose comment says that a program writes it is left alone."},
	"syntax":        {"Dockerfiles in a syntax of their own", "A Dockerfile that BuildKit reads with another frontend than Docker's own is left alone."},
}

// sarifRules returns the transforms, in their order, and after them other sources of
// findings, by ID.
func (r *Report) sarifRules() (rules []*sarif.ReportingDescriptor) {
	for _, t := range r.Transforms {
		rules = append(rules, transformRule(t))
	}
	var others []string
	for i := range r.Files {
		for _, found := range r.Files[i].Result.Findings {
			if r.transform(found.ID) == nil {
				others = append(others, found.ID)
			}
		}
	}
	slices.Sort(others)
	for _, id := range slices.Compact(others) {
		d, ok := engineRules[id]
		if !ok {
			d.title, d.text = id, id
		}
		rules = append(rules, sarifRule(id, d.title, d.text, d.text, sarif.LevelNote))
	}
	return rules
}

// transformRule returns a transform as a rule.
func transformRule(t *fixer.Transform) *sarif.ReportingDescriptor {
	level := sarif.LevelWarning
	if t.Safety != fixer.Safe {
		level = sarif.LevelNote
	}
	rule := sarifRule(t.ID, t.Title, t.Doc.What, help(t.Doc, "%s:"), level)
	rule.Help.WithMarkdown(help(t.Doc, "**%s**"))
	if len(t.Doc.See) > 0 {
		rule.WithHelpURI(t.Doc.See[0])
	}
	properties := sarif.NewPropertyBag().WithTags([]string{"dockerfile", "nodejs", t.Safety.String()})
	properties.Add("severity", t.Severity.String())
	if t.Since != "" {
		properties.Add("since", t.Since)
	}
	return rule.WithProperties(properties)
}

// help returns why the rule exists, and its lists. In title, %s is that of a list.
func help(d fixer.Doc, title string) string {
	var b strings.Builder
	b.WriteString(flowed(d.Why))
	for _, list := range []struct {
		title string
		items []string
	}{{"Verified before a change", d.Checks}, {"Left alone", d.LeavesAlone}, {"Unsafe, for a person to look at", d.NeedsUnsafe}} {
		if len(list.items) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n\n"+title+"\n", list.title)
		for _, item := range list.items {
			b.WriteString("\n- " + item)
		}
	}
	return b.String()
}

func sarifRule(id, title, what, help, level string) *sarif.ReportingDescriptor {
	return sarif.NewRule(id).
		WithName(id).
		WithDescription(title).
		WithFullDescription(sarif.NewMultiformatMessageString().WithText(flowed(what))).
		WithHelp(sarif.NewMultiformatMessageString().WithText(help)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level))
}

// flowed joins the lines of a text that was wrapped for the source code.
func flowed(text string) string { return strings.Join(strings.Fields(text), " ") }
