package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/alecthomas/kong"

	"github.com/dockmend/dockmend/cmd/dockmend/internal/config"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/workspace"
)

// The exit codes. They are part of the interface, and documented in --help.
const (
	exitOK      = 0
	exitChanges = 1 // --check found something to change, or something is not proved
	exitError   = 2
)

// streams are what a command may read and write.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// exitCode is the exit code of a command that has reported everything already.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

type cli struct {
	Fix     fixCmd           `cmd:"" default:"withargs" help:"Repair Dockerfiles, Compose files and Kubernetes manifests; the default command."`
	Verify  verifyCmd        `cmd:"" help:"Prove changes: build and run Dockerfiles before and after."`
	Inspect inspectCmd       `cmd:"" help:"Show what is known of base images."`
	Smoke   smokeCmd         `cmd:"" help:"Print a smoke test: a script that looks at running containers, or the job around it."`
	Explain explainCmd       `cmd:"" help:"List the transforms, or explain one."`
	Seccomp seccompCmd       `cmd:"" help:"Print a seccomp profile for Node.js, or judge one."`
	Config  configCmd        `cmd:"" help:"Show the value of each flag, and its source."`
	Shell   completionCmd    `cmd:"" name:"completion" help:"Print what a shell needs to complete commands and flags."`
	Observe observeCmd       `cmd:"" name:"observe-container" hidden:""`
	Version kong.VersionFlag `help:"Print the version, and of what it was built."`

	configFlags `embed:""`
}

const description = `dockmend repairs how containers are built and run: Dockerfiles of Node.js applications and others, and the Compose files and Kubernetes manifests that run their images. It asks the registry what the base image holds, and then makes small named changes: the container no longer runs as root, node receives the signal to stop, dev dependencies stay out of the image, images are named by version, Compose files and manifests state the user and drop capabilities (dockmend explain lists all). What it can't know, it leaves alone, and says why.

Without a flag it prints what would change, as a unified diff.`

const footer = `Commands:
  dockmend [<path> ...]         repair Dockerfiles, Compose files and manifests;
                                the flags above are for this
  dockmend verify [<path> ...]  build and run them before and after, and compare
  dockmend inspect <image> ...  show what is known of base images
  dockmend smoke [<path> ...]   print a script that checks running containers
  dockmend explain [<id>]       list the transforms, or explain one
  dockmend seccomp              print a seccomp profile for Node.js, or judge one
  dockmend config [<path>]      show the value of each flag, and its source
  dockmend completion <shell>   print what bash, zsh or fish needs to complete
Each has a --help of its own. Each flag can be set in a .dockmend.yaml, too:
see dockmend config --help.

Exit codes:
  0  done, or nothing to do
  1  --check found something to change, or --verify something that is not proved
  2  an error, such as a file that can't be read; the others are done
  130, 143  interrupted: each file is as it was, or repaired

Standard output carries the diff, the form that --format names or, with -, the
resulting Dockerfile, and nothing else; findings go to standard error, a line
each, unless standard output has them:
  file:line:col: message [transform]

In a directory, files called Dockerfile, Containerfile, Dockerfile.* and
*.Dockerfile are found in any case of letters; templates, what .gitignore hides
and folders such as node_modules are left out. Files of YAML with a
Kubernetes workload are found too, but for the templates of Helm charts. A file that is
named is taken.

A comment suppresses transforms for the instruction below it, or at the top of
the file for all of it:
  # dockmend ignore=ID[,ID...] [reason]

Examples:
  dockmend                      what would change in the Dockerfiles below here
  dockmend -w Dockerfile        change it
  dockmend . | git apply --allow-empty
                                the same, by way of git
  dockmend --check .            for CI: exit code 1 when something would change
  dockmend --check --baseline known.json --update-baseline .
                                what is there now is known: --check --baseline
                                known.json fails for what is new
  dockmend --format sarif .     for code scanning
  dockmend - < Dockerfile       the result on standard output
  dockmend explain nonroot-user
  dockmend inspect node:20-slim what is known of a base image, and from where
  dockmend inspect --from . --json > facts.json
                                what repairing these Dockerfiles takes to know
  dockmend --facts facts.json . the same result anywhere, without a network
  dockmend verify .             check that the changed images work as before`

// Run runs dockmend with the arguments of a command line, without its own name,
// and returns the exit code.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := untilInterrupted()
	defer stop()
	c := cli{Fix: fixCmd{changeFlags: newChangeFlags()}, Verify: verifyCmd{changeFlags: newChangeFlags()}}
	inv := &invocation{}
	ended := false
	parser, err := kong.New(&c,
		kong.Name("dockmend"), kong.Description(description), kong.UsageOnError(),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { ended = true }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 100, NoExpandSubcommands: true}),
		kong.Help(help), kong.KindMapper(reflect.String, verbatim),
		kong.Vars{"version": "dockmend " + version() + "\n" + buildInformation()},
		kong.Bind(&streams{stdin, stdout, stderr}, inv),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintf(stderr, "dockmend: %v\n", err)
		return exitError
	}
	if done, err := completes(parser); done {
		if err != nil {
			printError(stderr, err)
			return exitError
		}
		return exitOK
	}
	k, err := parser.Parse(args)
	if ended {
		return exitOK // --help or --version
	}
	var wrong *config.Error
	switch {
	case err == nil:
		inv.given, inv.flags = givenFlags(k), flagNames(k)
		err = k.Run()
	case errors.As(err, &wrong):
		err = wrong
	default:
		err = withHint(err, "dockmend --help lists the flags and commands")
	}
	var code exitCode
	var stopped interrupted
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	}
	printError(stderr, err)
	if errors.As(err, &stopped) {
		return stopped.exitCode()
	}
	return exitError
}

// verbatim returns a text unchanged. Kong's own mapper goes through JSON, which loses
// the bytes of a path that is not UTF-8.
var verbatim = kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("text")
	if err != nil {
		return err
	}
	text, ok := token.Value.(string)
	if !ok {
		return fmt.Errorf("expected a text but got %v", token.Value)
	}
	target.SetString(text)
	return nil
})

// help is kong's help, with two changes: it shows the flags of the default command
// without its name, and adds the footer, which kong does not support.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	selected := ctx.Selected()
	if selected == nil {
		fix, err := kong.Trace(ctx.Kong, []string{"fix"})
		if err != nil {
			return err
		}
		ctx = fix
	}
	if selected != nil && selected.Name != "fix" {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	// The command goes without its name.
	out := ctx.Stdout
	var text bytes.Buffer
	ctx.Stdout = &text
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err == nil {
		_, err = out.Write(bytes.Replace(text.Bytes(), []byte("dockmend fix "), []byte("dockmend "), 1))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\n%s\n", footer)
	return err
}

// withHint gives an error a line on how to fix it.
func withHint(err error, hint string) error { return &workspace.HintError{Err: err, Hint: hint} }

// printError prints the error in a line, and how to fix it in another. The error of a
// file begins with its name.
func printError(w io.Writer, err error) {
	var f *config.Error
	var d *document.Error
	var h *workspace.HintError
	hint := ""
	if errors.As(err, &h) {
		hint = h.Hint
	}
	switch {
	case errors.As(err, &f):
		fmt.Fprintln(w, escape.Line(f.Error()))
		hint = f.Hint
	case errors.As(err, &d):
		fmt.Fprintln(w, d)
	default:
		fmt.Fprintf(w, "dockmend: %s\n", escape.Line(err.Error()))
	}
	if hint != "" {
		fmt.Fprintf(w, "hint: %s\n", escape.Line(hint))
	}
}
