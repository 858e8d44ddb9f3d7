package rootfs

import "context"

// Limits are those that ReadWithin lowers; zero keeps the default.
type Limits struct {
	Entries, Names, Steps, Kept int
	File, Unpacked              int64
}

// ReadWithin is Read with other limits.
func ReadWithin(ctx context.Context, layers []Layer, questions []Question, l Limits) ([]Answer, error) {
	m := defaults
	lower(&m.entries, l.Entries)
	lower(&m.names, l.Names)
	lower(&m.steps, l.Steps)
	lower(&m.kept, l.Kept)
	lower(&m.file, l.File)
	lower(&m.unpacked, l.Unpacked)
	return read(ctx, layers, questions, m)
}

func lower[N int | int64](limit *N, to N) {
	if to != 0 {
		*limit = to
	}
}
