package report

import (
	"fmt"
	"strings"
)

// Bounds of the parts of the text about a proof, in bytes.
const (
	maxWarning = 2500
	maxSeen    = 2500
	maxNotes   = 2000
)

// verdict is an outcome in words for readers who don't know dockmend's.
type verdict string

const (
	proved      verdict = "Proved"
	repaired    verdict = "Repaired, it did not build before"
	notProved   verdict = "Not proved"
	sameFailure verdict = "Not proved, it fails as before"
	broken      verdict = "Broken by the change"
)

// verdictOf returns the verdict of an outcome; unknown ones prove nothing.
func verdictOf(outcome string) verdict {
	switch outcome {
	case "proved":
		return proved
	case "repaired":
		return repaired
	case "same failure":
		return sameFailure
	case "broken by the fix":
		return broken
	}
	return notProved
}

// alertKind returns the kind of alert for the verdict.
func (v verdict) alertKind() string {
	if v == broken {
		return "CAUTION"
	}
	return "WARNING"
}

// stageName returns the file, with the stage if there are several.
func stageName(f *File, p *Proof) string {
	if p.Service != "" {
		return fmt.Sprintf("%s, %s", codeSpan(f.Path), codeSpan(p.Service))
	}
	if p.Target == "" {
		return codeSpan(f.Path)
	}
	return fmt.Sprintf("%s, stage %s", codeSpan(f.Path), codeSpan(p.Target))
}

// image is one image with its proof, or the lack of it.
type image struct {
	file  *File
	proof *Proof
}

// warnings returns the most important warnings, over all files that change.
func (b *body) warnings() string {
	images := map[verdict][]image{}
	var n proofCount
	for _, f := range b.changed {
		if len(f.Proofs) == 0 {
			n.unbuilt++
		}
		for i := range f.Proofs {
			p := &f.Proofs[i]
			v := verdictOf(p.Outcome)
			images[v] = append(images[v], image{f, p})
			n.add(p, v)
		}
	}
	blocks := []string{n.howProved()}
	for _, v := range []verdict{broken, notProved, sameFailure} {
		if len(images[v]) == 0 {
			continue
		}
		title := string(v)
		if v == broken {
			title += ". Don't merge it as it is"
		}
		blocks = append(blocks, alert(v.alertKind(), "**"+title+":**\n"+
			bullets(images[v], maxWarning, "image", func(i image) string { return stageName(i.file, i.proof) })))
	}
	if b.look > 0 {
		blocks = append(blocks, alert("IMPORTANT", fmt.Sprintf("**%s may break what can't be seen from here** (`--unsafe` asked for that). "+
			"Each is marked **look at this** below, and says what to look at.", Counted(b.look, "change"))))
	}
	return join(blocks...)
}

// proofCount counts what was built and run, of the files that change.
type proofCount struct {
	images, proved, repaired int // stages
	services, working        int // what Compose files and manifests run
	unbuilt                  int // files
}

func (n *proofCount) add(p *Proof, v verdict) {
	count := func(counter *int, yes bool) {
		if yes {
			*counter++
		}
	}
	count(&n.services, p.Service != "")
	count(&n.working, p.Service != "" && v == proved)
	count(&n.images, p.Service == "")
	count(&n.proved, p.Service == "" && v == proved)
	count(&n.repaired, p.Service == "" && v == repaired)
}

// howProved returns what was built and run.
func (n *proofCount) howProved() string {
	switch {
	case n.images+n.services == 0 && n.unbuilt == 0:
		return ""
	case n.images+n.services == 0:
		return "**Nothing was built or run for this.** The changes rest on what was read; `dockmend verify` builds and runs the images, before and after, and compares."
	}
	var list []string
	if n.images > 0 {
		list = append(list, fmt.Sprintf("%s built and run, before and after. Proved to work as before, and not as root: %d of %d.", were(n.images, "image"), n.proved, n.images))
	}
	if n.repaired > 0 {
		list = append(list, fmt.Sprintf("Repaired, which did not build before and now work, and not as root: %d.", n.repaired))
	}
	if n.services > 0 {
		list = append(list, fmt.Sprintf("Seen to work as the Compose files and manifests say: %d of %s.", n.working, Counted(n.services, "container")))
	}
	if n.unbuilt > 0 {
		list = append(list, fmt.Sprintf("**Of %s, nothing was built or run.**", Counted(n.unbuilt, "file")))
	}
	return strings.Join(list, " ")
}

func were(n int, what string) string {
	if n == 1 {
		return "1 " + what + " was"
	}
	return Counted(n, what) + " were"
}

// proofs returns what was proved of one file, image by image.
func (f *File) proofs() string {
	list, left := fitting(f.Proofs, maxProofs, func(p Proof) string {
		v := verdictOf(p.Outcome)
		text := fmt.Sprintf("**%s:** %s", v, prose(p.Reason))
		if p.Target != "" {
			text = fmt.Sprintf("**Stage %s. %s:** %s", codeSpan(p.Target), v, prose(p.Reason))
		}
		if p.Service != "" {
			text = fmt.Sprintf("**%s. %s:** %s", codeSpan(p.Service), v, prose(p.Reason))
		}
		if v != proved && v != repaired {
			text = alert(v.alertKind(), text)
		}
		return join(text, table(p.Seen), notes(p.Notes))
	})
	if left > 0 {
		list = append(list, fmt.Sprintf("**%s not shown here.**", are(left, "more image")))
	}
	return join(list...)
}

// notes returns notes in one paragraph: a list would run into the next one.
func notes(texts []string) string {
	list, left := fitting(texts, maxNotes, prose)
	if left > 0 {
		list = append(list, are(left, "more note")+" not shown here")
	}
	if list == nil {
		return ""
	}
	return "Also seen: " + strings.Join(list, "; ")
}

// table shows the observations before and after.
func table(seen []Seen) string {
	if len(seen) == 0 {
		return ""
	}
	rows, left := fitting(seen, maxSeen, func(s Seen) string {
		return fmt.Sprintf("| %s | %s | %s |", cell(s.What), cell(s.Before), cell(s.After))
	})
	if left > 0 {
		rows = append(rows, fmt.Sprintf("| %s not shown here | | |", are(left, "more line")))
	}
	return "| What was seen | Before | After |\n| --- | --- | --- |\n" + strings.Join(rows, "\n")
}

// cell returns the text of a table's cell. In a table a bar ends the cell even in a
// code span; a backslash before it keeps it, and is removed with the cell.
func cell(text string) string {
	if text == "" {
		return "not seen"
	}
	return strings.ReplaceAll(prose(text), "|", `\|`)
}
