package rootfs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// readAhead is how many stored bytes are requested at a time.
const readAhead = 32 << 10

// The first bytes of compressed streams. A zstd stream may begin with a frame to
// skip, whose number ends in any digit.
var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	skipMagic = []byte{0x2a, 0x4d, 0x18} // after one byte 0x50 to 0x5f
)

// budget counts the bytes of all layers.
type budget struct {
	stored, unpacked int64
	max              int64
}

// stream is a layer while it is read: the bytes of its archive.
type stream struct {
	meter
	stored  io.Reader
	closers []func()
}

// open starts to read a layer.
func open(ctx context.Context, l Layer, b *budget) (*stream, error) {
	if l.Open == nil {
		return nil, errors.New("can't be opened")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	body, err := l.Open(ctx)
	if err != nil {
		return nil, err
	}
	s := &stream{closers: []func(){func() { _ = body.Close() }}}
	stored := bufio.NewReaderSize(&meter{ctx: ctx, r: body, total: &b.stored, max: b.max, what: "stored bytes"}, readAhead)
	s.stored = stored
	unpacked, err := s.unpack(stored)
	if err != nil {
		s.close()
		return nil, err
	}
	s.meter = meter{ctx: ctx, r: unpacked, total: &b.unpacked, max: b.max, what: "unpacked bytes"}
	return s, nil
}

// unpack detects by the first bytes how the stream is compressed.
func (s *stream) unpack(r *bufio.Reader) (io.Reader, error) {
	start, err := r.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, gzipMagic):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", unexpected(err))
		}
		return z, nil
	case bytes.Equal(start, zstdMagic), len(start) == 4 && start[0]&0xf0 == 0x50 && bytes.Equal(start[1:], skipMagic):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(MaxWindow))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		s.closers = append(s.closers, z.Close)
		return windowed{z}, nil
	}
	return r, nil
}

// close ends the stream, whether or not it was read to its end.
func (s *stream) close() {
	for _, end := range slices.Backward(s.closers) {
		end()
	}
}

// whole returns the error for an archive that ends here without a marker: none between
// two entries, all of which fill blocks of 512 bytes. It reads what is left of the
// stream, so that its owner can check a digest.
func (s *stream) whole() error {
	if s.read%512 != 0 {
		return io.ErrUnexpectedEOF
	}
	_, err := io.Copy(io.Discard, s.stored)
	return err
}

// windowed identifies the error of a frame with too large a window.
type windowed struct{ r io.Reader }

func (w windowed) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = fmt.Errorf("%w: a zstd window of more than %d bytes", ErrLimit, MaxWindow)
	}
	return n, err
}

// meter counts what is read, up to a limit, and ends with the context, which
// decompression alone would ignore.
type meter struct {
	ctx   context.Context
	r     io.Reader
	total *int64 // shared by all layers
	read  int64  // of this one
	max   int64
	what  string
}

func (m *meter) Read(p []byte) (int, error) {
	if m.ctx.Err() != nil {
		return 0, context.Cause(m.ctx)
	}
	left := m.max - *m.total
	// One byte more than allowed shows that there is more.
	if int64(len(p)) > left+1 {
		p = p[:left+1]
	}
	n, err := m.r.Read(p)
	*m.total += int64(n)
	m.read += int64(n)
	if int64(n) > left {
		return 0, exceeded(m.max, m.what)
	}
	return n, err
}

// unexpected returns io.ErrUnexpectedEOF for the end of a stream that has hardly begun.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
