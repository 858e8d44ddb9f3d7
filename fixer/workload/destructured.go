package workload

// This file finds environment variables that a source of JavaScript takes out of process.env
// by a pattern.

// maxPattern bounds the tokens of such a pattern.
const maxPattern = 200

// destructured returns the environment variable whose default token i begins:
// const { DATA = "x", CACHE: dir = "y" } = process.env. "" for any other expression.
func (u *unit) destructured(i int) string {
	if u.lang != JavaScript || !u.is(i-1, "=") || !u.is(i-3, ",") && !u.is(i-3, "{") && !u.is(i-3, ":") {
		return ""
	}
	for j := i - 2; j >= max(0, i-maxPattern); j-- {
		switch m := int(u.tokens[j].match); {
		case m >= 0 && m < j:
			j = m
		case m < 0 && u.is(j, ";"):
			return ""
		case m > i && !u.is(j, "{"):
			return ""
		case m > i:
			if !u.is(m+1, "=") || !u.is(m+2, "process") || !u.is(m+4, "env") || u.is(m+5, ".") {
				return ""
			}
			if u.is(i-3, ":") {
				return u.str(i - 4)
			}
			return u.str(i - 2)
		}
	}
	return ""
}
