// Dockmend repairs Dockerfiles: see the README, or dockmend --help.
package main

import "os"

func main() {
	code := Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	dieOf(code)
	os.Exit(code)
}
