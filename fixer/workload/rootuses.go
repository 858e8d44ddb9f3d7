package workload

import (
	"slices"
	"strings"
	"sync"
)

// This file finds what sources do that only root may do.

// RootUse is a place in a source that only root gets past.
type RootUse struct {
	What string // as a fact: "changes the owner of files, which only root may do"
	// Capability is all that it takes of root's rights, as setcap(8) spells it; "" where it takes
	// more, or the user counts.
	Capability string
	Evidence
}

const (
	changesUser  = "changes the user of its process, which only root may do"
	changesOwner = "changes the owner of files, which only root may do"
	changesRoot  = "changes the root of the file system, which only root may do"
	startsAs     = "starts a program as another user, which only root may do"
	demandsRoot  = "ends where it does not run as root"
)

// rootCallsOf are the calls of each language that only root may make, as
// [receiver|receiver.]name:what, with u for a change of the user, o of an owner, r of the
// root directory (setuid(2), chown(2), chroot(2); the documentation of the languages'
// libraries).
var rootCallsOf = map[Language]string{
	JavaScript: "process.setuid:u process.setgid:u process.seteuid:u process.setegid:u process.setgroups:u process.initgroups:u " +
		"fs|fse|fsExtra|fsp|fsPromises|promises.chown:o fs|fse|fsExtra|fsp|fsPromises|promises.lchown:o chownSync:o lchownSync:o fchownSync:o",
	Python: "os.setuid:u os.setgid:u os.seteuid:u os.setegid:u os.setreuid:u os.setresuid:u os.setgroups:u os.initgroups:u os.chown:o os.lchown:o os.fchown:o shutil.chown:o os.chroot:r",
	Ruby:   "Sys.setuid:u UID.change_privilege:u GID.change_privilege:u Process.initgroups:u FileUtils.chown:o FileUtils.chown_R:o File.chown:o",
	Go:     "syscall|unix.Setuid:u syscall|unix.Setgid:u syscall|unix.Setreuid:u syscall|unix.Setgroups:u os.Chown:o os.Lchown:o syscall|unix.Chown:o syscall|unix.Chroot:r",
	PHP:    "posix_setuid:u posix_setgid:u chown:o chgrp:o lchown:o",
	Perl:   "chown:o chroot:r",
}

type rootCall struct {
	receivers []string
	what      string
}

var rootCalls = sync.OnceValue(func() map[Language]map[string][]rootCall {
	return callsByName(rootCallsOf, func(c callName) rootCall {
		return rootCall{c.receivers, map[string]string{"u": changesUser, "o": changesOwner, "r": changesRoot}[c.what]}
	})
})

// rootTests are the functions that return the number of the user.
var rootTests = strings.Fields("getuid geteuid Getuid Geteuid posix_getuid posix_geteuid")

// exits are the words that end a process, in all languages.
var exits = strings.Fields("exit throw raise Exit Fatal Fatalf Fatalln panic abort die")

// rootCall reports the call at token i if only root may make it. An owner that is the
// process's own is no change.
func (u *unit) rootCall(i int) {
	args, ok := u.arguments(i)
	if !ok || len(args) == 0 || u.is(i-1, "function") || u.is(i-1, "def") {
		return
	}
	words, _ := u.calledWords(i)
	for _, c := range rootCalls()[u.lang][u.calledName(i)] {
		last := ""
		if len(words) > 1 {
			last = words[len(words)-2]
		}
		if c.receivers != nil && !slices.Contains(c.receivers, last) || c.receivers == nil && last == "this" {
			continue
		}
		if c.what == changesOwner && u.hasWord(args[0].a, args[len(args)-1].b, rootTests...) {
			continue
		}
		u.rootUse(RootUse{What: c.what}, i)
	}
}

// rootUse adds a use at token i.
func (u *unit) rootUse(one RootUse, i int) {
	one.Evidence = u.evidence(i)
	if !repeats(u.out.RootUses, one) {
		addResult(u.out, &u.out.RootUses, one, one.Place, "calls that only root may make")
	}
}

