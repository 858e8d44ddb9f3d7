package report

import "io"

func Markdown(w io.Writer, r *Report) error { return nil }
