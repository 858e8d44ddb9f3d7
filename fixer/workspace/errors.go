package workspace

// HintError is an error with a hint: a line on how to fix it.
type HintError struct {
	Err  error
	Hint string
}

// Error returns the message, without the hint.
func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap returns the error without the hint.
func (e *HintError) Unwrap() error { return e.Err }