// startsAsUser reports the options uid and gid of a call of child_process at token i, also
// within a call that puts options together (nodejs.org, "child_process.spawn").
func (u *unit) startsAsUser(args []argument, i int) {
	if u.lang != JavaScript {
		if slices.ContainsFunc(args, func(a argument) bool { return u.lang == Python && (a.key == "user" || a.key == "group") }) {
			u.rootUse(RootUse{What: startsAs}, i)
		}
		return
	}
	for _, a := range args {
		from, to := a.a, a.b
		if set, ok := u.values[u.str(a.a)]; ok && a.b == a.a+1 && u.is(set[0], "{") {
			from, to = set[0], int(u.tokens[set[0]].match)
		}
		if u.functionAt(from) >= 0 {
			continue // the callback, which may have users of its own
		}
		for j := from; j < min(to, from+maxSpan); j++ {
			if u.is(j, "env") && u.is(j+1, ":") && u.is(j+2, "{") && int(u.tokens[j+2].match) > j {
				j = int(u.tokens[j+2].match) // variables of the program
			}
			isKey := (u.is(j, "uid") || u.is(j, "gid")) && (u.is(j-1, "{") || u.is(j-1, ","))
			if isKey && (u.is(j+1, ",") || u.is(j+1, "}") || u.is(j+1, ":") && !u.is(j+2, "process") && !u.is(j+2, "undefined")) {
				u.rootUse(RootUse{What: startsAs}, i)
				return
			}
		}
	}
}

// rootTest reports a test at token i, the name of a function that returns the number of
// the user, if the process ends where that is not root's.
func (u *unit) rootTest(i int) {
	call := i + 1
	if u.signs(call, "?.") {
		call += 2
	}
	if !u.is(call, "(") || int(u.tokens[call].match) < call {
		return
	}
	after, first := int(u.tokens[call].match)+1, u.first(i)
	switch equals := u.comparison(after); {
	case equals == "!" && u.is(after+u.signLength(after), "0"):
		u.ends(after, i)
	case equals == "=" && u.is(after+u.signLength(after), "0"):
		for j := first - 1; j > first-12 && u.sameLine(j); j-- { // also of getuid && getuid() === 0
			if name, at := u.assignment(j); at > 0 {
				u.endsWithout(name, i)
				break
			}
		}
	case u.is(first-1, "if") || u.is(first-1, "(") && u.is(first-2, "if"):
		if u.is(after, ")") || u.is(after, ":") {
			u.ends(after, i)
		}
	}
}

// rootName reports a comparison of the user's name with the literal "root" at token i, if
// the process ends where they differ.
func (u *unit) rootName(i int) {
	if u.str(i) != "root" || u.comparison(i-2) != "!" && u.comparison(i-3) != "!" {
		return
	}
	for j := max(0, i-12); j < i; j++ {
		if u.kind(j) == wordToken && slices.Contains([]string{"username", "userinfo", "getuser", "pw_name", "whoami"}, strings.ToLower(u.str(j))) {
			u.ends(i, i)
			return
		}
	}
}

// comparison returns "=" or "!" for the sign of a comparison that begins at token i; "!"
// also for "greater than".
func (u *unit) comparison(i int) string {
	switch {
	case u.signs(i, "!="), u.is(i, ">") && !u.is(i+1, "="):
		return "!"
	case u.signs(i, "=="):
		return "="
	}
	return ""
}

// signLength returns how many tokens a comparison has.
func (u *unit) signLength(i int) (n int) {
	for u.is(i+n, "=") || u.is(i+n, "!") || u.is(i+n, ">") {
		n++
	}
	return n
}

// endsWithout reports that the process ends where a variable is false.
func (u *unit) endsWithout(name string, i int) {
	for j := i; j < len(u.tokens); j++ {
		if (u.is(j, "!") || u.is(j, "not")) && u.is(j+1, name) {
			u.ends(j+2, i)
			return
		}
	}
}

// ends reports that the process ends where a condition holds whose tokens go on at j.
func (u *unit) ends(j, i int) {
	const near = 60
	for limit := min(len(u.tokens), j+near/2); j < limit; j++ {
		m := int(u.tokens[j].match)
		switch {
		case u.is(j, ")") && m < j, u.is(j, ":") && u.lang == Python, u.signs(j, "&&") && !u.is(j+2, "process"):
			body := j + 1
			if u.is(body, "&") {
				body++
			}
			u.endsIn(body, near, i)
			return
		case u.is(j, "{") && m > j:
			u.endsIn(j, near, i)
			return
		}
	}
}

// endsIn reports that the process ends if the statement or the block at token body has a
// word for that.
func (u *unit) endsIn(body, near, i int) {
	end := u.statementEnd(body)
	switch m := -1; {
	case u.is(body, "{"):
		if m = int(u.tokens[body].match); m > body {
			end = min(m, body+near)
		}
	case u.lang == Python:
		end = body + near/3
	}
	if u.hasWord(body, end, exits...) {
		u.rootUse(RootUse{What: demandsRoot}, i)
	}
}

// RootUses returns what the sources that the container runs do that only root may do, without
// what a RUN has given the capability for.
func (w *Workload) RootUses() (list []RootUse) {
	w.eachSources(func(s *Sources) {
		for _, use := range s.RootUses {
			if w.Runs(use.Place.File) && (use.Capability == "" || !w.isGranted(use.Capability)) {
				list = append(list, use)
			}
		}
	})
	return list
}
