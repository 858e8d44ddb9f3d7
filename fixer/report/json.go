package report

import "io"

func JSON(w io.Writer, r *Report) error { return nil }
