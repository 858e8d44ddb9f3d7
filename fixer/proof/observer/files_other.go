//go:build !linux

package observer

import (
	"errors"
	"io"
)

// errNotLinux: a container's processes are Linux ones, so elsewhere this program is
// never the observer.
var errNotLinux = errors.New("the observer runs in Linux containers only")

func survey() (*Files, error)                           { return nil, errNotLinux }
func watch(io.Writer) error                             { return errNotLinux }
func writable(User, []string, []string) ([]bool, error) { return nil, errNotLinux }
func run([]string, io.Writer, io.Writer) error          { return errNotLinux }
func access(io.Reader, io.Writer) error                 { return errNotLinux }
func (how Exec) exec([]string) error                    { return errNotLinux }
