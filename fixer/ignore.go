package fixer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file heeds the comments by which a document keeps a transform away:
//
//	# dockmend ignore=ID[,ID…] [reason]
//
// What each is about, its kind of document says: document.Comment.Governs.

var (
	ignoreComment = lazyregexp.New(`^#\s*dockmend\s+ignore=(\S+)(\s|$)`)
	// nearlyIgnore is what may be meant as one.
	nearlyIgnore = lazyregexp.New(`(?i)^#\s*dockmend[\s:-]+(ignore|disable|skip|off|allow|noqa|nolint)\b`)
)

// ignore is one ID of such a comment.
type ignore struct {
	ignoreKey
	comment document.Comment
}

// ignoreKey tells the ignores of a document apart, whatever the edits do to it: no
// edit adds or removes one.
type ignoreKey struct {
	n  int // of the comment, among the ignores
	id string
}

// ignores returns the comments of the document that name the transform, or any when id
// is "".
func ignores(d document.Document, id string) (list []ignore) {
	if !mayIgnore(d) {
		return nil
	}
	n := 0
	for _, c := range d.Comments() {
		m := ignoreComment.FindStringSubmatch(c.Text)
		if m == nil {
			continue
		}
		for name := range strings.SplitSeq(m[1], ",") {
			if id == "" || id == name {
				list = append(list, ignore{ignoreKey{n, name}, c})
			}
		}
		n++
	}
	return list
}

// Ignores reports whether a comment keeps the transform away from the instruction or
// entry at that place. Only a transform whose findings depend on one another needs to
// ask: the engine drops what is ignored, each finding by itself.
func (p *Pass) Ignores(at document.Span) bool {
	for _, ig := range p.ignores {
		if ig.covers(at) {
			p.heeded(ig)
			return true
		}
	}
	return false
}

// mayIgnore sorts out, at little cost, nearly every document.
func mayIgnore(d document.Document) bool {
	return bytes.Contains(d.Bytes(), []byte("dockmend"))
}

// heed takes out of the pass what a comment says to leave.
func (p *Pass) heed() {
	if len(p.ignores) == 0 {
		return
	}
	p.reports = slices.DeleteFunc(p.reports, func(r *report) bool {
		ignored := false
		for _, ig := range p.ignores {
			if ig.hides(r) {
				p.heeded(ig)
				ignored = true
			}
		}
		return ignored
	})
}

// covers reports whether the comment is about the place.
func (ig ignore) covers(at document.Span) bool {
	return ig.comment.Governs.Len() > 0 && ig.comment.Governs.Contains(at)
}

// hides reports whether the comment is about the place of a finding, or of one of its
// edits.
func (ig ignore) hides(r *report) bool {
	about := ig.comment.Governs
	return about.Start <= r.offset && r.offset < about.End ||
		slices.ContainsFunc(r.edits, func(e document.Edit) bool { return ig.covers(e.Anchor) })
}

// idleIgnores returns a finding for each comment that kept nothing away.
func (r *run) idleIgnores() (list []Finding) {
	d := r.subject.Document()
	if !mayIgnore(d) {
		return nil
	}
	for _, c := range d.Comments() {
		if nearlyIgnore.MatchString(c.Text) && !ignoreComment.MatchString(c.Text) {
			line, col := d.Position(c.Start)
			list = append(list, StatedAt("ignore", line, col, "malformed ignore comment", "expected # dockmend ignore=ID reason"))
		}
	}
	for _, ig := range ignores(d, "") {
		runs := slices.ContainsFunc(r.transforms, func(t *Transform) bool { return t.ID == ig.id })
		var message string
		switch {
		case r.held.ignored[ig.ignoreKey]:
			continue
		case !runs && slices.Contains(r.options.KnownIDs, ig.id):
			continue
		case !runs:
			message = fmt.Sprintf("ignores %q, which is not a transform", ig.id)
		case ig.comment.Governs.Len() == 0:
			message = fmt.Sprintf("ignores %s in no place: put it directly above an instruction, or on top of the file", ig.id)
		default:
			message = fmt.Sprintf("ignores %s, which has no finding here", ig.id)
		}
		line, col := d.Position(ig.comment.Start)
		list = append(list, StatedAt("ignore", line, col, message, ""))
	}
	return list
}
