package main

import (
	"io"
	"sync"
	"time"

	"github.com/dockmend/dockmend/fixer/escape"
	"github.com/schollz/progressbar/v3"
)

// progress shows on a terminal how far a run is and what it waits for, on a line that
// it removes again. Elsewhere it writes nothing.
type progress struct {
	timer *time.Timer // until the first word

	mu   sync.Mutex
	bar  *progressbar.ProgressBar // nil when there is no terminal, and at the end
	what string                   // that it waits for
	done int
	late bool // the run has taken long enough to show it
	seen bool // the line is there
}

// patience is the time before anything is shown.
const patience = 500 * time.Millisecond

// startProgress starts it on the terminal s.err. Writing to the returned streams
// removes the line first.
func startProgress(s *streams, total int, quiet bool) (*progress, *streams) {
	p := &progress{}
	if quiet || !isTerminal(s.err) {
		return p, s
	}
	p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(s.err), progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(65*time.Millisecond), progressbar.OptionSetWidth(20),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionShowDescriptionAtLineEnd())
	p.timer = time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.late = true
		p.draw()
	})
	return p, &streams{s.in, aside{s.out, p}, aside{s.err, p}}
}

// aside writes to a stream that may show the line.
type aside struct {
	io.Writer
	p *progress
}

func (a aside) Write(text []byte) (int, error) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.p.hide()
	return a.Writer.Write(text)
}

// wait shows what the run waits for next.
func (p *progress) wait(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what = escape.Line(what)
	p.draw()
}

func (p *progress) draw() {
	if p.bar == nil || !p.late {
		return
	}
	p.bar.Describe(p.what)
	_ = p.bar.Set(p.done) // an error here does not matter
	p.seen = true
}

func (p *progress) hide() {
	if p.bar != nil && p.seen {
		_ = p.bar.Clear()
		p.seen = false
	}
}

// got records that it has arrived.
func (p *progress) got() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
}

// end removes the line permanently.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	p.timer.Stop()
	p.hide()
	p.bar = nil
}
