// Dockmend repairs Dockerfiles: see the README, or dockmend --help.
package main

import (
	"os"
	"runtime"
)

// spareHeap is how many bytes are allocated, and never touched: they take address
// space and no memory. The garbage collector, which runs when the heap has doubled,
// would otherwise run every few megabytes in a short run, which is a fourth of its
// time. It costs at most that much more memory.
const spareHeap = 32 << 20

func main() {
	spare := make([]byte, spareHeap)
	code := Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	runtime.KeepAlive(spare)
	dieOf(code)
	os.Exit(code)
}
