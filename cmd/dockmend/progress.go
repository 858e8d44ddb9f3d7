package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/dockmend/dockmend/fixer/dockerfile"
)

// progress tells on a terminal what is being waited for, on a line that it
// takes away again. Elsewhere it says nothing.
type progress struct {
	w     io.Writer // nil when there is no terminal
	timer *time.Timer
	done  chan bool
}

// patience is how long nothing is said.
const patience = 500 * time.Millisecond

func startProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &progress{w: w}
	}
	return &progress{}
}

// wait says after a while what is waited for, the i-th of n, from 0 on.
func (p *progress) wait(what string, i, n int) {
	if p.w == nil {
		return
	}
	done := make(chan bool)
	p.done = done
	p.timer = time.AfterFunc(patience, func() {
		fmt.Fprintf(p.w, "\r\033[K%s (%d of %d) …", dockerfile.Printable(what), i+1, n)
		close(done)
	})
}

// stop takes the line away.
func (p *progress) stop() {
	if p.w == nil || p.timer == nil {
		return
	}
	if !p.timer.Stop() {
		<-p.done
		fmt.Fprint(p.w, "\r\033[K")
	}
}
