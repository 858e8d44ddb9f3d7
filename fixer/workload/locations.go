package workload

import "strings"

// This file finds the paths that sources of JavaScript compute from their own location and
// hand to others: by a constant, an object or a function that they export, or to a function
// of another source. What those do with it is not known.

const (
	maxHandedSteps = 200 // tokens from a location to the statement around it
	maxHandedUses  = 20  // uses of a constant that is made from a location
	maxHandedLooks = 100 // constants whose uses are searched for in one source
)

// locationAt reports the path around token i, if that is the location of the source, and the
// source hands it to others.
func (u *unit) locationAt(i int) {
	isLocation := u.is(i, "__dirname") || u.is(i, "meta") && u.is(i-2, "import") ||
		u.kind(i) == textToken && u.tokens[i].formatted && strings.Contains(u.str(i), "__dirname")
	if u.lang != JavaScript || !isLocation {
		return
	}
	from, ok := u.handed(i, 3)
	if !ok {
		return
	}
	u.budget = maxSteps
	v, _ := u.expr(from, min(len(u.tokens), from+maxSpan), maxDepth)
	if p := pathOf(v); v.from == sourceFile && p != "" && p != u.name {
		s := u.out
		if l := (RelativeWrite{Path: p, Kind: Written, Tree: true, OfSource: true, Evidence: u.evidence(i)}); !repeats(s.locations, l) {
			addResult(s, &s.locations, l, l.Place, "paths from the location of a source")
		}
	}
}

// handed returns the token at which the expression around token i begins, and whether others
// get its value. depth bounds the chain of constants that are made from it.
func (u *unit) handed(i, depth int) (from int, ok bool) {
	from = u.first(i)
	for j := from - 1; j >= max(0, i-maxHandedSteps); j-- {
		m := int(u.tokens[j].match)
		switch name, at := u.assignment(j); {
		case m >= 0 && m < j:
			j = m // the bracket that opens
		case u.is(j, ";"):
			return 0, false
		case u.is(j, "return"), u.signs(j-1, "=>"):
			return from, u.isExported(j)
		case at > 0:
			if u.isExported(j) || u.exports(name) {
				return from, true
			}
			return u.usesHanded(name, j, depth-1)
		case u.is(j, "(") && u.kind(j-1) == wordToken && u.sameLine(j-1):
			if !u.passesOn(j-1) && !u.is(j-1, "dirname") && !u.is(j-1, "URL") {
				return from, u.isOwn(j - 1)
			}
			from = u.first(j - 1)
			j = from
		case u.is(j, "{") && u.isBlock(j):
			return 0, false
		case u.is(j, "default") && u.is(j-1, "export"):
			return from, true
		case !u.sameLine(j) && u.kind(j+1) != punctToken && (u.kind(j) != punctToken || u.is(j, ")") || u.is(j, "]") || u.is(j, "}")):
			return 0, false // another statement
		}
	}
	return 0, false
}

// usesHanded is handed for the uses of a constant that is set at token at.
func (u *unit) usesHanded(name string, at, depth int) (from int, ok bool) {
	if u.handedLooks++; u.handedLooks > maxHandedLooks || depth == 0 || name == "__dirname" || name == "__filename" {
		return 0, false
	}
	uses := 0
	for j := range u.tokens {
		if u.kind(j) != wordToken || u.str(j) != name || j < at && j > at-4 || u.is(j-1, ".") {
			continue
		}
		if uses++; uses > maxHandedUses {
			break
		}
		if from, ok := u.handed(j, depth); ok {
			return from, true
		}
	}
	return 0, false
}

// isOwn reports whether the call of the name that ends at token i is of a function that
// another source of the application exports.
func (u *unit) isOwn(i int) bool {
	from, imported := u.importsOf()[u.str(u.first(i))]
	return imported && strings.HasPrefix(from.module, ".")
}

// isBlock reports whether the brace at token i opens the body of a function or of a
// statement, and no object.
func (u *unit) isBlock(i int) bool {
	return u.is(i-1, ")") || u.is(i-1, ">") || u.is(i-1, "else") || u.is(i-1, "try") || u.is(i-1, "finally") || u.is(i-1, "do")
}
