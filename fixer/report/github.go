package report

import "io"

func GitHub(w io.Writer, r *Report) error { return nil }
