package workload

// This file finds the functions of a source of JavaScript, by what their tokens look like.

// maxBody bounds the tokens of a function that are looked at.
const maxBody = 400

// functionAt returns the token at which the parameters of a function begin, a parenthesis
// or the only parameter: of one that the tokens from i on are, or that they name; -1 for
// anything else.
func (u *unit) functionAt(i int) int {
	if u.kind(i) == wordToken && !u.is(i+1, "(") && !u.signs(i+1, "=>") && !u.is(i, "async") && !u.is(i, "function") {
		return u.functionOf(u.str(i))
	}
	if u.is(i, "async") {
		i++
	}
	isFunction := u.is(i, "function")
	if isFunction {
		for i++; u.is(i, "*") || u.kind(i) == wordToken; i++ {
		}
	}
	switch {
	case u.is(i, "(") && int(u.tokens[i].match) > i && (isFunction || u.arrow(int(u.tokens[i].match)+1) > 0):
		return i
	case u.kind(i) == wordToken && u.signs(i+1, "=>"):
		return i
	case u.kind(i) == wordToken && u.is(i+1, "(") && int(u.tokens[i+1].match) > i && u.is(int(u.tokens[i+1].match)+1, "{"):
		return i + 1 // a method
	}
	return -1
}

// functionOf returns where the parameters of the function of a name begin, -1 where the
// source has none.
func (u *unit) functionOf(name string) int {
	if at, ok := u.functions[name]; ok {
		return at
	}
	set, ok := u.values[name]
	if !ok || u.kind(set[0]) == wordToken && !u.is(set[0], "async") && !u.is(set[0], "function") && !u.signs(set[0]+1, "=>") || u.kind(set[0]) == textToken {
		return -1
	}
	return u.functionAt(set[0])
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

// returned evaluates what a function of the source returns, by its first return or its
// expression; its parameters are not known.
func (u *unit) returned(name string, depth int) value {
	open := u.functionOf(name)
	if open < 0 || depth <= 0 {
		return value{}
	}
	_, body := u.callback(open)
	end := min(len(u.tokens), u.bodyEnd(body))
	if u.is(body, "{") {
		for body++; body < end && !u.is(body, "return"); body++ {
		}
	}
	if body >= end {
		return value{}
	}
	v, _ := u.expr(body, end, depth-1)
	return v
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
