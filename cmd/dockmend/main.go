// Dockmend repairs Dockerfiles: see the README, or dockmend --help.
package main

import "os"

func main() {
	os.Exit(Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
