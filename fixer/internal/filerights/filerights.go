// Package filerights knows the commands that give programs more rights than the user has that
// starts them.
package filerights

import (
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
	"github.com/dockmend/dockmend/fixer/shell"
)

// Setuid is what the bits for setuid and setgid are, in words that follow a program's name.
const Setuid = "gives a file setuid or setgid"

// Given returns which rights a command gives to a program: those of setcap(8), and of chmod
// with the bits for setuid and setgid; "" for none.
func Given(c shell.Call) string {
	switch c.Name {
	case "setcap":
		return "gives a program capabilities"
	case "install":
		values, _ := c.Options(func(o string) bool { return o == "-m" || o == "--mode" || o == "-o" || o == "-g" || o == "-t" })
		for _, o := range []string{"-m", "--mode"} {
			if v, ok := values[o]; ok && IsSetuid(v.Text) {
				return Setuid
			}
		}
	case "chmod":
		for _, word := range c.Args {
			mode := word.Text
			if strings.HasPrefix(mode, "-") || !word.Known {
				continue
			}
			if IsSetuid(mode) {
				return Setuid
			}
			break
		}
	}
	return ""
}

// IsSetuid reports whether a mode of chmod(1), octal or symbolic, has the bit for setuid or
// setgid.
func IsSetuid(mode string) bool {
	octal := len(mode) == 4 && strings.Trim(mode, "01234567") == "" && strings.ContainsAny(mode[:1], "2467")
	symbolic := strings.Contains(mode, "s") && strings.ContainsAny(mode, "+=") && !strings.Contains(mode, "/")
	return octal || symbolic
}

// inText matches commands as Given knows them.
var inText = lazyregexp.New(`\bsetcap\b|\bu\+s\b|(?:chmod|install)\b[^\n]*[ =][46][0-7]{3}\b|\bdpkg-statoverride\b`)

// In returns what looks like a command that gives rights in a text of any language; "" for
// nothing.
func In(text string) string { return strings.TrimSpace(inText.FindString(text)) }
