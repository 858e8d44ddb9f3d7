package report

import "io"

func SARIF(w io.Writer, r *Report) error { return nil }
