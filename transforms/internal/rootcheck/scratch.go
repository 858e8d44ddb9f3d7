package rootcheck

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/fixer/shell"
	"github.com/dockmend/dockmend/fixer/stage"
)

// This file finds files in root's home that a RUN makes for itself.

// takesScratch are programs that only read the files in their arguments, and remember
// nothing of their place.
var takesScratch = strings.Fields("apt-key gpg dpkg tar unzip gunzip rm cat sha256sum sha512sum md5sum rpm apt apt-get")

// isScratch reports whether all that a RUN does with a file in root's home is to download it
// and to hand it to such programs: what the start needs is not there.
func isScratch(s stage.Step, file string) bool {
	script, err := s.Script()
	if err != nil || script == nil {
		return false
	}
	made := slices.ContainsFunc(script.Writes, func(w shell.Write) bool { return w.Text == file })
	for _, c := range script.Calls {
		downloads := c.Name == "curl" || c.Name == "wget"
		for _, w := range c.Args {
			if w.Text != file {
				continue
			}
			if !downloads && !slices.Contains(takesScratch, c.Name) {
				return false
			}
			made = made || downloads
		}
	}
	return made
}
