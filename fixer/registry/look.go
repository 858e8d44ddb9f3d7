package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/fixer/baseimage"
	"github.com/dockmend/dockmend/fixer/internal/rootfs"
	"github.com/dockmend/dockmend/fixer/registry/content"
)

// errLayers is the cause of a context that ran out of Options.LayerTimeout.
var errLayers = errors.New("the layers took too long")

// look reads the layers as far as the questions need it and the answers aren't known.
// It fails only if ctx is done: other errors are kept with the image, and answers
// found before them count.
func (in *Inspector) look(ctx context.Context, s *subject, ask baseimage.Ask) error {
	names := needs(s.summary, ask)
	if len(names) == 0 {
		return nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	pending := s.known().pending(names)
	if len(pending) == 0 || in.noLayers {
		return nil
	}
	if err := in.enter(ctx); err != nil {
		return err
	}
	defer in.leave()
	f := in.slow.Failure(s.Host)
	var more map[string]content.File
	if f == nil {
		more, f = in.read(ctx, s, pending)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.learn(more, f, (&answers{more, pending}).missing())
	if s.Keep != nil && len(more) > 0 {
		s.Keep(s.withFiles())
	}
	return nil
}

// maxTookLong is how often layers of a host may take too long before the host is not
// asked for layers any more; a single large image does not count against its host.
const maxTookLong = 2

// read asks the layers these questions, and others that they answer in passing.
func (in *Inspector) read(ctx context.Context, s *subject, names []string) (map[string]content.File, *content.Failure) {
	ctx, cancel := context.WithTimeoutCause(ctx, in.layerTimeout, errLayers)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	idle := time.AfterFunc(in.timeout, func() { stop(content.ErrTimeout) })
	defer idle.Stop()

	var layers []rootfs.Layer
	for i := range s.Image.Layers {
		layers = append(layers, rootfs.Layer{Open: func(ctx context.Context) (io.ReadCloser, error) {
			if s.Prepares {
				idle.Stop()
			}
			body, err := s.Open(ctx, i)
			if err != nil {
				return nil, err
			}
			idle.Reset(in.timeout)
			return &attended{body, idle, in.timeout}, nil
		}})
	}
	var questions []rootfs.Question
	for _, name := range names {
		questions = append(questions, layerQuestion(s.summary, name))
	}
	asked := len(names)
	for _, name := range extras() {
		if !slices.Contains(names, name) {
			names = append(names, name)
			q := layerQuestion(s.summary, name)
			q.Optional = true
			questions = append(questions, q)
		}
	}
	told, err := rootfs.Read(ctx, layers, questions)
	more := map[string]content.File{}
	for i, a := range told {
		if a.Settled {
			more[names[i]] = content.File{Path: a.Path, Mode: a.Mode, Capable: a.Capable, Data: a.Data}
		}
	}
	switch {
	case mismatch(err):
		return nil, in.unread(ctx, s, err) // its answers are worthless
	case err != nil:
		return more, in.unread(ctx, s, err)
	case len((&answers{more, names[:asked]}).missing()) > 0:
		return more, &content.Failure{Reason: "what its layers hold depends on who unpacks them", Question: true}
	}
	return more, nil
}

// unread returns why the layers could not be read.
func (in *Inspector) unread(ctx context.Context, s *subject, err error) *content.Failure {
	var known *content.Failure
	switch cause := context.Cause(ctx); {
	case cause == errLayers:
		f := &content.Failure{Reason: fmt.Sprintf("its layers took more than %s", in.layerTimeout), Err: err}
		if in.tookLong.Add(1) > maxTookLong {
			in.slow.RuleOut(s.Host, f)
		}
		return f
	case cause == content.ErrTimeout:
		f := &content.Failure{Reason: fmt.Sprintf("%s sent nothing of a layer for %s", s.Host, in.timeout), Err: err}
		in.slow.RuleOut(s.Host, f)
		return f
	case errors.As(err, &known):
		if known.Host {
			in.slow.RuleOut(s.Host, known)
		}
		return known
	case errors.Is(err, rootfs.ErrContent):
		return &content.Failure{Reason: content.Clean(err.Error()), Question: true, Err: err}
	case content.BrokenOff(err):
		which, _, _ := strings.Cut(err.Error(), ":") // rootfs begins with it
		return &content.Failure{Reason: fmt.Sprintf("%s: %s breaks off", s.Host, which), Err: err}
	case mismatch(err):
		return &content.Failure{Reason: s.Host + " sent another layer than was asked for: the digest does not match", Err: err}
	}
	return &content.Failure{Reason: content.Clean(err.Error()), Err: err}
}

// mismatch reports whether a layer turned out not to be the requested one.
// go-containerregistry's error has no type of its own.
func mismatch(err error) bool {
	return err != nil && strings.Contains(err.Error(), "error verifying")
}

// attended is the body of a layer, during whose silence a clock runs.
type attended struct {
	io.ReadCloser
	clock *time.Timer
	limit time.Duration
}

func (a *attended) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if n > 0 {
		a.clock.Reset(a.limit)
	}
	return n, err
}
