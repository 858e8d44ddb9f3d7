package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interrupted is the error of a run that a signal stopped.
type interrupted struct{ signal syscall.Signal }

func (interrupted) Error() string { return "interrupted" }

// exitCode returns the status that a shell reports for a program that a signal ended.
func (i interrupted) exitCode() int { return 128 + int(i.signal) }

// untilInterrupted returns a context that ends, with an interrupted as its cause, at a
// signal to stop. A second signal kills.
func untilInterrupted() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			number, _ := s.(syscall.Signal)
			cancel(interrupted{number})
		case <-ctx.Done():
		}
		signal.Stop(signals)
	}()
	return ctx, func() { cancel(nil) }
}

// dieOf ends the program as the signal of that exit code would have, so that the
// shell that runs it in a loop stops, too. It returns if that can't be done.
func dieOf(code int) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if code != (interrupted{s}).exitCode() {
			continue
		}
		signal.Reset(s)
		if self, err := os.FindProcess(os.Getpid()); err == nil && self.Signal(s) == nil {
			time.Sleep(time.Second) // it is on its way
		}
	}
}

// endedEarly returns the error of a run whose context has ended.
func endedEarly(ctx context.Context) error {
	var i interrupted
	if errors.As(context.Cause(ctx), &i) {
		return i
	}
	return fmt.Errorf("given up: %w", context.Cause(ctx))
}
