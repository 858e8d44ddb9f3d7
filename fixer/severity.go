package fixer

import "fmt"

// Severity says how much it matters that something is as it is. The order is
// meaningful: a threshold is one comparison.
type Severity int

// The severities. Info is that of what the engine says; a transform has another one.
const (
	Info   Severity = iota // something to know
	Low                    // longer, larger or older than need be: nothing fails because of it
	Medium                 // builds differ from day to day, containers stop late, files can't be written
	High                   // what breaks out of the application has more rights than it needs
)

func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	}
	return fmt.Sprintf("Severity(%d)", int(s))
}
