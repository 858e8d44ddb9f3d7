// Package filerights knows the commands that give programs more rights than the user has that
// starts them.
package filerights

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
)

// Given returns which rights a command gives to a program: those of setcap(8), and of chmod
// with the bits for setuid and setgid; "" for none.
func Given(c shell.Call) string {
	switch c.Name {
	case "setcap":
		return "gives a program capabilities"
	case "install":
		values, _ := c.Options(func(o string) bool { return o == "-m" || o == "--mode" || o == "-o" || o == "-g" || o == "-t" })
		for _, o := range []string{"-m", "--mode"} {
			if v, ok := values[o]; ok && isSetuid(v.Text) {
				return "gives a file setuid or setgid"
			}
		}
	case "chmod":
		for _, word := range c.Args {
			mode := word.Text
			if strings.HasPrefix(mode, "-") || !word.Known {
				continue
			}
			if isSetuid(mode) {
				return "gives a file setuid or setgid"
			}
			break
		}
	}
	return ""
}

// isSetuid reports whether a mode of chmod(1), octal or symbolic, has the bit for setuid or
// setgid.
func isSetuid(mode string) bool {
	octal := len(mode) == 4 && strings.Trim(mode, "01234567") == "" && strings.ContainsAny(mode[:1], "2467")
	symbolic := strings.Contains(mode, "s") && strings.ContainsAny(mode, "+=") && !strings.Contains(mode, "/")
	return octal || symbolic
}

// Mode returns what a mode of COPY --chmod gives to a program, as Given; "" for nothing.
func Mode(mode string) string {
	if isSetuid(mode) {
		return "gives a file setuid or setgid"
	}
	return ""
}
