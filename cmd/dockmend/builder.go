package main

import (
	"sync"

	"github.com/dockmend/dockmend/fixer/proof"
)

// builder is the BuildKit of a run, to which it connects when something is first to be built: where
// nothing changes, none is needed.
type builder struct {
	dial func() (*proof.Builder, error)

	mu     sync.Mutex
	dialed bool
	opened *proof.Builder
	err    error
}

// get returns the connection.
func (b *builder) get() (*proof.Builder, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.dialed {
		b.dialed = true
		b.opened, b.err = b.dial()
	}
	return b.opened, b.err
}

// failed returns why there is no connection although one was needed; nil where there is one, or none
// was.
func (b *builder) failed() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *builder) close() {
	if b.opened != nil {
		b.opened.Close()
	}
}
