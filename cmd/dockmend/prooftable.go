package main

import (
	"cmp"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/report"
)

// report returns the proof in the form of a report.
func (p *stageProof) report() report.Proof {
	r := report.Proof{
		Target: p.Target, Service: p.Service, Outcome: string(p.Verdict.Outcome), Reason: p.Verdict.Reason, Notes: p.Verdict.Notes, Details: p.Proof,
	}
	for _, row := range []struct {
		what string
		show func(*proof.Observation) string
	}{{"user", userOf}, {"capabilities", capabilitiesOf}, {"read-only", readOnlyOf}, {"seccomp", seccompOf}, {"writes", writesOf}, {"stop", stopOf}, {"size", sizeOf}, {"build", buildOf}} {
		if p.Before != nil { // it was run
			r.Seen = append(r.Seen, report.Seen{What: row.what, Before: row.show(p.Before), After: row.show(p.After)})
		}
	}
	return r
}

// printProofs prints a table for people, and the grounds of each verdict that
// is not the best one. failed: there are files of which it is not known what would
// change, or whether that works.
func printProofs(w io.Writer, list []stageProof, failed bool) error {
	switch {
	case len(list) == 0 && failed:
		return nil
	case len(list) == 0:
		_, err := fmt.Fprintln(w, "nothing to prove: nothing would change")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FILE\tVERDICT\tUSER\tCAPS\tREAD-ONLY\tSECCOMP\tSTOP\tSIZE\tBUILDS")
	for _, p := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.name(), p.Verdict.Outcome, p.both(userOf), p.both(capabilitiesOf), p.after(readOnlyOf), p.after(seccompOf),
			p.both(stopOf), p.both(sizeOf), p.both(buildOf))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range list {
		if writes := p.after(writesOf); writes != "-" {
			if _, err := fmt.Fprintf(w, "%s: writes %s\n", p.name(), escape.Line(writes)); err != nil {
				return err
			}
		}
	}
	for i := range list {
		if list[i].Verdict.Outcome == proof.Proved && len(list[i].Verdict.Notes) == 0 {
			continue
		}
		if err := explainProof(w, "", &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// name returns the file, with the service, or the stage if there are several.
func (p *stageProof) name() string {
	name := escape.Line(p.File)
	if of := cmp.Or(p.Service, p.Target); of != "" {
		name += " (" + escape.Line(of) + ")"
	}
	return name
}

// after shows a property of what was changed.
func (p *stageProof) after(show func(*proof.Observation) string) string {
	if p.After == nil { // it was not run
		return "-"
	}
	return show(p.After)
}

// both shows a property before and after, once if it is the same.
func (p *stageProof) both(show func(*proof.Observation) string) string {
	if p.Before == nil {
		return p.after(show)
	}
	before, after := show(p.Before), show(p.After)
	if before == after {
		return before
	}
	return before + " → " + after
}

// fewLines of a log are shown if the change did not break anything.
const fewLines = 10

// explainProof prints the grounds of a verdict.
func explainProof(w io.Writer, prefix string, p *stageProof) error {
	v := p.Verdict
	where := p.name()
	if v.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, v.Line)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s%s: %s\n", where, prefix, v.Outcome, escape.Line(v.Reason))
	if v.Step != "" {
		fmt.Fprintf(&b, "  step: %s\n", escape.Line(v.Step))
	}
	lines := v.Log
	if v.Outcome != proof.Broken {
		lines = lines[max(0, len(lines)-fewLines):]
	}
	for _, line := range lines {
		fmt.Fprintf(&b, "  | %s\n", escape.Line(line))
	}
	for _, note := range v.Notes {
		fmt.Fprintf(&b, "  note: %s\n", escape.Line(note))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// The properties of an observation in the table; a dash means that there is none, or
// that it was not observed.

func userOf(o *proof.Observation) string {
	switch {
	case o.Run != nil && o.Run.Process != nil:
		return fmt.Sprint(o.Run.Process.UID)
	case o.Image != nil && o.Image.RunsAs != nil:
		return fmt.Sprint(o.Image.RunsAs.UID)
	}
	return "-"
}

// capabilitiesOf returns how many capabilities a process of the command can ever have: where it ran
// hardened, then.
func capabilitiesOf(o *proof.Observation) string {
	run := o.Run
	if o.Hardened != nil {
		run = o.Hardened
	}
	if run == nil || run.Process == nil {
		return "-"
	}
	set, err := strconv.ParseUint(run.Process.Bounding, 16, 64)
	if err != nil {
		return "-"
	}
	return strconv.Itoa(bits.OnesCount64(set))
}

// readOnlyOf returns how the command ran with a read-only root file system, no capabilities and
// no-new-privileges.
func readOnlyOf(o *proof.Observation) string {
	switch {
	case o.Hardened == nil:
		return "-"
	case !o.Hardened.ReadOnly:
		return "no"
	case o.Lack() == "":
		return "works"
	case o.Run != nil && o.Hardened.State == o.Run.State:
		return "differs"
	}
	return "fails"
}

func seccompOf(o *proof.Observation) string {
	switch {
	case o.Run == nil || o.Run.Process == nil:
		return "-"
	case o.Run.Process.Seccomp:
		return "yes"
	}
	return "no"
}

// maxWrites is how many paths the table has of each command.
const maxWrites = 5

func writesOf(o *proof.Observation) string {
	if o.Run == nil || len(o.Run.Wrote) == 0 {
		return "-"
	}
	list := o.Run.Wrote[:min(len(o.Run.Wrote), maxWrites)]
	text := strings.Join(list, ", ")
	if more := len(o.Run.Wrote) - len(list); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func stopOf(o *proof.Observation) string {
	switch {
	case o.Run == nil || o.Run.Stop == nil:
		return "-"
	case o.Run.Stop.Killed:
		return "killed"
	}
	return fmt.Sprintf("%.1fs", o.Run.Stop.Took.Seconds())
}

func sizeOf(o *proof.Observation) string {
	if o.Image == nil || o.Image.Files == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f MB", float64(o.Image.Files.Size)/1e6)
}

func buildOf(o *proof.Observation) string {
	if !o.Build.OK {
		return "fails"
	}
	return fmt.Sprintf("%.1fs", o.Build.Took.Seconds())
}
