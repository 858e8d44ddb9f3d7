package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/dockmend/dockmend/fixer/escape"
	"golang.org/x/term"
)

// statusLine shows on a terminal what is being done, on one line that is overwritten.
// Elsewhere it writes nothing. It is safe for concurrent use.
type statusLine struct {
	mu    sync.Mutex
	w     io.Writer // nil when there is no terminal
	width int
	shown bool
}

func newStatusLine(w io.Writer) *statusLine {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		width, _, err := term.GetSize(int(f.Fd()))
		if err != nil || width < 20 {
			width = 80
		}
		return &statusLine{w: w, width: width}
	}
	return &statusLine{}
}

func (l *statusLine) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w == nil {
		return
	}
	line := []rune(escape.Line(text))
	if len(line) > l.width-1 {
		line = append(line[:l.width-2], '…')
	}
	fmt.Fprintf(l.w, "\r\033[K%s", string(line))
	l.shown = true
}

// clear removes the line.
func (l *statusLine) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown {
		fmt.Fprint(l.w, "\r\033[K")
		l.shown = false
	}
}
