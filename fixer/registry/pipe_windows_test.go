package registry_test

import "os"

// pipe makes a file that is not a regular one: Windows has no named pipes among files.
func pipe(name string) error { return os.Mkdir(name, 0o700) }
