// Command lab brings the lab up and down; see package lab.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/dockmend/dockmend/fixer/proof"
	"github.com/dockmend/dockmend/fixer/proof/observer"
	"github.com/dockmend/dockmend/golden/lab"
)

const usage = `usage: lab [-dir DIR] COMMAND

  up [-registry HOST:PORT]   start the lab, and leave it running
  serve [-registry …]        the same, until it is interrupted
  status                     where it is, as JSON
  down                       end it; what it made stays in DIR
  try [-f FILE] [-target STAGE] [-ready WHAT] [CONTEXT]
                             build a Dockerfile, run it, and print what is seen
  observe …                  look at a container from inside, for try

DIR is $DOCKMEND_LAB, or dockmend-lab below the user's cache directory. try takes
a static program: CGO_ENABLED=0.
`

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("lab", flag.ContinueOnError)
	fs.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	dir, err := lab.DefaultDir()
	if err != nil {
		return err
	}
	fs.StringVar(&dir, "dir", dir, "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return errors.New("no command")
	}
	command, rest := fs.Arg(0), fs.Args()[1:]
	switch command {
	case "up":
		return up(ctx, dir, rest)
	case "serve":
		return serve(ctx, dir, rest)
	case "status":
		return status(dir)
	case "down":
		return down(ctx, dir)
	case "try":
		return try(ctx, dir, rest)
	case "observe":
		return observer.Run(rest, os.Stdin, os.Stdout)
	}
	fs.Usage()
	return fmt.Errorf("no command is called %q", command)
}

func serve(ctx context.Context, dir string, args []string) error {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	registry := fs.String("registry", "", "")
	if err := fs.Parse(args); err != nil {
		return err
	}
	l, err := lab.Start(ctx, dir, *registry, func(s string) { fmt.Fprintln(os.Stderr, s) })
	if err != nil {
		return err
	}
	defer l.Close()
	<-ctx.Done()
	return nil
}

// up starts this program again as serve, in a session of its own, and returns
// when the lab runs.
func up(ctx context.Context, dir string, args []string) error {
	if _, err := lab.Connect(dir); !errors.Is(err, lab.ErrNotRunning) {
		return errors.Join(err, status(dir))
	}
	if err := lab.Missing(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// go run deletes its program when it ends, which does not disturb one that runs.
	cmd := exec.Command(self, append([]string{"-dir", dir, "serve"}, args...)...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "lab.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case <-ended:
			said, err := os.ReadFile(log.Name())
			return errors.Join(fmt.Errorf("it did not start:\n%s", said), err)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), cmd.Process.Signal(syscall.SIGTERM))
		case <-time.After(50 * time.Millisecond):
			if _, err := lab.Connect(dir); err == nil {
				return status(dir)
			}
		}
	}
}

func status(dir string) error {
	l, err := lab.Connect(dir)
	if err != nil {
		return err
	}
	return printJSON(l)
}

func down(ctx context.Context, dir string) error {
	l, err := lab.Connect(dir)
	if errors.Is(err, lab.ErrNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := syscall.Kill(l.PID, syscall.SIGTERM); err != nil {
		return err
	}
	for {
		if _, err := lab.Connect(dir); errors.Is(err, lab.ErrNotRunning) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// try builds a Dockerfile, runs the image, and prints what was observed.
func try(ctx context.Context, dir string, args []string) error {
	fs := flag.NewFlagSet("try", flag.ContinueOnError)
	file := fs.String("f", "", "")
	ready := fs.String("ready", "", "")
	s := proof.Spec{Context: ".", Progress: func(line string) { fmt.Fprintln(os.Stderr, line) }}
	fs.StringVar(&s.Target, "target", "", "")
	err := fs.Parse(args)
	if err != nil {
		return err
	}
	if fs.NArg() > 0 {
		s.Context = fs.Arg(0)
	}
	if *file == "" {
		*file = filepath.Join(s.Context, "Dockerfile")
	}
	if s.Ready, err = proof.ParseReady(*ready); err != nil {
		return err
	}
	if s.Dockerfile, err = os.ReadFile(*file); err != nil {
		return err
	}
	l, err := lab.Connect(dir)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b, err := proof.Dial(ctx, l.Buildkit, proof.Helper{Path: self, Args: []string{"observe"}})
	if err != nil {
		return err
	}
	defer b.Close()
	seen, err := b.Observe(ctx, s)
	if err != nil {
		return err
	}
	return printJSON(seen)
}

func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
