package report

import "io"

func RDJSON(w io.Writer, r *Report) error { return nil }
