package workspace

// HintError is an error with a hint: a line on how to mend what is wrong.
type HintError struct {
	Err  error
	Hint string
}

// Error is what is wrong, without the hint.
func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap returns the error that the hint is for.
func (e *HintError) Unwrap() error { return e.Err }
