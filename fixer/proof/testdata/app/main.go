// App is an example application in the tests of proof, and the observer.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
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
	file := flag.String("write", "", "a file; $HOME is replaced")
	when := flag.String("when", "start", "when it writes: start, later, request, term, or lost, if it can't dial")
	how := flag.String("how", "", "how it writes; see write")
	unless := flag.String("unless", "", "fail, and make this file, if it does not exist")
	code := flag.Int("code", -1, "end with this exit code")
	ends := flag.Int("ends", 0, "end with this exit code after SIGTERM")
	dial := flag.String("dial", "", "fail unless something listens at each of these addresses, with commas between")
	lasts := flag.Duration("lasts", 0, "end with exit code 4 after this time, if it is not 0")
	term := flag.Duration("term", -1, "end this long after SIGTERM; not at all when negative")
	flag.Parse()
	fmt.Println("app: started")
	if name := os.ExpandEnv(*unless); name != "" {
		if _, err := os.Stat(name); err != nil {
			os.WriteFile(name, nil, 0o644)
			os.Exit(1)
		}
	}
	at := func(now string) {
		if *file != "" && now == *when {
			write(os.ExpandEnv(*file), *how)
		}
	}
	for _, address := range strings.FieldsFunc(*dial, func(r rune) bool { return r == ',' }) {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			at("lost")
			fmt.Println(err)
			os.Exit(6)
		}
		conn.Close()
	}
	if *lasts > 0 {
		time.AfterFunc(*lasts, func() { os.Exit(4) })
	}
	at("start")
	if *code >= 0 {
		os.Exit(*code)
	}
	time.AfterFunc(300*time.Millisecond, func() { at("later") })
	if *listen != "" {
		go func() {
			http.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { at("request") })
			http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {})
			fmt.Println(http.ListenAndServe(*listen, nil))
			os.Exit(3)
		}()
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	for range c {
		at("term")
		if *term >= 0 {
			time.Sleep(*term)
			os.Exit(*ends)
		}
	}
}

// write writes a file. It says what failed, unless how is one of these: quiet; asks,
// which asks first whether it may; temporary, which removes the file; replace, which
// writes another one and renames that; many, which writes 20,000. deep makes the directories
// above it, too, program makes it a program, and starts a copy of this one that it removes. must
// ends the program if it fails.
func write(name, how string) {
	first := name
	switch how {
	case "asks":
		if syscall.Access(filepath.Dir(name), 2) != nil {
			return
		}
	case "many":
		for i := range 20_000 {
			os.WriteFile(fmt.Sprint(name, i), nil, 0o644)
		}
		return
	case "replace":
		first = name + ".new"
	case "deep":
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	case "program":
		os.WriteFile(name, nil, 0o755)
	case "starts":
		start(name)
		return
	}
	err := os.WriteFile(first, []byte("x"), 0o644)
	switch {
	case how == "must" && err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(5)
	case how == "":
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	case how == "temporary":
		os.Remove(name)
	case how == "replace":
		os.Rename(first, name)
	}
}

// start starts a copy of this program, which it removes again.
func start(name string) {
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(name), 0o755)
	}
	if err == nil {
		err = os.WriteFile(name, self, 0o755)
	}
	if err == nil {
		err = exec.Command(name, "-code", "0").Run()
	}
	os.Remove(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}
