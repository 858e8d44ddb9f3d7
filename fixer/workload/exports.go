package workload

import (
	"slices"
	"sort"
)

// This file finds what a source of JavaScript exports, by what its tokens look like.

// exports is what a source exports: the names, and the statements in which it does, as
// ranges of tokens in their order.
type exports struct {
	names      map[string]bool
	statements [][2]int
}

// exportsOf returns what the source exports, which is found once.
func (u *unit) exportsOf() *exports {
	if u.exported != nil {
		return u.exported
	}
	u.exported = &exports{names: map[string]bool{}}
	list := u.statements()
	for _, s := range list {
		if u.is(s[0], "export") || u.is(s[0], "exports") || u.is(s[0], "module") && u.is(s[0]+2, "exports") {
			u.exportNames(s)
		}
	}
	for _, s := range list {
		if u.is(s[0], "export") || u.is(s[0], "exports") || u.is(s[0], "module") && u.is(s[0]+2, "exports") || u.exported.names[u.declared(s)] {
			u.exported.statements = append(u.exported.statements, s)
		}
	}
	return u.exported
}

// statements returns the statements of the module as ranges of tokens: each begins with a
// word on a line of its own, or after a semicolon.
func (u *unit) statements() (list [][2]int) {
	start := 0
	for i := 0; i < len(u.tokens); i++ {
		begins := u.kind(i) == wordToken && i > start && (u.is(i-1, ";") || !u.sameLine(i-1) &&
			(u.kind(i-1) != punctToken || u.is(i-1, ")") || u.is(i-1, "]") || u.is(i-1, "}")))
		if begins {
			list = append(list, [2]int{start, i})
			start = i
		}
		if m := int(u.tokens[i].match); m > i {
			i = m
		}
	}
	return append(list, [2]int{start, len(u.tokens)})
}

// exportNames adds the names that a statement exports: those that it declares, and those in
// its braces.
func (u *unit) exportNames(s [2]int) {
	for i := s[0]; i < s[1] && len(u.exported.names) < maxImports; i++ {
		switch m := int(u.tokens[i].match); {
		case u.is(i, "{") && (u.is(i-1, "=") || u.is(i-1, "default") || u.is(i-1, "export")):
			for _, a := range u.entries(i) {
				u.exported.names[u.str(a.a)] = true
				u.exported.names[a.key] = a.key != ""
			}
			return
		case m > i, u.is(i, "=") && u.is(s[0], "export"):
			return // a function, a call, a value
		case u.kind(i) == wordToken:
			u.exported.names[u.str(i)] = true
		}
	}
}

// declared returns the name that a statement declares, "" for none.
func (u *unit) declared(s [2]int) string {
	for i := s[0]; i < min(s[1], s[0]+4); i++ {
		if slices.Contains([]string{"const", "let", "var", "function", "class"}, u.str(i)) {
			return u.str(i + 1)
		}
	}
	return ""
}

// exports reports whether the source exports a name.
func (u *unit) exports(name string) bool { return u.exportsOf().names[name] }

// isExported reports whether token i is in a statement that exports something, by itself or
// by the name that it declares.
func (u *unit) isExported(i int) bool {
	list := u.exportsOf().statements
	at := sort.Search(len(list), func(n int) bool { return list[n][1] > i })
	return at < len(list) && list[at][0] <= i
}
