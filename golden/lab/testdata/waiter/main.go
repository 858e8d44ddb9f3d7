// Waiter waits until it is told to end, and prints a line when it does. With the path of a
// program, it starts that first, as a waiter.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	if len(os.Args) > 1 {
		child := exec.Command(os.Args[1])
		child.Stdout = os.Stdout
		if err := child.Start(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	} else {
		fmt.Println("ready")
	}
	<-end
}
