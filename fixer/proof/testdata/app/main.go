// App is an example application in the tests of proof, and the observer.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/dockmend/dockmend/fixer/proof/observer"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "observe" {
		if err := observer.Run(os.Args[2:], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	listen := flag.String("listen", "", "an address")
	write := flag.String("write", "", "a file")
	code := flag.Int("code", -1, "end with this exit code")
	term := flag.Duration("term", -1, "end this long after SIGTERM; not at all when negative")
	flag.Parse()
	fmt.Println("app: started")
	if *write != "" {
		if err := os.WriteFile(*write, []byte("x"), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	if *code >= 0 {
		os.Exit(*code)
	}
	if *listen != "" {
		go func() {
			http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {})
			fmt.Println(http.ListenAndServe(*listen, nil))
			os.Exit(3)
		}()
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	for range c {
		if *term >= 0 {
			time.Sleep(*term)
			return
		}
	}
}
