package workload

// This file finds paths that a function of an option gives to its callback, as multer's
// destination does: (request, file, callback) => callback(null, "uploads")
// (github.com/expressjs/multer, "DiskStorage").

// maxBody bounds the tokens of such a function.
const maxBody = 400

// writtenBy reports the paths that the function in an option gives to its callback, the
// last of its parameters, as the second argument. It returns false where the option is no
// function.
func (u *unit) writtenBy(a argument, i int) bool {
	if u.lang != JavaScript {
		return false
	}
	open := u.functionAt(a.a)
	if open < 0 {
		return false
	}
	callback, from := u.callback(open)
	found := false
	for j := from; callback != "" && j < min(len(u.tokens), u.bodyEnd(from)); j++ {
		if !u.is(j, callback) || !u.is(j+1, "(") || u.is(j-1, ".") {
			continue
		}
		args, _ := u.arguments(j)
		if len(args) == 2 {
			u.written(u.eval(args[1].a, args[1].b), j)
			found = true
		}
	}
	if !found {
		u.out.unplaced(u.evidence(i))
	}
	return true
}

// functionAt returns the token at which the parameters of a function begin, a parenthesis
// or the only one: of one that the tokens from i on are, or that they name; -1 for
// anything else.
func (u *unit) functionAt(i int) int {
	if set, ok := u.values[u.str(i)]; ok && u.kind(i) == wordToken && set[0] < len(u.tokens) && !u.is(i+1, "(") && !u.signs(i+1, "=>") {
		i = set[0]
	} else if at := u.declared(i); at > 0 {
		i = at
	}
	if u.is(i, "async") {
		i++
	}
	if u.is(i, "function") {
		for i++; u.is(i, "*") || u.kind(i) == wordToken && !u.is(i, "("); i++ {
		}
	}
	switch {
	case u.is(i, "(") && int(u.tokens[i].match) > i && (u.is(i-1, "function") || u.kind(i-1) == wordToken || u.arrow(int(u.tokens[i].match)+1) > 0):
		return i
	case u.kind(i) == wordToken && u.signs(i+1, "=>"):
		return i
	case u.kind(i) == wordToken && u.is(i+1, "(") && int(u.tokens[i+1].match) > i && u.is(int(u.tokens[i+1].match)+1, "{"):
		return i + 1 // a method
	}
	return -1
}

// arrow returns the token after the arrow of a function, which a type of TypeScript may
// precede at token i; 0 for none.
func (u *unit) arrow(i int) int {
	for j := i; j < i+8 && (j == i || u.is(i, ":")); j++ {
		if u.signs(j, "=>") {
			return j + 2
		}
	}
	return 0
}

// declared returns the token after "function" of the declaration of the name at token i,
// 0 for none.
func (u *unit) declared(i int) int {
	if u.kind(i) != wordToken || u.is(i+1, "(") {
		return 0
	}
	if u.steps -= len(u.tokens) / 8; u.steps < 0 {
		return 0
	}
	name := u.str(i)
	for j := range u.tokens {
		if u.is(j, "function") && u.is(j+1, name) && u.is(j+2, "(") {
			return j + 2
		}
	}
	return 0
}

// callback returns the name of the last parameter of the function whose parameters begin
// at token open, and where its body begins.
func (u *unit) callback(open int) (name string, body int) {
	if u.kind(open) == wordToken {
		return u.str(open), open + 3
	}
	end := int(u.tokens[open].match)
	if params := u.split(open+1, end); len(params) > 0 {
		last := params[len(params)-1]
		name = u.str(last.a)
		if last.key != "" { // with a type
			name = last.key
		}
	}
	if at := u.arrow(end + 1); at > 0 {
		return name, at
	}
	body = end + 1
	for body < end+8 && !u.is(body, "{") { // a type
		body++
	}
	return name, body
}

// bodyEnd returns the token after the body of a function that begins at token i: that of
// its block, or of its expression.
func (u *unit) bodyEnd(i int) int {
	if u.is(i, "{") && int(u.tokens[i].match) > i {
		return min(int(u.tokens[i].match), i+maxBody)
	}
	for j := i; j < min(len(u.tokens), i+maxBody); j++ {
		if m := int(u.tokens[j].match); m > j {
			j = m
			continue
		}
		if u.is(j, ",") || u.is(j, ";") || u.is(j, ")") || u.is(j, "}") {
			return j
		}
	}
	return i + maxBody
}
