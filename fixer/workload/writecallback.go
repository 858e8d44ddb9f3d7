package workload

// This file finds paths that a function of an option gives to its callback, as multer's
// destination does: (request, file, callback) => callback(null, "uploads")
// (github.com/expressjs/multer, "DiskStorage").

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
