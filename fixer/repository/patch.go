package repository

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/discover"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/workload"
)

// This file finds the patches that fit a Dockerfile as it is.

// patchWord matches the name of a file of patches in a script.
var patchWord = lazyregexp.New(`[\w./*-]+\.(?:patch|diff)\b`)

// patches reads the files of patches that a script names with patch or git apply: one that
// nothing names is a copy, or a proposal.
func (r *reader) patches(s script, text string) {
	if !strings.Contains(text, "patch") && !strings.Contains(text, "apply") || s.documented {
		return
	}
	for _, word := range patchWord.FindAllString(text, maxValues) {
		if !r.spend(s.place.File, len(r.patchFiles)) {
			return
		}
		for _, dir := range []string{strings.TrimPrefix(s.dir.text, "/"), s.own} {
			pattern := path.Join(".", dir, strings.TrimLeft(word, "./")) // a cd is not followed
			for _, name := range r.patchFiles {
				if ok, err := path.Match(pattern, name); ok && err == nil && !r.patched[name] {
					r.patched[name] = true
					r.patch(name)
				}
			}
		}
	}
}

var (
	hunk      = lazyregexp.New(`^@@ -\d+(?:,(\d+))? \+\d+`)
	patchFile = lazyregexp.New(`^\+\+\+ (?:[ab]/)?(\S+)`)
)

// maxHunks bounds the hunks of a file of patches.
const maxHunks = 100

// patch reads a file of patches: one that fits a Dockerfile as it is depends on its text.
func (r *reader) patch(name string) {
	text, err := r.text(name)
	if err != nil {
		return // a patch that is too large is none for a Dockerfile alone
	}
	target, number, hunks := "", 0, 0
	var old strings.Builder
	from := 0
	flush := func() {
		if target != "" && old.Len() > 0 {
			r.fits(name, from, target, old.String())
		}
		old.Reset()
	}
	for l := range strings.Lines(string(text)) {
		number++
		l = strings.TrimRight(l, "\r\n")
		if m := patchFile.FindStringSubmatch(l); m != nil {
			flush()
			if target = m[1]; !discover.IsNamed(path.Base(target)) {
				target = ""
			}
			continue
		}
		switch {
		case hunk.MatchString(l):
			flush()
			if hunks++; hunks > maxHunks {
				return
			}
			from = number
		case target == "":
		case strings.HasPrefix(l, "--- "), strings.HasPrefix(l, "diff "):
			flush()
			target = ""
		case strings.HasPrefix(l, " "), strings.HasPrefix(l, "-"):
			old.WriteString(l[1:] + "\n")
		case l == "":
			old.WriteString("\n")
		}
	}
	flush()
}

// fits records a hunk that finds its lines in a Dockerfile.
func (r *reader) fits(name string, line int, target, old string) {
	for _, dir := range []string{".", path.Dir(name)} {
		file := path.Join(dir, target)
		if !r.exists[file] || !r.spend(name, len(old)) {
			continue
		}
		if text, err := r.text(file); err == nil && strings.Contains(strings.ReplaceAll(string(text), "\r\n", "\n")+"\n", old) && len(r.uses) < maxLinks {
			r.uses = append(r.uses, ofText{file, workload.TextUse{Place: workload.Place{File: name, Line: line}, Program: "patch"}})
			return
		}
	}
}
