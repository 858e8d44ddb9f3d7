// Dockmend repairs Dockerfiles: see the README, or dockmend --help.
package main

import (
	"os"
	"runtime"
)

// spareHeap is how many bytes are set aside, and never touched: they take address
// space and no memory. The garbage collector, which runs when the heap has doubled,
// would run for every few megabytes of a run that ends soon, which is a fourth of
// its time. It takes at most so much more memory.
const spareHeap = 32 << 20

func main() {
	spare := make([]byte, spareHeap)
	code := Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	runtime.KeepAlive(spare)
	dieOf(code)
	os.Exit(code)
}
