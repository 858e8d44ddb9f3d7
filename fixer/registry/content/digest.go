package content

import (
	"context"
	"encoding/hex"
	"errors"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// ErrDigest is the error of content whose digest does not match.
var ErrDigest = errors.New("the digest does not match")

// DigestOf returns the digest of content, which it reads to its end. It fails if
// reading fails, or if the algorithm is not known.
func DigestOf(content io.Reader, algorithm string) (v1.Hash, error) {
	h, err := v1.Hasher(algorithm)
	if err != nil {
		return v1.Hash{}, err
	}
	if _, err := io.Copy(h, content); err != nil {
		return v1.Hash{}, err
	}
	return v1.Hash{Algorithm: algorithm, Hex: hex.EncodeToString(h.Sum(nil))}, nil
}

// Verify reads content to its end, and returns ErrDigest if its digest is not want. It
// ends with ctx, with the cause of ctx as the error.
func Verify(ctx context.Context, content io.Reader, want v1.Hash) error {
	got, err := DigestOf(&interruptible{ctx, content}, want.Algorithm)
	if err == nil && got != want {
		err = ErrDigest
	}
	return err
}

// interruptible is a reader that ends with a context.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.Reader.Read(p)
}
