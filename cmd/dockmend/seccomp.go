package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/dockmend/dockmend/fixer"
	"github.com/dockmend/dockmend/fixer/document"
	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/dockmend/dockmend/fixer/seccomp"
)

type seccompCmd struct {
	Check string `placeholder:"FILE" predictor:"path" help:"Judge this profile instead, or with - the one on standard input."`
}

// Help is the long form of the command's description.
func (c *seccompCmd) Help() string {
	return `Prints a seccomp profile for containers that run Node.js 18 to 26 on x86_64 or aarch64: Docker's default without the system calls that node does not make and an attacker has a use for, such as ptrace, System V IPC, 32-bit programs, and sockets other than those of TCP, UDP and the host itself.

    dockmend seccomp > ` + seccomp.Name() + `
    docker run --security-opt seccomp=` + seccomp.Name() + ` my-app

Most containers are better without a profile of their own. What it adds is third-order: a user other than root, no capabilities and no-new-privileges come first, and dockmend makes these changes by itself. And Docker's default moves on: it has denied io_uring since 2023 and AF_ALG since 2026, and each release of the kernel brings new calls. A copy of it receives none of that. So its file is named by what it was derived from; print it again after an update. In Kubernetes, use RuntimeDefault: a profile of your own (Localhost) must be on every node. In Compose files, compose-seccomp adds it with --unsafe.

With --check, prints what a profile gets wrong, the worst first: names that are not system calls, calls by which containers are left, what node or the container runtime lacks, and how it differs from Docker's default.

    file:line:col: message [id]

dockmend explain ID says more. Exit codes:
  0  nothing is wrong; notes may be printed
  1  something is wrong
  2  an error: the file can't be read, or is not a profile`
}

// Run implements the command.
func (c *seccompCmd) Run(s *streams) error {
	if c.Check != "" {
		return c.judge(s)
	}
	p, err := seccomp.Node()
	if err != nil {
		return err
	}
	text, err := p.JSON()
	if err == nil {
		_, err = s.out.Write(text)
	}
	return err
}

// judge prints the problems of a profile.
func (c *seccompCmd) judge(s *streams) error {
	name, text, err := c.read(s)
	if err != nil {
		return &document.Error{Name: name, Msg: cause(err).Error()}
	}
	problems, err := seccomp.Check(name, text)
	if err != nil {
		return withHint(err, "dockmend seccomp prints a profile")
	}
	for _, p := range problems {
		if _, err := fmt.Fprintf(s.out, "%s:%d:%d: %s [%s]\n", escape.Line(name), p.Line, p.Col, escape.Line(p.Message), p.ID); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(problems, func(p seccomp.Problem) bool { return p.Severity > fixer.Info }) {
		return exitCode(exitChanges)
	}
	return nil
}

// read returns the name of the profile in messages, and its text, up to a byte more than
// a profile may have.
func (c *seccompCmd) read(s *streams) (name string, text []byte, err error) {
	in := s.in
	name = c.Check
	if c.Check == "-" {
		name = "<stdin>"
	} else {
		f, err := os.Open(c.Check)
		if err != nil {
			return name, nil, err
		}
		defer f.Close()
		in = f
	}
	text, err = io.ReadAll(io.LimitReader(in, seccomp.MaxBytes+1))
	return name, text, err
}
