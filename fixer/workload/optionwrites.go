package workload

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/fixer/lazyregexp"
)

// This file finds what options of programs name that these write, whatever the program: the
// names of such options are alike.

// outputOption matches options for a file that a server makes.
var outputOption = lazyregexp.New(`^--?(?:pid|pid[-_]?(?:file|path)|(?:access[-_]?|error[-_]?|slow[-_]?)?log(?:[-_]?(?:file|path|dir|to))?|lock[-_]?file|uds|unix[-_]?socket|socket[-_]?path)$`)

// optionWrites returns the absolute paths that such options of a command name.
func (c *Command) optionWrites() (list []Write) {
	for i, a := range c.Args {
		option, value, attached := strings.Cut(a.Text, "=")
		if !outputOption.MatchString(option) {
			continue
		}
		known := a.Known
		if !attached && i+1 < len(c.Args) {
			value, known = c.Args[i+1].Text, c.Args[i+1].Known
		}
		if value = strings.TrimPrefix(value, "unix:"); known && path.IsAbs(value) && !isKernels(value) {
			list = append(list, Write{Path: path.Clean(value), Sure: true, By: c.Name, Option: option, Place: c.In.Place, Command: c})
		}
	}
	return list
}
