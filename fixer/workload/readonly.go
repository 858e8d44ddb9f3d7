package workload

import (
	"slices"
	"strings"
)

// This file finds the defaults for data that a source only reads.

const (
	maxReadLooks = 20 // names whose uses are searched for in one source
	maxUses      = 50 // uses of one name
	maxOutward   = 60 // tokens from a use to the call around it
)

// readCalls are the last words of calls that read, stat or print a file or directory:
// of Node.js, express, Python, Go and Ruby.
var readCalls = strings.Fields("readFileSync readFile readdirSync readdir createReadStream existsSync exists statSync stat lstatSync lstat accessSync access opendir opendirSync realpathSync " +
	"static serveStatic sendFile watch if while log info debug warn error print println Println Printf " +
	"listdir scandir walk isdir isfile glob StaticFiles send_from_directory ReadFile ReadDir Open Stat Dir Walk WalkDir read entries")

// readMethods are the methods of a Python path that read it.
var readMethods = strings.Fields("read_text read_bytes iterdir glob rglob exists is_dir is_file stat")

// onlyRead reports whether the source only reads the path whose literal is token i:
// there, and wherever it uses the variable that is set to it. A variable that others
// may use, or that is passed to an unknown call, is not only read.
func (u *unit) onlyRead(i int) bool {
	read, name, at := u.use(i)
	return read || name != "" && u.nameIsOnlyRead(name, at, 3)
}

// nameIsOnlyRead is onlyRead for the variable that is set at token at. depth bounds
// the chain of variables made from it.
func (u *unit) nameIsOnlyRead(name string, at, depth int) bool {
	if u.readLooks++; u.readLooks > maxReadLooks || depth == 0 {
		return false
	}
	if u.is(at-1, ".") || u.is(at-2, "export") || u.is(at-2, "exports") {
		return false
	}
	uses := 0
	for j := range u.tokens {
		inTemplate := u.kind(j) == textToken && u.tokens[j].formatted && strings.Contains(u.str(j), name)
		if j == at || !inTemplate && (u.kind(j) != wordToken || u.str(j) != name || u.is(j-1, ".")) {
			continue
		}
		if uses++; uses > maxUses {
			return false
		}
		if u.is(j+1, ".") && slices.Contains(readMethods, u.str(j+2)) && u.is(j+3, "(") {
			continue
		}
		read, other, where := u.use(j)
		if !read && (other == "" || other == name || !u.nameIsOnlyRead(other, where, depth-1)) {
			return false
		}
	}
	return uses > 0
}

// use reports whether token i is an argument of a call that reads; if not, it returns
// the variable that is set to the expression around it, and its token; "" for none.
func (u *unit) use(i int) (read bool, name string, at int) {
	for j := i - 1; j >= max(0, i-maxOutward); j-- {
		switch m := int(u.tokens[j].match); {
		case u.kind(j) != punctToken:
		case m >= 0 && m < j:
			j = m // the bracket that opens
			continue
		case u.is(j, "(") && u.kind(j-1) == wordToken && u.sameLine(j-1):
			if last := u.str(j - 1); !u.passesOn(j - 1) {
				return slices.Contains(readCalls, last) || last == "open" && u.opensToRead(j-1), "", 0
			}
		case u.is(j, "{"), u.is(j, "["), u.is(j, ";"):
			return false, "", 0
		case u.is(j, "="):
			if name, start := u.assignment(j); start > 0 {
				for at = j - 1; at > 0 && u.str(at) != name; at-- {
				}
				return false, name, at
			}
		}
		if !u.sameLine(j) && u.kind(j+1) != punctToken && (u.kind(j) != punctToken || u.is(j, ")") || u.is(j, "]") || u.is(j, "}")) {
			return false, "", 0 // another statement
		}
	}
	return false, "", 0
}

// passesOn reports whether the call of the name that ends at token i returns a path
// made from its arguments.
func (u *unit) passesOn(i int) bool {
	name, _ := u.callee(i)
	return slices.Contains(joiners, u.str(i)) || readsEnvironment(name)
}

// opensToRead reports whether the call of the name at token i has no mode that writes.
func (u *unit) opensToRead(i int) bool {
	args, ok := u.arguments(i)
	return ok && !u.writes(i, args)
}
