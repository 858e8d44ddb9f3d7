package fixer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/dockerfile"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file heeds the comments by which a Dockerfile keeps a transform away:
//
//	# dockmend ignore=ID[,ID…] [reason]
//
// In the comment block above an instruction one speaks for that instruction;
// above the first instruction of the file, for the whole file.

var (
	ignoreComment = lazyregexp.New(`^#\s*dockmend\s+ignore=(\S+)(\s|$)`)
	// nearlyIgnore is what may be meant as one.
	nearlyIgnore = lazyregexp.New(`(?i)^#\s*dockmend[\s:]+ignore\b`)
)

// ignore is one ID of such a comment.
type ignore struct {
	ignoreKey
	comment dockerfile.Comment
	all     bool // it speaks for the whole file
}

// ignoreKey tells the ignores of a file apart, whatever the edits do to it: no
// edit adds or removes one.
type ignoreKey struct {
	n  int // of the comment, among the ignores
	id string
}

// ignores are the comments of the file that name the transform, or any when id
// is "".
func ignores(f *dockerfile.File, id string) (list []ignore) {
	if !speaksOfIgnoring(f) {
		return nil
	}
	n := 0
	for _, c := range f.Comments() {
		m := ignoreComment.FindStringSubmatch(c.Text)
		if m == nil {
			continue
		}
		for name := range strings.SplitSeq(m[1], ",") {
			if id == "" || id == name {
				list = append(list, ignore{ignoreKey{n, name}, c, c.Start < f.Instructions[0].Start})
			}
		}
		n++
	}
	return list
}

// Ignores reports whether a comment keeps the transform away from the
// instruction. Only a transform whose findings depend on one another needs to
// ask: the engine drops what is ignored, each finding by itself.
func (p *Pass) Ignores(in *dockerfile.Instruction) bool {
	for _, ig := range p.ignores {
		if ig.all || ig.comment.Above == in {
			p.heeded(ig)
			return true
		}
	}
	return false
}

// speaksOfIgnoring sorts out, at little cost, nearly every file.
func speaksOfIgnoring(f *dockerfile.File) bool {
	return bytes.Contains(f.Src, []byte("dockmend"))
}

// heed takes out of the pass what a comment says to leave.
func (p *Pass) heed() {
	if len(p.ignores) == 0 {
		return
	}
	p.reports = slices.DeleteFunc(p.reports, func(r *report) bool {
		ignored := false
		for _, ig := range p.ignores {
			if ig.speaksFor(r) {
				p.heeded(ig)
				ignored = true
			}
		}
		return ignored
	})
}

// speaksFor reports whether a finding is about the instruction below the comment:
// it stands there, or its change is made there.
func (ig ignore) speaksFor(r *report) bool {
	in := ig.comment.Above
	return ig.all || in != nil && (r.offset >= in.Start && r.offset < max(in.End, in.Start+1) ||
		slices.ContainsFunc(r.edits, func(e dockerfile.Edit) bool { return e.Anchor() == in }))
}

// idleIgnores tells of the comments that kept nothing away.
func (r *run) idleIgnores(f *dockerfile.File, ts []*Transform) (list []Finding) {
	if !speaksOfIgnoring(f) {
		return nil
	}
	for _, c := range f.Comments() {
		if nearlyIgnore.MatchString(c.Text) && !ignoreComment.MatchString(c.Text) {
			line, col := f.Position(c.Start)
			list = append(list, StatedAt("ignore", line, col, "malformed ignore comment", "expected # dockmend ignore=ID reason"))
		}
	}
	for _, ig := range ignores(f, "") {
		runs := slices.ContainsFunc(ts, func(t *Transform) bool { return t.ID == ig.id })
		var message string
		switch {
		case r.held.ignored[ig.ignoreKey]:
			continue
		case !runs && slices.Contains(r.options.KnownIDs, ig.id):
			continue
		case !runs:
			message = fmt.Sprintf("ignores %q, which is not a transform", ig.id)
		case !ig.all && ig.comment.Above == nil:
			message = fmt.Sprintf("ignores %s in no place: put it directly above an instruction, or on top of the file", ig.id)
		default:
			message = fmt.Sprintf("ignores %s, which has no finding here", ig.id)
		}
		line, col := f.Position(ig.comment.Start)
		list = append(list, StatedAt("ignore", line, col, message, ""))
	}
	return list
}
