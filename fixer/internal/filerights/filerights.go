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
	case "chmod":
		for _, word := range c.Args {
			mode := word.Text
			if strings.HasPrefix(mode, "-") || !word.Known {
				continue
			}
			octal := len(mode) == 4 && strings.Trim(mode, "01234567") == "" && strings.ContainsAny(mode[:1], "2467")
			if symbolic := strings.Contains(mode, "s") && strings.ContainsAny(mode, "+="); octal || symbolic && !strings.Contains(mode, "/") {
				return "gives a file setuid or setgid"
			}
			break
		}
	}
	return ""
}
